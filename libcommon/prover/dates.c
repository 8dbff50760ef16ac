/*
 * Dates as year, month and day, which is how whole years and months are counted.
 * Only weeks and days need the number of the day, said by the civil calendar.
 */
#include "prover/part.h"

enum { MEMO_LEAP = 1000, MEMO_DAYS, MEMO_DATE, MEMO_QUOTIENT };

static term is_leap(struct encoder *e, term year)
{
	struct logic *l = &e->l;
	term zero = l_whole(l, 0);
	struct memo *m;
	bool found;

	m = memo_find(e, MEMO_LEAP, year, NULL, NULL, 0, &found);
	if (!found)
		m->out[0] = l_and(l, l_eq(l, l_mod(l, year, 4), zero),
				  l_or(l, l_not(l, l_eq(l, l_mod(l, year, 100), zero)),
				       l_eq(l, l_mod(l, year, 400), zero)));
	return m->out[0];
}

static term month_is(struct encoder *e, term month, int which)
{
	return l_eq(&e->l, month, l_whole(&e->l, which));
}

static term is_short(struct encoder *e, term month)
{
	struct logic *l = &e->l;

	return l_or(l, l_or(l, month_is(e, month, 4), month_is(e, month, 6)),
		    l_or(l, month_is(e, month, 9), month_is(e, month, 11)));
}

static term last_day(struct encoder *e, term year, term month)
{
	struct logic *l = &e->l;
	term february = l_if(l, is_leap(e, year), l_whole(l, 29), l_whole(l, 28));

	return l_if(l, month_is(e, month, 2), february,
		    l_if(l, is_short(e, month), l_whole(l, 30), l_whole(l, 31)));
}

static term between(struct encoder *e, term low, term x, term high)
{
	return l_and(&e->l, l_le(&e->l, low, x), l_le(&e->l, x, high));
}

struct sym date_free(struct encoder *e)
{
	struct sym s = sym_known(e, TYPE_DATE);
	struct logic *l = &e->l;
	term one = l_whole(l, 1);

	s.y = l_int(l);
	s.m = l_int(l);
	s.d = l_int(l);
	logic_assume(l, between(e, one, s.y, l_whole(l, 9999)));
	logic_assume(l, between(e, one, s.m, l_whole(l, 12)));
	logic_assume(l, between(e, one, s.d, l_whole(l, 31)));
	logic_assume(l, l_or(l, l_le(l, s.d, l_whole(l, 28)), l_le(l, s.d, last_day(e, s.y, s.m))));
	return s;
}

struct sym date_constant(struct encoder *e, date_days days)
{
	struct civil_date civil = date_to_civil(days);
	struct sym s = sym_known(e, TYPE_DATE);

	s.y = l_whole(&e->l, civil.year);
	s.m = l_whole(&e->l, civil.month);
	s.d = l_whole(&e->l, civil.day);
	return s;
}

/* Grows with the date: 372 y + 31 m + d. */
term date_code(struct encoder *e, const struct sym *s)
{
	struct logic *l = &e->l;
	term code = l_plus(l, l_times(l, l_whole(l, 372), s->y),
			   l_plus(l, l_times(l, l_whole(l, 31), s->m), s->d));

	if (Z3_is_numeral_ast(l->z3, s->y) && Z3_is_numeral_ast(l->z3, s->d))
		return Z3_simplify(l->z3, code);
	return code;
}

term date_compare(struct encoder *e, const struct sym *a, const struct sym *b, enum comparison how)
{
	struct num x = num_whole(e, date_code(e, a), 0, 4000000);
	struct num y = num_whole(e, date_code(e, b), 0, 4000000);

	return num_compare(e, &x, &y, how);
}

/* Days since 1970-01-01, as date_from_civil has them. */
static term day_number(struct encoder *e, const struct sym *s)
{
	struct logic *l = &e->l;
	term early, year, month, days;
	struct memo *m;
	bool found;

	m = memo_find(e, MEMO_DAYS, s->y, s->m, s->d, 0, &found);
	if (found)
		return m->out[0];
	early = l_le(l, s->m, l_whole(l, 2));
	year = l_minus(l, s->y, l_if(l, early, l_whole(l, 1), l_whole(l, 0)));
	month = l_plus(l, s->m, l_if(l, early, l_whole(l, 9), l_whole(l, -3)));
	days = l_plus(l, l_times(l, l_whole(l, 365), year), l_floor_div(l, year, 4));
	days = l_plus(l, days, l_minus(l, l_floor_div(l, year, 400), l_floor_div(l, year, 100)));
	month = l_plus(l, l_times(l, l_whole(l, 153), month), l_whole(l, 2));
	days = l_plus(l, days, l_floor_div(l, month, 5));
	days = l_plus(l, days, l_minus(l, s->d, l_whole(l, 719469)));
	m->out[0] = l_int(l);
	logic_assume(l, l_eq(l, m->out[0], days));
	return m->out[0];
}

static struct sym plus_days(struct encoder *e, const struct sym *date, term days, term *overflow)
{
	struct logic *l = &e->l;
	term sum = l_plus(l, day_number(e, date), days);
	struct sym out = date_free(e);

	*overflow = l_not(l, between(e, l_whole(l, INSTANT_MIN / DAYS(1)), sum,
				     l_whole(l, INSTANT_MAX / DAYS(1))));
	logic_assume(l, l_or(l, *overflow, l_eq(l, day_number(e, &out), sum)));
	return out;
}

/* The day is the month's last one where the month is too short. */
static struct sym plus_months(struct encoder *e, const struct sym *date, term months,
			      term *overflow)
{
	struct logic *l = &e->l;
	term count = l_plus(l, l_times(l, l_whole(l, 12), date->y),
			    l_plus(l, date->m, l_minus(l, months, l_whole(l, 1))));
	struct sym out = sym_known(e, TYPE_DATE);
	term same;

	*overflow = l_not(l, between(e, l_whole(l, 12), count, l_whole(l, 119999)));
	out.y = l_int(l);
	out.m = l_int(l);
	logic_assume(l, between(e, l_whole(l, 1), out.y, l_whole(l, 9999)));
	logic_assume(l, between(e, l_whole(l, 1), out.m, l_whole(l, 12)));
	same = l_eq(l, l_plus(l, l_times(l, l_whole(l, 12), out.y), out.m),
		    l_plus(l, count, l_whole(l, 1)));
	logic_assume(l, l_or(l, *overflow, same));
	out.d = l_if(l, l_le(l, date->d, l_whole(l, 28)), date->d,
		     l_if(l, l_le(l, date->d, last_day(e, out.y, out.m)), date->d,
			  last_day(e, out.y, out.m)));
	return out;
}

struct sym date_plus(struct encoder *e, const struct sym *date, const struct num *n,
		     enum calendar_unit unit, term *overflow)
{
	struct logic *l = &e->l;
	term far = l_not(l, between(e, l_whole(l, -4000000), n->t, l_whole(l, 4000000)));
	struct sym out;
	struct memo *m;
	bool found;

	m = memo_find(e, MEMO_DATE + 10 * (int)unit, date_code(e, date), n->t, NULL, 0, &found);
	if (found) {
		out = sym_known(e, TYPE_DATE);
		out.y = m->out[0], out.m = m->out[1], out.d = m->out[2];
		*overflow = m->out[3];
		return out;
	}
	switch (unit) {
	case CALENDAR_WEEK:
		out = plus_days(e, date, l_times(l, l_whole(l, 7), n->t), overflow);
		break;
	case CALENDAR_DAY: out = plus_days(e, date, n->t, overflow); break;
	case CALENDAR_YEAR:
		out = plus_months(e, date, l_times(l, l_whole(l, 12), n->t), overflow);
		break;
	default: out = plus_months(e, date, n->t, overflow); break;
	}
	*overflow = l_or(l, *overflow, far);
	m->out[0] = out.y, m->out[1] = out.m, m->out[2] = out.d, m->out[3] = *overflow;
	return out;
}

/* Towards zero. */
static term whole_part(struct encoder *e, term n, int64_t by)
{
	struct logic *l = &e->l;
	struct memo *m;
	bool found;
	term left, zero = l_whole(l, 0);

	m = memo_find(e, MEMO_QUOTIENT, n, NULL, NULL, (uint64_t)by, &found);
	if (found)
		return m->out[0];
	m->out[0] = l_int(l);
	left = l_minus(l, n, l_times(l, l_whole(l, by), m->out[0]));
	logic_assume(l, l_if(l, l_le(l, zero, n), between(e, zero, left, l_whole(l, by - 1)),
			     between(e, l_whole(l, 1 - by), left, zero)));
	return m->out[0];
}

/* Whole months, which the day of the month may leave one short, either way. */
static term months_between(struct encoder *e, const struct sym *from, const struct sym *to)
{
	struct logic *l = &e->l;
	term months = l_plus(l, l_times(l, l_whole(l, 12), l_minus(l, to->y, from->y)),
			     l_minus(l, to->m, from->m));
	term one = l_whole(l, 1), zero = l_whole(l, 0);
	term later = date_compare(e, from, to, COMPARE_LE);

	return l_if(l, later, l_minus(l, months, l_if(l, l_lt(l, to->d, from->d), one, zero)),
		    l_plus(l, months, l_if(l, l_lt(l, from->d, to->d), one, zero)));
}

struct num date_difference(struct encoder *e, const struct sym *from, const struct sym *to,
			   enum calendar_unit unit)
{
	struct logic *l = &e->l;
	term days;

	switch (unit) {
	case CALENDAR_MONTH: return num_whole(e, months_between(e, from, to), -119988, 119988);
	case CALENDAR_YEAR:
		return num_whole(e, whole_part(e, months_between(e, from, to), 12), -9999, 9999);
	default: break;
	}
	days = l_minus(l, day_number(e, to), day_number(e, from));
	if (unit == CALENDAR_WEEK)
		return num_whole(e, whole_part(e, days, 7), -530000, 530000);
	return num_whole(e, days, -3700000, 3700000);
}
