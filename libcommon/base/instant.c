#include "base/instant.h"

#include <time.h>

static instant read_clock(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return SECONDS(ts.tv_sec) + ts.tv_nsec / 1000;
}

instant instant_now(void)
{
	return read_clock(CLOCK_REALTIME);
}

instant instant_monotonic(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

date_days date_from_civil(struct civil_date date)
{
	int64_t y = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
	int64_t era = floor_div(y, 400);
	int64_t yoe = y - era * 400;
	int64_t doy = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
	int64_t doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return (date_days)(era * 146097 + doe - 719468);
}

struct civil_date date_to_civil(date_days days)
{
	int64_t z = (int64_t)days + 719468;
	int64_t era = floor_div(z, 146097);
	int64_t doe = z - era * 146097;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct civil_date){.year = (int32_t)(yoe + era * 400 + (month <= 2)),
				   .month = month,
				   .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

bool civil_is_valid(struct civil_date d)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (d.year % 4 == 0 && d.year % 100 != 0) || d.year % 400 == 0;

	if (d.year < 1 || d.year > 9999 || d.month < 1 || d.month > 12 || d.day < 1)
		return false;
	return d.day <= lengths[d.month - 1] + (d.month == 2 && leap);
}

/* The last n digits of value; where they end. */
static char *put_digits(char *out, int n, unsigned value)
{
	for (int i = n - 1; i >= 0; i--, value /= 10)
		out[i] = (char)('0' + value % 10);
	return out + n;
}

static char *put_date(char *out, date_days days)
{
	struct civil_date d = date_to_civil(days);

	out = put_digits(out, 4, (unsigned)d.year);
	*out++ = '-';
	out = put_digits(out, 2, (unsigned)d.month);
	*out++ = '-';
	return put_digits(out, 2, (unsigned)d.day);
}

void date_format(char out[DATE_TEXT], date_days days)
{
	*put_date(out, days) = '\0';
}

/* Exactly n digits at text[at]. */
static bool digits(struct str text, size_t at, size_t n, int *out)
{
	int value = 0;

	if (at + n > text.len)
		return false;
	for (size_t i = at; i < at + n; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		value = value * 10 + (text.ptr[i] - '0');
	}
	*out = value;
	return true;
}

bool date_parse(struct str text, date_days *out)
{
	struct civil_date d;

	if (text.len != 10 || text.ptr[4] != '-' || text.ptr[7] != '-' ||
	    !digits(text, 0, 4, &d.year) || !digits(text, 5, 2, &d.month) ||
	    !digits(text, 8, 2, &d.day) || !civil_is_valid(d))
		return false;
	*out = date_from_civil(d);
	return true;
}

date_days date_of_instant(instant t)
{
	return (date_days)floor_div(t, DAYS(1));
}

void instant_format(char out[INSTANT_TEXT], instant t)
{
	int64_t us = t - floor_div(t, DAYS(1)) * DAYS(1);
	unsigned sec = (unsigned)(us / 1000000), frac = (unsigned)(us % 1000000);

	out = put_date(out, date_of_instant(t));
	*out++ = 'T';
	out = put_digits(out, 2, sec / 3600);
	*out++ = ':';
	out = put_digits(out, 2, sec / 60 % 60);
	*out++ = ':';
	out = put_digits(out, 2, sec % 60);
	if (frac)
		*out++ = '.';
	if (frac % 1000)
		out = put_digits(out, 6, frac);
	else if (frac)
		out = put_digits(out, 3, frac / 1000);
	*out++ = 'Z';
	*out = '\0';
}

/* ".123" at *at: microseconds, digits past the sixth are cut; *at moves behind it. */
static bool parse_fraction(struct str text, size_t *at, int64_t *us)
{
	int64_t scale = 100000;
	size_t start;

	*us = 0;
	if (*at >= text.len || text.ptr[*at] != '.')
		return true;
	start = ++*at;
	for (; *at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9'; ++*at) {
		*us += (text.ptr[*at] - '0') * scale;
		scale /= 10;
	}
	return *at > start && *at - start <= 9;
}

static bool parse_offset(struct str text, size_t at, int64_t *seconds)
{
	int h, m;

	if (at + 1 == text.len && (text.ptr[at] == 'Z' || text.ptr[at] == 'z')) {
		*seconds = 0;
		return true;
	}
	if (at + 6 != text.len || (text.ptr[at] != '+' && text.ptr[at] != '-') ||
	    text.ptr[at + 3] != ':' || !digits(text, at + 1, 2, &h) ||
	    !digits(text, at + 4, 2, &m) || h > 23 || m > 59)
		return false;
	*seconds = ((int64_t)h * 3600 + (int64_t)m * 60) * (text.ptr[at] == '-' ? -1 : 1);
	return true;
}

bool instant_parse(struct str text, instant *out)
{
	int64_t us, offset;
	date_days days;
	int h, m, s;
	size_t at = 19;
	instant t;

	if (text.len < 20 || !date_parse((struct str){text.ptr, 10}, &days) ||
	    (text.ptr[10] != 'T' && text.ptr[10] != 't') || text.ptr[13] != ':' ||
	    text.ptr[16] != ':' || !digits(text, 11, 2, &h) || !digits(text, 14, 2, &m) ||
	    !digits(text, 17, 2, &s) || h > 23 || m > 59 || s > 59)
		return false;
	if (!parse_fraction(text, &at, &us) || !parse_offset(text, at, &offset))
		return false;
	t = DAYS(days) + SECONDS(h * 3600 + m * 60 + s - offset) + us;
	if (t < INSTANT_MIN || t > INSTANT_MAX)
		return false;
	*out = t;
	return true;
}
