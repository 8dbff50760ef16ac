/* A calendar that walks year by year and month by month. */
#include "days.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int days_in_year(int year)
{
	return is_leap(year) ? 366 : 365;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

static int64_t days_to(struct day d)
{
	int64_t days = d.day - 1;

	for (int month = 1; month < d.month; month++)
		days += days_in_month(d.year, month);
	for (int year = 1970; year < d.year; year++)
		days += days_in_year(year);
	for (int year = d.year; year < 1970; year++)
		days -= days_in_year(year);
	return days;
}

struct day day_of(int64_t days)
{
	struct day d = {1970, 1, 1};

	for (; days < 0; days += days_in_year(d.year))
		d.year--;
	for (; days >= days_in_year(d.year); d.year++)
		days -= days_in_year(d.year);
	for (; days >= days_in_month(d.year, d.month); d.month++)
		days -= days_in_month(d.year, d.month);
	d.day += (int)days;
	return d;
}

bool day_parse(const char *text, int64_t *out)
{
	struct day d;

	if (strlen(text) != 10 || text[4] != '-' || text[7] != '-')
		return false;
	for (int i = 0; i < 10; i++)
		if (i != 4 && i != 7 && (text[i] < '0' || text[i] > '9'))
			return false;
	d = (struct day){(int)strtol(text, NULL, 10), (int)strtol(text + 5, NULL, 10),
			 (int)strtol(text + 8, NULL, 10)};
	if (d.year < 1 || d.month < 1 || d.month > 12 || d.day < 1 ||
	    d.day > days_in_month(d.year, d.month))
		return false;
	*out = days_to(d);
	return true;
}

void day_print(int64_t days, char *text)
{
	struct day d = day_of(days);

	snprintf(text, 11, "%04u-%02u-%02u", (unsigned)d.year % 10000, (unsigned)d.month % 100,
		 (unsigned)d.day % 100);
}

bool day_add(int64_t from, int64_t n, char unit, int64_t *out)
{
	struct day d = day_of(from);
	int64_t months;

	if (n < -4000000 || n > 4000000)
		return false;
	if (unit == 'D' || unit == 'W') {
		*out = from + n * (unit == 'W' ? 7 : 1);
		return *out >= days_to((struct day){1, 1, 1}) &&
		       *out <= days_to((struct day){9999, 12, 31});
	}
	months = (int64_t)d.year * 12 + d.month - 1 + n * (unit == 'Y' ? 12 : 1);
	if (months < 12 || months >= (int64_t)10000 * 12)
		return false;
	d.year = (int)(months / 12);
	d.month = (int)(months % 12) + 1;
	if (d.day > days_in_month(d.year, d.month))
		d.day = days_in_month(d.year, d.month);
	*out = days_to(d);
	return true;
}

int64_t day_difference(int64_t from, int64_t to, char unit)
{
	struct day a, b;
	int64_t months;

	if (to < from)
		return -day_difference(to, from, unit);
	if (unit == 'D' || unit == 'W')
		return (to - from) / (unit == 'W' ? 7 : 1);
	a = day_of(from);
	b = day_of(to);
	months = (int64_t)(b.year - a.year) * 12 + b.month - a.month - (b.day < a.day);
	return unit == 'Y' ? months / 12 : months;
}
