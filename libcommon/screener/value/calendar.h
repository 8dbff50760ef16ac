#pragma once

/*
 * Calendar arithmetic of rules on dates (days since 1970-01-01), years 0001 to
 * 9999 only.
 */
#include "base/instant.h"

enum calendar_unit { CALENDAR_DAY, CALENDAR_WEEK, CALENDAR_MONTH, CALENDAR_YEAR };

/* "D", "W", "M", "Y" */
bool calendar_unit_parse(struct str name, enum calendar_unit *out);

/* Months and years clamp to the month's last day.  False when it leaves 0001..9999. */
bool calendar_add(date_days date, int64_t n, enum calendar_unit unit, date_days *out);

/* Whole units from one date to another; negative when to is before from. */
int64_t calendar_diff(date_days from, date_days to, enum calendar_unit unit);
