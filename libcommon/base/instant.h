#pragma once

/*
 * Time: an instant is microseconds since 1970-01-01T00:00:00Z (UTC, no leap
 * seconds), a date is days since 1970-01-01 in the proleptic Gregorian
 * calendar.  Handlers never read the clock: they use call->now.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

typedef int64_t instant;
typedef int32_t date_days;

#define MICROSECONDS(n) ((instant)(n))
#define MILLIS(n)	((instant)(n)*1000)
#define SECONDS(n)	((instant)(n)*1000000)
#define MINUTES(n)	(SECONDS(60) * (n))
#define HOURS(n)	(MINUTES(60) * (n))
#define DAYS(n)		(HOURS(24) * (n))

/* Years 0001 to 9999, as google.protobuf.Timestamp allows. */
#define INSTANT_MIN ((instant)-62135596800000000)
#define INSTANT_MAX ((instant)253402300799999999)

/* The wall clock.  Only process code calls it; a call's time is call->now. */
instant instant_now(void);
/* CLOCK_MONOTONIC in microseconds, for deadlines and durations. */
instant instant_monotonic(void);

/* RFC 3339 in UTC with 0, 3 or 6 fraction digits: "2026-01-31T09:30:00Z". */
#define INSTANT_TEXT 32
void instant_format(char out[INSTANT_TEXT], instant t);
/* Any RFC 3339 date-time, offset honoured, up to 9 fraction digits (cut to µs). */
bool instant_parse(struct str text, instant *out);

struct civil_date {
	int32_t year;
	int month; /* 1 to 12 */
	int day;   /* 1 to 31 */
};

/* After Howard Hinnant's days_from_civil (public domain algorithm). */
date_days date_from_civil(struct civil_date date);
struct civil_date date_to_civil(date_days days);
bool civil_is_valid(struct civil_date date);
/* YYYY-MM-DD, years 0001 to 9999. */
#define DATE_TEXT 11
void date_format(char out[DATE_TEXT], date_days days);
bool date_parse(struct str text, date_days *out);
/* The UTC date of an instant. */
date_days date_of_instant(instant t);
