/*
 * What a caller reads: of each rule, what was expected and what came; closed sets are listed,
 * lengths have units, and nothing that is protected is repeated.  One table over the codec and the
 * validator.
 */
#include <aegis/golden/v1/golden.aegis.h>
#include <criterion/criterion.h>
#include <stdlib.h>

#include "contract/contract.h"
#include "contract/method.h"
#include "pbjson/pbjson.h"

static struct arena *arena;

static void open_arena(void)
{
	arena = arena_new(SIZE_MAX);
}

static void close_arena(void)
{
	arena_free(&arena);
}

TestSuite(message, .init = open_arena, .fini = close_arena);

static const struct {
	const char *json;
	const char *refusal; /* one of those that the request gets */
} told[] = {
	/* what the codec says */
	{"{\"name\":7}", "name TYPE: must be a text, but is a number"},
	{"{\"name\":true}", "name TYPE: must be a text, but is true or false"},
	{"{\"name\":{}}", "name TYPE: must be one value, but is a list or an object"},
	{"{\"count\":\"many\"}", "count TYPE: must be a whole number, but is a text"},
	{"{\"count\":1.5}", "count NOT_INTEGER: must be a whole number, but has a fraction"},
	{"{\"count\":2147483648}", "count RANGE: must be in -2147483648 to 2147483647"},
	{"{\"medium\":-1}", "medium RANGE: must be in 0 to 4294967295"},
	{"{\"big\":-1}", "big RANGE: must be in 0 to 18446744073709551615"},
	{"{\"small\":\"9223372036854775808\"}",
	 "small RANGE: must be in -9223372036854775808 to 9223372036854775807"},
	{"{\"color\":\"blue\"}",
	 "color UNKNOWN_ENUM: must be one of red, GREEN, dark_blue, but is \"blue\""},
	{"{\"color\":true}",
	 "color TYPE: must be one of red, GREEN, dark_blue, but is true or false"},
	{"{\"colors\":\"red\"}", "colors TYPE: must be a list"},
	{"{\"colors\":[null]}", "colors[0] NULL_ITEM: holds null as an item"},
	{"{\"size\":7}", "size TYPE: must be an object"},
	{"{\"size\":{\"width\":\"wide\"}}", "size.width TYPE: must be a number, but is a text"},
	{"{\"size\":{\"depth\":1}}",
	 "size.depth UNKNOWN_FIELD: is no member here; the members are width, height, offset"},
	{"{\"named\":[]}", "named TYPE: must be an object"},
	{"{\"picture\":\"*\"}", "picture NOT_BASE64: is not base64"},
	{"{\"at\":\"noon\"}",
	 "at NOT_TIMESTAMP: must be a date and time like 2026-03-01T09:30:00Z (RFC 3339)"},
	{"{\"at\":7}", "at TYPE: must be a date and time like 2026-03-01T09:30:00Z (RFC 3339)"},
	{"{\"lasts\":\"long\"}", "lasts NOT_DURATION: must be a duration like 1.5s"},
	{"{\"name\":\"a\",\"name\":\"b\"}", "name DUPLICATE: is given more than once"},
	{"{\"left\":\"abc\",\"right\":{}}",
	 "right ONEOF_CONFLICT: excludes a member that is given too"},
	{"{\"numbers\":[1,2,3,4,5,6]}", "numbers TOO_MANY_ITEMS: has too many items"},
	{"{\"name\":\"a\\u0000\"}", "name NUL: holds a NUL character"},
	/* what the validator says */
	{"{\"name\":\"L\"}", "name TOO_SHORT: must have at least 2 characters, but has 1"},
	{"{\"name\":\"12345678901234567890x\"}",
	 "name TOO_LONG: must have at most 20 characters, but has 21"},
	{"{}", "name REQUIRED: is required"},
	{"{\"shelfId\":\"7\"}",
	 "shelfId NOT_UUID: must be a UUID like 0190c3a4-7b1e-7c2d-9a53-1f0e6d5c4b3a, but is "
	 "\"7\""},
	{"{\"code\":\"a\"}",
	 "code PATTERN: must have the form [A-Z][a-z0-9]*-[0-9]{2,4}\\.?, but is \"a\""},
	{"{\"mail\":\"ann\"}", "mail NOT_EMAIL: must be an e-mail address like ann@acme.example"},
	{"{\"day\":\"1.3.2026\"}",
	 "day NOT_DATE: must be a day like 2026-03-01, but is \"1.3.2026\""},
	{"{\"link\":\"acme\"}", "link NOT_URI: must be an absolute http or https URL like "
				"https://acme.example/data.csv, but is \"acme\""},
	{"{\"shape\":\"oval\"}",
	 "shape NOT_ALLOWED: must be one of round, square, but is \"oval\""},
	{"{\"shape\":\"äääääääääääääääääääääääääää\"}",
	 "shape NOT_ALLOWED: must be one of round, square, but is \"ääääääääääääääääääää…\""},
	{"{\"tags\":[\"one\"]}", "tags TOO_FEW: must have at least 2 items, but has 1"},
	{"{\"tags\":[\"one\",\"sixsix\"]}",
	 "tags[1] TOO_LONG: must have at most 5 characters, but has 6"},
	{"{\"count\":0}", "count TOO_SMALL: must be at least 1, but is 0"},
	{"{\"count\":10}", "count TOO_LARGE: must be at most 9, but is 10"},
	{"{\"picture\":\"AA==\"}", "picture TOO_SHORT: must have at least 2 bytes, but has 1"},
	{"{\"picture\":\"AAAAAAAAAAAAAAAA\"}",
	 "picture TOO_LONG: must have at most 8 bytes, but has 12"},
	/* what nobody repeats */
	{"{\"pin\":\"77777\"}", "pin TOO_LONG: must have at most 4 characters"},
	{"{\"pin\":\"x7x7\"}", "pin PATTERN: must have the form [0-9]{4}"},
	{"{\"pin\":7777}", "pin TYPE: must be a text, but is a number"},
};

static bool is_told(const char *json, const char *refusal, struct strbuf *all)
{
	struct field_errors errs = {.arena = arena};
	struct pbjson_error error = {};
	ProtobufCMessage *msg;

	if (is_failed(pbjson_parse(arena, &golden__create_thing_request__info, str_of(json), NULL,
				   &msg, &error)))
		field_errors_add(&errs, error.path, pbjson_reason_name(error.reason),
				 error.message);
	else
		cr_assert(is_failed(
			contract_validate(&golden__create_thing_request__info, msg, &errs)));
	for (size_t i = 0; i < errs.n; i++) {
		const char *one = arena_printf(arena, "%s %s: %s", errs.items[i].field,
					       errs.items[i].reason, errs.items[i].message);

		strbuf_printf(all, "%s\n", one);
		if (strcmp(one, refusal) == 0)
			return true;
	}
	return false;
}

Test(message, says_what_was_expected_and_what_came)
{
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		struct strbuf all = strbuf_new(arena);

		cr_expect(is_told(told[i].json, told[i].refusal, &all), "%s\nwanted %s\nsaid %s",
			  told[i].json, told[i].refusal, all.ptr);
		if (strstr(told[i].json, "pin"))
			cr_expect_null(strstr(all.ptr, "77"), "%s", all.ptr);
	}
}

/* Each reason that can be about one member has its row above. */
static bool is_in_table(const char *reason)
{
	const char *word = arena_printf(arena, " %s: ", reason);

	for (size_t i = 0; i < sizeof told / sizeof *told; i++)
		if (strstr(told[i].refusal, word))
			return true;
	return false;
}

Test(message, of_every_reason_of_the_codec_is_in_the_table)
{
	/* Of the document, of text from a query, of PATCH, of resources, and of forms that no
	 * request has. */
	static const char *const elsewhere[] = {"READ_ONLY", "CREATE_ONLY", "UPDATE_ONLY",
						"SYNTAX",    "NOT_UTF8",    "DEPTH",
						"SIZE",	     "NULL_VALUE",  "NOT_FIELD_MASK"};
#define PBJSON_ROW(name, text) #name,
	static const char *const reasons[] = {PBJSON_REASONS(PBJSON_ROW)};
#undef PBJSON_ROW

	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		bool known = is_in_table(reasons[i]);

		for (size_t k = 0; k < sizeof elsewhere / sizeof *elsewhere; k++)
			known |= strcmp(reasons[i], elsewhere[k]) == 0;
		cr_expect(known, "%s", reasons[i]);
	}
}
