#include "compliance/csv.h"

#include <criterion/criterion.h>

#include "base/arena.h"

/* Records joined by ";", fields by "|"; "!;" for one that is none. */
static const char *read_all(struct arena *arena, const char *text)
{
	struct csv_reader reader = csv_reader(arena, str_of(text));
	struct strbuf out = strbuf_new(arena);
	enum csv_result result;
	struct str fields[4];
	size_t n;

	while ((result = csv_next(&reader, fields, 4, &n)) != CSV_END) {
		if (result == CSV_BAD) {
			strbuf_add_c(&out, "!;");
			continue;
		}
		for (size_t i = 0; i < n; i++) {
			strbuf_add_str(&out, fields[i]);
			strbuf_add_char(&out, i + 1 < n ? '|' : ';');
		}
	}
	return out.ptr;
}

Test(csv, reads_what_rfc_4180_writes)
{
	static const struct {
		const char *text, *records;
	} cases[] = {
		{"", ""},
		{"a,b\r\nc,d\r\n", "a|b;c|d;"},
		{"a,b\nc,d", "a|b;c|d;"},
		{"\"a\",\"b\"\r\n", "a|b;"},
		{"\"a \"\"q\"\" b\",c\r\n", "a \"q\" b|c;"},
		{"\"a,b\",\"c\r\nd\"\r\n", "a,b|c\r\nd;"},
		{",,\r\n", "||;"},
		{"\"\",x\r\n", "|x;"},
		{"\r\n", ";"},
		{"a\"b\r\n", "!;"},
		{"\"a\"b\r\n", "!;"},
		{"\"a", "!;"},
		{"a,b,c,d,e\r\n", "!;"},
		{"a\rb", "!;"},
		/* The records behind one that is none are read. */
		{"a\"b\r\nc,d\r\n", "!;c|d;"},
		{"\"a,b\r\nc,d\r\n\"e\",f\r\n", "!;c|d;e|f;"},
		{"\"a\r\n\r\nb", "!;;b;"},
		{"a,b,c,d,e\nf\n", "!;f;"},
	};
	struct arena *arena = arena_new(1 << 20);

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_str_eq(read_all(arena, cases[i].text), cases[i].records, "%s",
				 cases[i].text);
	arena_free(&arena);
}

Test(csv, counts_the_lines_of_quoted_breaks_and_refuses_nul)
{
	struct arena *arena = arena_new(1 << 20);
	struct csv_reader reader = csv_reader(arena, STR("\"a\nb\"\nc\n"));
	struct str fields[2];
	size_t n;

	cr_assert_eq(csv_next(&reader, fields, 2, &n), CSV_RECORD);
	cr_assert_eq(csv_next(&reader, fields, 2, &n), CSV_RECORD);
	cr_assert_eq(reader.line, 3);
	reader = csv_reader(arena, STR("a\0b\n"));
	cr_assert_eq(csv_next(&reader, fields, 2, &n), CSV_BAD);
	reader = csv_reader(arena, STR("\"a\0b\"\n"));
	cr_assert_eq(csv_next(&reader, fields, 2, &n), CSV_BAD);
	arena_free(&arena);
}
