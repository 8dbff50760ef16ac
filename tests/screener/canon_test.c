/* Canonical JSON against the vectors printed in RFC 8785 (3.2.2, 3.2.3, appendix B). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "screener/json/canon.h"

static double double_of_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof value);
	return value;
}

static void expect_number(uint64_t bits, const char *expected)
{
	char text[CANON_NUMBER_TEXT];

	cr_assert(canon_number(text, double_of_bits(bits)), "%016lx", bits);
	cr_expect_str_eq(text, expected, "%016lx gave %s", bits, text);
}

static void expect_canon(const char *json, const char *expected)
{
	struct arena *arena = arena_new(1 << 20);
	struct str out = {};
	struct status st = canon_bytes(arena, str_of(json), &out);

	cr_assert(is_ok(st), "%s: %s", json, reason_name(st.reason));
	cr_expect_str_eq(out.ptr, expected);
	arena_free(&arena);
}

static void expect_refused(const char *json, const char *reason)
{
	struct arena *arena = arena_new(1 << 20);
	struct str out;
	struct status st = canon_bytes(arena, str_of(json), &out);

	cr_expect_eq(st.code, STATUS_INVALID_ARGUMENT, "%s was accepted", json);
	cr_expect_str_eq(reason_name(st.reason), reason);
	arena_free(&arena);
}

Test(canon, numbers_are_written_as_in_appendix_b)
{
	static const struct {
		uint64_t bits;
		const char *text;
	} rows[] = {
		{0x0000000000000000, "0"},
		{0x8000000000000000, "0"},
		{0x0000000000000001, "5e-324"},
		{0x8000000000000001, "-5e-324"},
		{0x7fefffffffffffff, "1.7976931348623157e+308"},
		{0xffefffffffffffff, "-1.7976931348623157e+308"},
		{0x4340000000000000, "9007199254740992"},
		{0xc340000000000000, "-9007199254740992"},
		{0x4430000000000000, "295147905179352830000"},
		{0x44b52d02c7e14af5, "9.999999999999997e+22"},
		{0x44b52d02c7e14af6, "1e+23"},
		{0x44b52d02c7e14af7, "1.0000000000000001e+23"},
		{0x444b1ae4d6e2ef4e, "999999999999999700000"},
		{0x444b1ae4d6e2ef4f, "999999999999999900000"},
		{0x444b1ae4d6e2ef50, "1e+21"},
		{0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
		{0x3eb0c6f7a0b5ed8d, "0.000001"},
		{0x41b3de4355555553, "333333333.3333332"},
		{0x41b3de4355555554, "333333333.33333325"},
		{0x41b3de4355555555, "333333333.3333333"},
		{0x41b3de4355555556, "333333333.3333334"},
		{0x41b3de4355555557, "333333333.33333343"},
		{0xbecbf647612f3696, "-0.0000033333333333333333"},
		{0x43143ff3c1cb0959, "1424953923781206.2"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
		expect_number(rows[i].bits, rows[i].text);
}

Test(canon, nan_and_infinity_have_no_form)
{
	char text[CANON_NUMBER_TEXT];

	cr_expect_not(canon_number(text, double_of_bits(0x7fffffffffffffff)));
	cr_expect_not(canon_number(text, double_of_bits(0x7ff0000000000000)));
}

Test(canon, every_number_reads_back_and_is_never_longer_than_17_digits)
{
	uint64_t seed = 0x9e3779b97f4a7c15;
	char text[CANON_NUMBER_TEXT];

	for (int i = 0; i < 200000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		double value = double_of_bits(i % 3 ? seed : seed & ~0xfffffffffffffull);

		if (!isfinite(value))
			continue;
		cr_assert(canon_number(text, value));
		cr_assert_eq(strtod(text, NULL), value, "%s for %a", text, value);
	}
}

Test(canon, above_a_power_of_two_the_shorter_neighbour_is_found)
{
	/* Of 2^89 the closest 16-digit decimal reads back as the double below. */
	expect_number(0x4580000000000000, "6.189700196426902e+26");
	expect_number(0x3cd0000000000000, "8.881784197001252e-16");
}

Test(canon, the_rfc_sample_is_reproduced)
{
	expect_canon("{\"numbers\": [333333333.33333329, 1E30, 4.50, 2e-3, "
		     "0.000000000000000000000000001],\n"
		     "\"string\": \"\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\\"\\/\",\n"
		     "\"literals\": [null, true, false]}",
		     "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,"
		     "0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}");
}

Test(canon, members_are_sorted_by_utf16_code_units)
{
	expect_canon("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\","
		     "\"\\ufb33\":\"Hebrew Letter Dalet With Dagesh\",\"1\":\"One\","
		     "\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
		     "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
		     "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xc2\x80\":\"Control\","
		     "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
		     "\"😀\":\"Emoji: Grinning Face\","
		     "\"\xef\xac\xb3\":\"Hebrew Letter Dalet With Dagesh\"}");
}

Test(canon, control_characters_have_short_names_where_json_has_them)
{
	expect_canon("\"\\u0008\\u0009\\u000a\\u000c\\u000d\\u001f\\u007f\"",
		     "\"\\b\\t\\n\\f\\r\\u001f\x7f\"");
}

Test(canon, empty_containers_and_nesting_lose_their_white_space)
{
	expect_canon(" [ { } , [ ] , { \"b\" : 1 , \"a\" : -0.0 } ] ", "[{},[],{\"a\":0,\"b\":1}]");
	expect_canon("[56,{\"d\":true,\"10\":null,\"1\":[]}]",
		     "[56,{\"1\":[],\"10\":null,\"d\":true}]");
}

Test(canon, a_canonical_form_is_its_own_canonical_form)
{
	expect_canon("[295147905179352830000,1e+21,9007199254740992]",
		     "[295147905179352830000,1e+21,9007199254740992]");
}

Test(canon, what_has_no_single_meaning_is_refused)
{
	expect_refused("{\"a\":1,\"a\":2}", "CANON_JSON");
	expect_refused("\"\\ud800\"", "CANON_JSON");
	expect_refused("[1,]", "CANON_JSON");
	expect_refused("\"\xff\"", "CANON_JSON");
	expect_refused("1e400", "CANON_JSON");
}

Test(canon, a_nul_byte_is_refused_wherever_it_stands)
{
	static const struct str texts[] = {STR("1\0"),	       STR("[1\0]"), STR("{}\0"),
					   STR("{\"a\":1\0}"), STR("\0"),    STR("-0.5\0 ")};
	struct arena *arena = arena_new(1 << 20);
	struct str out;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct status st = canon_bytes(arena, texts[i], &out);

		cr_expect(is_failed(st), "text %zu", i);
		cr_expect_str_eq(reason_name(st.reason), "CANON_JSON");
	}
	arena_free(&arena);
}

Test(canon, depth_is_limited)
{
	char json[2 * CANON_MAX_DEPTH + 3];

	memset(json, '[', CANON_MAX_DEPTH + 1);
	memset(json + CANON_MAX_DEPTH + 1, ']', CANON_MAX_DEPTH + 1);
	json[2 * CANON_MAX_DEPTH + 2] = '\0';
	expect_refused(json, "CANON_DEPTH");
}

Test(canon, an_integer_that_no_double_holds_is_refused)
{
	struct arena *arena = arena_new(1 << 20);
	json_t *odd = json_integer(9007199254740993), *top = json_integer(INT64_MAX);
	struct str out;

	cr_expect_str_eq(reason_name(canon_json(arena, odd, &out).reason), "CANON_NUMBER");
	cr_expect_str_eq(reason_name(canon_json(arena, top, &out).reason), "CANON_NUMBER");
	json_decref(odd);
	json_decref(top);
	arena_free(&arena);
}
