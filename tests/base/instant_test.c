#include <criterion/criterion.h>
#include <criterion/new/assert.h>

#include "base/instant.h"

static const char *round_trip(const char *text)
{
	static char out[INSTANT_TEXT];
	instant t;

	if (!instant_parse(str_of(text), &t))
		return "refused";
	instant_format(out, t);
	return out;
}

Test(instant, prints_what_it_reads_in_utc)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"2026-02-28T23:59:59.5+02:00", "2026-02-28T21:59:59.500Z"},
		{"2026-01-01T00:00:00.123456789Z", "2026-01-01T00:00:00.123456Z"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
		{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z"},
		{"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
		{"2026-02-29T00:00:00Z", "refused"},
		{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
		{"2026-01-01T24:00:00Z", "refused"},
		{"2026-01-01T00:00:00", "refused"},
		{"2026-01-01 00:00:00Z", "refused"},
		{"2026-01-01T00:00:00.Z", "refused"},
		{"0001-01-01T00:00:00+01:00", "refused"},
	};

	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		cr_expect_str_eq(round_trip(cases[i].in), cases[i].out, "%s", cases[i].in);
}

Test(date, counts_days_through_every_day_of_four_centuries)
{
	date_days day = date_from_civil((struct civil_date){1799, 12, 31});

	for (int year = 1800; year <= 2200; year++)
		for (int month = 1; month <= 12; month++)
			for (int d = 1; d <= 31; d++) {
				struct civil_date date = {year, month, d};

				if (!civil_is_valid(date))
					continue;
				cr_assert_eq(date_from_civil(date), ++day);
				date = date_to_civil(day);
				cr_assert(date.year == year && date.month == month &&
					  date.day == d);
			}
}
