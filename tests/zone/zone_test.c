#include <criterion/criterion.h>
#include <stdlib.h>

#include "zone/zone.h"

static const char *date_in(const char *zone, const char *when)
{
	static char text[DATE_TEXT];
	date_days day;
	instant t;

	cr_assert(instant_parse(str_of(when), &t));
	if (is_failed(zone_date(zone, t, &day)))
		return "unknown";
	date_format(text, day);
	return text;
}

static const char *begins(const char *zone, const char *date)
{
	static char text[INSTANT_TEXT];
	date_days day;
	instant t;

	cr_assert(date_parse(str_of(date), &day));
	if (is_failed(zone_day_begins(zone, day, &t)))
		return "unknown";
	instant_format(text, t);
	return text;
}

Test(zone, names_of_the_database_are_known_and_nothing_else_is)
{
	static const char *const known[] = {"UTC", "America/New_York", "Etc/GMT+5",
					    "America/Argentina/Buenos_Aires", "Asia/Kolkata"};
	static const char *const strange[] = {"",
					      "EST",
					      "EST5EDT",
					      "+05:00",
					      "utc",
					      "America/Nowhere",
					      "America",
					      "America/",
					      "../passwd",
					      "America/../UTC",
					      "posix/UTC",
					      "right/UTC",
					      "/etc/tz",
					      "Europe/Ber lin",
					      "tzdata.zi",
					      "localtime",
					      "UTC+1",
					      "America/New_York\n",
					      "Z/PST8PDT,M3.2.0,M11.1.0"};

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		cr_expect(zone_is_known(str_of(known[i])), "%s", known[i]);
	for (size_t i = 0; i < sizeof strange / sizeof *strange; i++)
		cr_expect(!zone_is_known(str_of(strange[i])), "%s", strange[i]);
	cr_expect(!zone_is_known((struct str){"UTC\0x", 5}));
}

Test(zone, the_date_of_an_instant_is_that_of_the_zones_clocks)
{
	setenv("TZ", "Pacific/Kiritimati", 1);
	cr_expect_str_eq(date_in("America/New_York", "2026-07-01T03:59:59Z"), "2026-06-30");
	cr_expect_str_eq(date_in("America/New_York", "2026-07-01T04:00:00Z"), "2026-07-01");
	cr_expect_str_eq(date_in("America/New_York", "2026-12-01T04:59:59.9Z"), "2026-11-30");
	cr_expect_str_eq(date_in("UTC", "2026-12-01T00:00:00Z"), "2026-12-01");
	cr_expect_str_eq(date_in("Pacific/Kiritimati", "2026-11-30T10:00:00Z"), "2026-12-01");
	cr_expect_str_eq(date_in("UTC", "1969-12-31T23:59:59.999999Z"), "1969-12-31");
	/* Past the table of transitions, where the rule behind it counts. */
	cr_expect_str_eq(date_in("America/New_York", "2055-07-01T03:59:59Z"), "2055-06-30");
	cr_expect_str_eq(date_in("America/New_York", "2055-07-01T04:00:00Z"), "2055-07-01");
	cr_expect_str_eq(date_in("Mars/Base", "2026-12-01T00:00:00Z"), "unknown");
}

Test(zone, a_day_begins_at_its_first_instant_also_where_clocks_change_at_midnight)
{
	cr_expect_str_eq(begins("America/New_York", "2026-07-01"), "2026-07-01T04:00:00Z");
	cr_expect_str_eq(begins("America/New_York", "2026-12-01"), "2026-12-01T05:00:00Z");
	cr_expect_str_eq(begins("UTC", "2026-12-01"), "2026-12-01T00:00:00Z");
	/* Santiago skips the hour from midnight to one; Havana has it twice. */
	cr_expect_str_eq(begins("America/Santiago", "2024-09-08"), "2024-09-08T04:00:00Z");
	cr_expect_str_eq(begins("America/Havana", "2024-11-03"), "2024-11-03T04:00:00Z");
	/* Samoa went over the date line: 30 December 2011 was no day there. */
	cr_expect_str_eq(begins("Pacific/Apia", "2011-12-30"), "2011-12-30T10:00:00Z");
	cr_expect_str_eq(begins("Pacific/Apia", "2011-12-31"), "2011-12-30T10:00:00Z");
	cr_expect_str_eq(begins("Mars/Base", "2026-12-01"), "unknown");
}

/* Both directions agree on every day of two years, in zones on either side of UTC. */
Test(zone, the_instant_before_a_days_first_one_is_the_day_before)
{
	static const char *const zones[] = {"America/New_York", "Pacific/Honolulu", "Asia/Kolkata",
					    "Pacific/Kiritimati", "America/Havana"};

	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++)
		for (date_days day = 20454; day < 20454 + 730; day++) {
			date_days at, before;
			instant first;

			cr_assert(is_ok(zone_day_begins(zones[i], day, &first)));
			cr_assert(is_ok(zone_date(zones[i], first, &at)));
			cr_assert(is_ok(zone_date(zones[i], first - 1, &before)));
			cr_assert(at == day && before == day - 1, "%s %d", zones[i], day);
		}
}
