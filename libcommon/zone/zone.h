#pragma once

/*
 * Local dates in the zones of the IANA time zone database.  The database is the
 * host's (/usr/share/zoneinfo, Debian's package tzdata), read by GLib's GTimeZone.
 * The environment variable TZ and the process's own zone play no part.  Every
 * function may be called from any thread; the first use of a zone reads a file.
 */
#include <stdbool.h>

#include "base/instant.h"
#include "base/status.h"

/* A zone's name with its NUL: the longest one in the database has 32 characters. */
#define ZONE_TEXT 65

/*
 * Is this "UTC" or the name of an area and a place that the database has
 * ("America/New_York", "Etc/GMT+5")?  Offsets ("+05:00"), abbreviations without an
 * area ("EST") and paths ("../x", "posix/UTC") are unknown.
 */
bool zone_is_known(struct str name);

/*
 * The calendar date in the zone at an instant: 2026-07-01T03:30:00Z is 30 June in
 * America/New_York.  INTERNAL/ZONE_UNKNOWN when zone_is_known() says no; *out is then untouched.
 */
struct status zone_date(const char *zone, instant t, date_days *out);

/*
 * The first instant of a calendar date in the zone.  Where a clock change skips
 * midnight, the first instant after the gap; where it repeats midnight, the earlier one.
 * INTERNAL/ZONE_UNKNOWN as above.
 */
struct status zone_day_begins(const char *zone, date_days day, instant *out);
