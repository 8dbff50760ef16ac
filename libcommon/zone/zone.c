#include "zone/zone.h"

#include <glib.h>
#include <string.h>

#define SECONDS_OF_A_DAY ((int64_t)86400)
/* No zone is further from UTC; the largest offset in use is 14 hours. */
#define OFFSET_MAX ((int64_t)26 * 3600)

/*
 * GLib also takes offsets and POSIX rules, and opens whatever file a name leads
 * to.  A name of the database begins with a capital letter and, but for UTC,
 * names an area: files beside the zones ("posix/", "tzdata.zi") begin otherwise.
 */
static bool is_name(struct str name)
{
	bool has_area = false;

	if (name.len == 0 || name.len >= ZONE_TEXT || name.ptr[0] < 'A' || name.ptr[0] > 'Z')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (!g_ascii_isalnum(c) && (c == '\0' || !strchr("_+-/", c)))
			return false;
		has_area = has_area || c == '/';
	}
	return has_area || str_eq_c(name, "UTC");
}

/* The zone, to be unreferenced, or NULL. */
static GTimeZone *open_zone(struct str name)
{
	char text[ZONE_TEXT];

	if (!is_name(name))
		return NULL;
	memcpy(text, name.ptr, name.len);
	text[name.len] = '\0';
	return g_time_zone_new_identifier(text);
}

bool zone_is_known(struct str name)
{
	GTimeZone *zone = open_zone(name);

	if (!zone)
		return false;
	g_time_zone_unref(zone);
	return true;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static date_days date_at(GTimeZone *zone, int64_t seconds)
{
	int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, seconds);

	return (date_days)floor_div(seconds + g_time_zone_get_offset(zone, interval),
				    SECONDS_OF_A_DAY);
}

struct status zone_date(const char *name, instant t, date_days *out)
{
	GTimeZone *zone = open_zone(str_of(name));

	if (!zone)
		return FAIL(ZONE_UNKNOWN);
	*out = date_at(zone, floor_div(t, SECONDS(1)));
	g_time_zone_unref(zone);
	return OK;
}

struct status zone_day_begins(const char *name, date_days day, instant *out)
{
	int64_t midnight = day * SECONDS_OF_A_DAY;
	int64_t before = midnight - OFFSET_MAX, after = midnight + OFFSET_MAX;
	GTimeZone *zone = open_zone(str_of(name));

	if (!zone)
		return FAIL(ZONE_UNKNOWN);
	/* The date is earlier at `before`, and this one or later at `after`. */
	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (date_at(zone, middle) < day)
			before = middle;
		else
			after = middle;
	}
	*out = SECONDS(after);
	g_time_zone_unref(zone);
	return OK;
}
