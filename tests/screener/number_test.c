#include <criterion/criterion.h>

#include "screener/value/number.h"

static struct number frac(int64_t num, int64_t den)
{
	struct number n;

	cr_assert(number_div(number_of(num), number_of(den), &n));
	return n;
}

static void expect_text(struct number n, const char *text)
{
	char out[NUMBER_TEXT];

	(void)number_format(out, n);
	cr_expect_str_eq(out, text);
}

Test(number, decimals_are_read_from_their_digits_and_written_back_exactly)
{
	static const char *const cases[][2] = {
		{"0", "0"},
		{"-0", "0"},
		{"7.0", "7"},
		{"0.1", "0.1"},
		{"-12.50", "-12.5"},
		{"1e3", "1000"},
		{"1.5E-2", "0.015"},
		{"0.000001", "0.000001"},
		{"9007199254740991", "9007199254740991"},
		{"123456789.123456", "123456789.123456"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct number n;

		cr_assert_eq(number_parse(str_of(cases[i][0]), &n), NUMBER_OK, "%s", cases[i][0]);
		expect_text(n, cases[i][1]);
	}
}

Test(number, what_is_too_long_or_no_number_is_refused)
{
	static const char *const too_long[] = {"9007199254740992", "1.2345678901234567", "1e16",
					       "1e-16", "99999999999999999999"};
	static const char *const wrong[] = {"",	  "-",	"1.",  ".5", "01",
					    "1e", "+1", "0x1", "1 ", "1,5"};
	struct number n = number_of(77);

	for (size_t i = 0; i < sizeof too_long / sizeof *too_long; i++)
		cr_expect_eq(number_parse(str_of(too_long[i]), &n), NUMBER_PRECISION, "%s",
			     too_long[i]);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		cr_expect_eq(number_parse(str_of(wrong[i]), &n), NUMBER_SYNTAX, "%s", wrong[i]);
	cr_expect_eq(n.num, 77);
}

Test(number, zeros_at_the_end_are_no_digits_of_a_value)
{
	static const char *const cases[][2] = {
		{"1.000000000000000000000000000", "1"},
		{"70.5000000000000000000000000000", "70.5"},
		{"0.000000000000000000000000000", "0"},
		{"-12.30000000000000000000000", "-12.3"},
		{"100.0000000000000000000000000e-2", "1"},
		{"9007199254740990", "9007199254740990"},
		{"1000000000000000", "1000000000000000"},
		{"100200.0030000000000000000000000", "100200.003"},
	};
	struct number n;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		cr_assert_eq(number_parse(str_of(cases[i][0]), &n), NUMBER_OK, "%s", cases[i][0]);
		expect_text(n, cases[i][1]);
	}
	cr_expect_eq(number_parse(STR("1.0000000000000000000000001"), &n), NUMBER_PRECISION);
	cr_expect_eq(number_parse(STR("1000000000000000000000000000"), &n), NUMBER_PRECISION);
}

Test(number, a_third_stays_a_third)
{
	struct number sum = frac(1, 3);

	expect_text(sum, "1/3");
	cr_assert(number_add(sum, frac(1, 3), &sum));
	cr_assert(number_add(sum, frac(1, 3), &sum));
	expect_text(sum, "1");
	expect_text(frac(-6, -4), "1.5");
	expect_text(frac(6, -4), "-1.5");
}

Test(number, an_overflow_is_refused_and_leaves_the_result_alone)
{
	struct number big = number_of(INT64_MAX), n = number_of(5);

	cr_expect_not(number_add(big, number_of(1), &n));
	cr_expect_not(number_mul(big, number_of(2), &n));
	cr_expect_not(number_sub(number_of(INT64_MIN), number_of(1), &n));
	cr_expect_not(number_div(number_of(INT64_MIN), number_of(-1), &n));
	cr_expect_not(number_div(number_of(1), number_of(0), &n));
	cr_expect_not(number_add(frac(1, INT64_MAX), frac(1, INT64_MAX - 1), &n));
	cr_expect_eq(n.num, 5);
	cr_expect(number_mul(frac(INT64_MAX, 2), number_of(2), &n));
	cr_expect_eq(n.num, INT64_MAX);
}

Test(number, comparison_is_exact_where_doubles_are_not)
{
	cr_expect_lt(number_compare(frac(INT64_MAX - 1, INT64_MAX), number_of(1)), 0);
	cr_expect_gt(number_compare(frac(INT64_MAX, INT64_MAX - 1), number_of(1)), 0);
	cr_expect_lt(number_compare(number_of(INT64_MIN), number_of(INT64_MAX)), 0);
	cr_expect_eq(number_compare(frac(10, 30), frac(1, 3)), 0);
}

Test(number, each_rounding_mode_treats_ties_and_signs_its_own_way)
{
	/* half_up half_even up down floor ceiling of the value at 0 digits */
	static const struct {
		int64_t num, den;
		int expected[6];
	} cases[] = {
		{5, 2, {3, 2, 3, 2, 2, 3}},	   {-5, 2, {-3, -2, -3, -2, -3, -2}},
		{7, 2, {4, 4, 4, 3, 3, 4}},	   {9, 4, {2, 2, 3, 2, 2, 3}},
		{-9, 4, {-2, -2, -3, -2, -3, -2}}, {11, 4, {3, 3, 3, 2, 2, 3}},
		{4, 2, {2, 2, 2, 2, 2, 2}},	   {1, 3, {0, 0, 1, 0, 0, 1}},
	};
	struct number n;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int mode = 0; mode < 6; mode++) {
			cr_assert(number_round(frac(cases[i].num, cases[i].den), 0, mode, &n));
			cr_expect_eq(n.num, cases[i].expected[mode], "%lld/%lld mode %d",
				     (long long)cases[i].num, (long long)cases[i].den, mode);
		}
	cr_assert(number_round(frac(2, 3), 4, ROUND_HALF_UP, &n));
	expect_text(n, "0.6667");
}
