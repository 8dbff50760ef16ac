#include "compliance/leie.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(64 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(leie, .init = set_up, .fini = tear_down);

static struct leie_row row_of(const char *line)
{
	struct csv_reader reader = csv_reader(arena, str_of(line));
	struct str fields[LEIE_COLUMNS];
	struct leie_row row = {};
	size_t n;

	cr_assert_eq(csv_next(&reader, fields, LEIE_COLUMNS, &n), CSV_RECORD, "%s", line);
	cr_assert(leie_row(arena, fields, n, &row), "%s", line);
	return row;
}

#define ROW(npi, dob)                                                                              \
	"\"POE\",\"PETER\",\" \",,\"GP\",\"NURSE\",,\"" npi "\",\"" dob "\",\"1 MAIN "             \
	"ST\",\"AUSTIN\",\"TX\",\"73301\",\"1128a1\",\"20160120\",\"00000000\",\"00000000\",\r\n"

Test(leie, dates_of_every_form_are_one)
{
	cr_expect_str_eq(leie_date(arena, STR("19580812")), "19580812");
	cr_expect_str_eq(leie_date(arena, STR("08/12/1958")), "19580812");
	cr_expect_str_eq(leie_date(arena, STR("08/12/58")), "19580812");
	cr_expect_str_eq(leie_date(arena, STR("01/02/05")), "20050102");
	cr_expect_str_eq(leie_date(arena, STR("00000000")), "");
	cr_expect_str_eq(leie_date(arena, STR("20160231")), "");
	cr_expect_str_eq(leie_date(arena, STR("13/01/1958")), "");
	cr_expect_str_eq(leie_date(arena, STR("soon")), "");
}

Test(leie, formatting_is_no_change_but_content_is)
{
	struct leie_row plain = row_of(ROW("0000000000", "19580812"));

	cr_assert_str_eq(plain.hash, row_of(ROW("0000000000", "08/12/58")).hash);
	cr_assert_str_eq(plain.hash, row_of(ROW("", "08/12/1958")).hash);
	cr_assert_str_neq(plain.hash, row_of(ROW("", "19580813")).hash);
	cr_assert_str_eq(plain.key, "name:POE, PETER:19580812:TX:20160120");
	cr_assert_str_eq(row_of(ROW("1234567893", "19580812")).key, "npi:1234567893:20160120");
	cr_assert_str_eq(plain.state, "TX");
	cr_assert_not(plain.reinstated);
}

Test(leie, check_digits_of_npis)
{
	cr_assert(leie_npi_is_valid(STR("1234567893")));
	cr_assert_not(leie_npi_is_valid(STR("1234567890")));
	cr_assert_not(leie_npi_is_valid(STR("123456789")));
	cr_assert_not(leie_npi_is_valid(STR("12345678x3")));
}

Test(leie, a_record_needs_a_name_and_a_date)
{
	struct str fields[LEIE_COLUMNS] = {};
	struct leie_row row;

	cr_assert_not(leie_row(arena, fields, LEIE_COLUMNS, &row));
	fields[0] = STR("POE");
	cr_assert_not(leie_row(arena, fields, LEIE_COLUMNS, &row));
	fields[14] = STR("20160120");
	cr_assert(leie_row(arena, fields, LEIE_COLUMNS, &row));
	cr_assert(leie_row(arena, fields, 15, &row), "trailing fields may be missing");
	cr_assert_not(leie_row(arena, fields, 14, &row));
}

static size_t read_file_rows(const char *path)
{
	struct strbuf text = strbuf_new(arena);
	struct str fields[LEIE_COLUMNS];
	struct csv_reader reader;
	char block[65536];
	size_t n, rows = 0;
	FILE *in = fopen(path, "r");

	cr_assert(in, "%s", path);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	reader = csv_reader(arena, strbuf_str(&text));
	cr_assert_eq(csv_next(&reader, fields, LEIE_COLUMNS, &n), CSV_RECORD);
	cr_assert(leie_is_header(fields, n), "%s", path);
	while (csv_next(&reader, fields, LEIE_COLUMNS, &n) == CSV_RECORD) {
		struct leie_row row;

		cr_expect(leie_row(arena, fields, n, &row), "%s:%zu", path, reader.line);
		rows++;
	}
	cr_assert_eq(reader.rest.len, 0, "%s is read to its end", path);
	return rows;
}

Test(leie, reads_every_row_of_the_published_supplements)
{
	const char *samples = getenv("AEGIS_SAMPLES");
	const char *folder = arena_printf(arena, "%s/leie", samples ? samples : ".");
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t files = 0, rows = 0;

	if (!dir) {
		printf("skipped: no %s\n", folder);
		return;
	}
	while ((entry = readdir(dir))) {
		if (!str_has_suffix(str_of(entry->d_name), ".csv"))
			continue;
		rows += read_file_rows(arena_printf(arena, "%s/%s", folder, entry->d_name));
		files++;
	}
	closedir(dir);
	printf("%zu rows of %zu supplements read\n", rows, files);
	cr_assert_gt(rows, files);
}
