/* Adding and counting calendar units, clamped at month ends. */
#include "screener/value/calendar.h"

bool calendar_unit_parse(struct str name, enum calendar_unit *out)
{
	static const char names[] = {'D', 'W', 'M', 'Y'};

	for (unsigned i = 0; i < sizeof names; i++)
		if (name.len == 1 && *name.ptr == names[i]) {
			*out = (enum calendar_unit)i;
			return true;
		}
	return false;
}

static bool in_range(int64_t days)
{
	return days >= INSTANT_MIN / DAYS(1) && days <= INSTANT_MAX / DAYS(1);
}

static bool add_months(date_days date, int64_t months, date_days *out)
{
	struct civil_date civil = date_to_civil(date);
	int64_t total;

	if (months < -200000 || months > 200000)
		return false;
	total = (int64_t)civil.year * 12 + civil.month - 1 + months;
	if (total < 12 || total >= 120000)
		return false;
	civil.year = (int32_t)(total / 12);
	civil.month = (int)(total % 12) + 1;
	while (!civil_is_valid(civil))
		civil.day--;
	*out = date_from_civil(civil);
	return true;
}

bool calendar_add(date_days date, int64_t n, enum calendar_unit unit, date_days *out)
{
	int64_t days;

	if (n < -4000000 || n > 4000000)
		return false;
	switch (unit) {
	case CALENDAR_MONTH: return add_months(date, n, out);
	case CALENDAR_YEAR: return add_months(date, n * 12, out);
	case CALENDAR_WEEK: n *= 7; break;
	case CALENDAR_DAY: break;
	}
	days = date + n;
	if (!in_range(days))
		return false;
	*out = (date_days)days;
	return true;
}

static int64_t whole_months(struct civil_date from, struct civil_date to)
{
	int64_t months = ((int64_t)to.year - from.year) * 12 + to.month - from.month;

	return to.day < from.day ? months - 1 : months;
}

int64_t calendar_diff(date_days from, date_days to, enum calendar_unit unit)
{
	int64_t n;

	if (to < from)
		return -calendar_diff(to, from, unit);
	n = (int64_t)to - from;
	switch (unit) {
	case CALENDAR_WEEK: return n / 7;
	case CALENDAR_MONTH: return whole_months(date_to_civil(from), date_to_civil(to));
	case CALENDAR_YEAR: return whole_months(date_to_civil(from), date_to_civil(to)) / 12;
	case CALENDAR_DAY: break;
	}
	return n;
}
