/* Merging answers, and moving an instant by a screener's duration. */
#include "consumer/answers.h"

#include <criterion/criterion.h>

#include "consumer/session.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(1 << 24);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(answers, .init = set_up, .fini = tear_down);

static const char *merged(const char *stored, const char *given)
{
	struct answer_merge merge;

	cr_assert(is_ok(answers_merge(arena, str_of(stored), str_of(given), &merge)));
	return str_dup(arena, merge.merged);
}

static const char *refusal(const char *given)
{
	struct answer_merge merge;
	struct status st = answers_merge(arena, STR("{}"), str_of(given), &merge);

	cr_assert(is_failed(st), "%s", given);
	return reason_name(st.reason);
}

Test(answers, are_kept_as_they_were_written)
{
	cr_assert_str_eq(merged("{}", " { \"a\" : 0.10 , \"b\":[ 1,2 ] } "),
			 "{\"a\":0.10,\"b\":[ 1,2 ]}");
	cr_assert_str_eq(merged("{\"a\":1,\"b\":2}", "{\"b\":12345678901234567890}"),
			 "{\"a\":1,\"b\":12345678901234567890}");
	cr_assert_str_eq(merged("{\"a\":\"x\"}", "{\"b\":\"\\u00e9\\\"\"}"),
			 "{\"a\":\"x\",\"b\":\"\\u00e9\\\"\"}");
}

Test(answers, null_takes_back_and_may_be_answered_again)
{
	cr_assert_str_eq(merged("{\"a\":1,\"b\":2}", "{\"a\":null}"), "{\"b\":2}");
	cr_assert_str_eq(merged("{\"b\":2}", "{\"a\":null}"), "{\"b\":2}");
	cr_assert_str_eq(merged("{}", "{\"a\":null}"), "{}");
}

Test(answers, the_change_knows_the_old_values)
{
	struct answer_merge merge;

	cr_assert(is_ok(answers_merge(arena, STR("{\"a\":1,\"b\":2,\"c\":3}"),
				      STR("{\"a\":1,\"b\":5,\"c\":null,\"d\":[]}"), &merge)));
	cr_assert_eq(merge.n_given, 4);
	cr_assert_eq(merge.n_changed, 3);
	cr_assert_str_eq(merge.changed[0], "b");
	cr_assert(str_eq_c(merge.before, "{\"b\":2,\"c\":3,\"d\":null}"));
}

Test(answers, that_are_no_object_are_refused)
{
	static const char *const bad[] = {"",
					  "1",
					  "[]",
					  "{",
					  "{\"a\":}",
					  "{\"a\"}",
					  "{\"a\":1,}",
					  "{\"a\":1}x",
					  "{\"a\":01}",
					  "{a:1}",
					  "{\"a\":1 \"b\":2}",
					  "null",
					  "{\"a\":\"\x01\"}"};

	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		cr_assert_str_eq(refusal(bad[i]), "ANSWERS_NOT_JSON", "%s", bad[i]);
	cr_assert_str_eq(refusal("{\"a\":1,\"\\u0061\":2}"), "ANSWERS_NOT_JSON");
	cr_assert_str_eq(refusal("{\"a\\u0000b\":1}"), "ANSWERS_NOT_JSON");
}

Test(answers, that_are_too_deep_or_too_large_are_refused)
{
	static char deep[300] = "{\"a\":", large[ANSWERS_MAX + 10];

	memset(deep + strlen(deep), '[', 200);
	cr_assert_str_eq(refusal(deep), "ANSWERS_TOO_DEEP");
	memset(large, ' ', sizeof large - 1);
	cr_assert_str_eq(refusal(large), "ANSWERS_TOO_LARGE");
}

Test(answers, a_duration_of_months_keeps_the_time_and_clamps_the_day)
{
	instant t, expected;

	cr_assert(instant_parse(STR("2026-01-31T10:20:30Z"), &t));
	cr_assert(instant_parse(STR("2026-02-28T10:20:30Z"), &expected));
	cr_assert_eq(duration_shift(t, (struct screener_duration){.months = 1}, 1), expected);
	cr_assert(instant_parse(STR("2025-12-31T10:20:30Z"), &expected));
	cr_assert_eq(duration_shift(t, (struct screener_duration){.months = 1}, -1), expected);
	cr_assert_eq(duration_shift(t, (struct screener_duration){.seconds = 60}, -1),
		     t - MINUTES(1));
}

Test(answers, a_duration_past_the_last_year_ends_with_it_and_is_not_ignored)
{
	static const struct screener_duration longest = {.months = 99999 * 12};
	static const struct screener_duration hours = {.seconds = 3600};
	instant t;

	cr_assert(instant_parse(STR("2026-11-30T10:20:30Z"), &t));
	cr_assert_eq(duration_shift(t, longest, 1), INSTANT_MAX);
	cr_assert_eq(duration_shift(t, longest, -1), INSTANT_MIN);
	cr_assert_eq(duration_shift(INSTANT_MAX, hours, 1), INSTANT_MAX);
	cr_assert_eq(duration_shift(INSTANT_MIN, hours, -1), INSTANT_MIN);
}
