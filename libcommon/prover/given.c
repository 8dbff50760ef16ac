/* The answers that there can be: each item's, by its type and limits. */
#include "prover/part.h"

static wide at_least(const struct limits *limits)
{
	struct number n = limits->min;

	return limits->has_min ? n.num / n.den - (n.num % n.den < 0) : -(wide)NUMBER_INT_MAX;
}

static wide at_most(const struct limits *limits)
{
	struct number n = limits->max;

	return limits->has_max ? n.num / n.den + (n.num % n.den > 0) : (wide)NUMBER_INT_MAX;
}

/* x = min + step * k */
static void say_step(struct encoder *e, const struct limits *limits, const struct num *x,
		     term given)
{
	struct logic *l = &e->l;
	struct number origin = limits->has_min ? limits->min : number_of(0);
	term k = l_int(l), on_grid;

	if (!x->real && origin.den == 1 && limits->step.den == 1) {
		term steps = l_times(l, l_whole(l, limits->step.num), k);

		on_grid = l_eq(l, x->t, l_plus(l, l_whole(l, origin.num), steps));
	} else {
		term steps = l_times(l, l_fraction(l, limits->step), l_to_real(l, k));

		on_grid = l_eq(l, num_real(e, x), l_plus(l, l_fraction(l, origin), steps));
	}
	logic_assume(l, l_implies(l, given, on_grid));
}

static struct num number_free(struct encoder *e, const struct item *item, term given)
{
	const struct limits *limits = &item->limits;
	struct logic *l = &e->l;
	struct num x = num_whole(e, NULL, at_least(limits), at_most(limits));

	x.real = item->type != SCREENER_INTEGER;
	x.t = x.real ? l_real(l) : l_int(l);
	if (x.real) {
		/* At most fifteen places as written; of another unit whatever its factor makes. */
		x.decimal = !item->n_units;
		x.den = item->n_units ? INT64_MAX : 1000000000000000;
		if (item->n_units && !limits->has_min)
			x.lo = INT64_MIN;
		if (item->n_units && !limits->has_max)
			x.hi = INT64_MAX;
	}
	if (limits->has_min)
		logic_assume(l, l_implies(l, given,
					  l_le(l,
					       x.real ? l_fraction(l, limits->min)
						      : l_whole(l, limits->min.num),
					       x.t)));
	if (limits->has_max)
		logic_assume(l, l_implies(l, given,
					  l_le(l, x.t,
					       x.real ? l_fraction(l, limits->max)
						      : l_whole(l, limits->max.num))));
	if (!limits->has_min && !x.real)
		logic_assume(l, l_implies(l, given, l_le(l, l_whole(l, -NUMBER_INT_MAX), x.t)));
	if (!limits->has_max && !x.real)
		logic_assume(l, l_implies(l, given, l_le(l, x.t, l_whole(l, NUMBER_INT_MAX))));
	if (limits->has_step)
		say_step(e, limits, &x, given);
	else if (x.real)
		terms_add(l, &e->decimals, x.t);
	return x;
}

void nice_decimals(struct encoder *e, struct terms *out)
{
	struct logic *l = &e->l;
	unsigned places = e->places + 1 > 6 ? 6 : e->places + 1;
	struct number grain = {1, 1};

	while (places--)
		grain.den *= 10;
	for (uint32_t i = 0; i < e->decimals.n; i++) {
		term steps = l_to_real(l, l_int(l));

		terms_add(l, out,
			  l_eq(l, e->decimals.list[i], l_times(l, l_fraction(l, grain), steps)));
	}
}

/* A limit that leaves the calendar is none. */
static void say_date_limit(struct encoder *e, const struct date_limit *limit,
			   const struct sym *date, term given, enum comparison how)
{
	struct logic *l = &e->l;
	struct num n = num_whole(e, l_whole(l, limit->n), limit->n, limit->n);
	term none = l->no;
	struct sym end;

	if (limit->kind == LIMIT_NONE)
		return;
	if (limit->kind == LIMIT_DATE)
		end = date_constant(e, limit->date);
	else
		end = limit->n ? date_plus(e, &e->today, &n, limit->unit, &none) : e->today;
	logic_assume(l, l_implies(l, given, l_or(l, none, date_compare(e, date, &end, how))));
}

static void text_free(struct encoder *e, uint32_t item, term given, struct sym *s)
{
	s->text = l_int(&e->l);
	*LIST_ADD(e, e->free_texts, e->n_free_texts, e->free_texts_cap) =
		(struct free_text){.item = item, .given = given, .text = s->text};
}

static void code_free(struct encoder *e, uint32_t index, term given, struct sym *s)
{
	const struct item *item = &e->p->items[index];
	bool open = item->type == SCREENER_OPEN_CHOICE;
	int64_t n = e->p->domains[item->value.of].n;
	struct logic *l = &e->l;

	s->code = l_int(l);
	logic_assume(l, l_implies(l, given,
				  l_and(l, l_le(l, l_whole(l, open ? -1 : 0), s->code),
					l_lt(l, s->code, l_whole(l, n)))));
	if (open)
		text_free(e, index, l_and(l, given, l_eq(l, s->code, l_whole(l, -1))), s);
}

static void set_free(struct encoder *e, uint32_t index, term given, struct sym *s)
{
	const struct item *item = &e->p->items[index];
	const struct domain *d = &e->p->domains[item->value.of];
	struct logic *l = &e->l;
	term count = l_whole(l, 0), one = l_whole(l, 1), zero = count, alone;

	s->bits = arena_array_of(e->arena, term, MAX_SET);
	for (uint32_t i = 0; i < MAX_SET; i++)
		s->bits[i] = l->no;
	for (uint32_t i = 0; i < d->n && i < MAX_SET; i++) {
		s->bits[i] = l_bool(l);
		count = l_plus(l, count, l_if(l, s->bits[i], one, zero));
	}
	alone = l_le(l, count, one);
	logic_assume(l, l_implies(l, given,
				  l_and(l, l_le(l, l_whole(l, item->limits.min_count), count),
					l_le(l, count, l_whole(l, item->limits.max_count)))));
	for (uint32_t i = 0; i < d->n && i < MAX_SET; i++)
		if (d->options[i].exclusive)
			logic_assume(l, l_implies(l, l_and(l, given, s->bits[i]), alone));
}

/* How many rows are said one by one; what has no budget left stays free. */
static uint32_t rows_said(struct encoder *e, uint32_t group)
{
	const struct item *item = &e->p->items[group];
	uint32_t cost = 1 + item->n_children, n = item->limits.max_count;

	if (n > e->row_budget / cost)
		n = e->row_budget / cost;
	if (!n && item->limits.max_count)
		n = 1;
	return n;
}

static void rows_free(struct encoder *e, uint32_t group, term given, struct sym *s)
{
	const struct item *item = &e->p->items[group];
	struct sym_rows *rows = arena_new_of(e->arena, struct sym_rows);
	struct logic *l = &e->l;
	size_t cells;

	*rows = (struct sym_rows){.group = group,
				  .n = rows_said(e, group),
				  .n_children = item->n_children,
				  .count = l_int(l)};
	cells = (size_t)rows->n * rows->n_children;
	e->row_budget -= cells < e->row_budget ? (uint32_t)cells : e->row_budget;
	rows->more = rows->n < item->limits.max_count;
	rows->cells = arena_array_of(e->arena, struct sym, cells);
	rows->valid = arena_array_of(e->arena, term, cells);
	rows->invalid = arena_array_of(e->arena, term, cells);
	rows->shown = arena_array_of(e->arena, struct tri, cells);
	for (size_t i = 0; i < cells; i++) {
		rows->cells[i] = answer_free(e, group + 1 + (uint32_t)(i % rows->n_children),
					     &rows->valid[i], &rows->invalid[i]);
		rows->shown[i] = tri_constant(e, true);
	}
	logic_assume(l, l_le(l, l_whole(l, 0), rows->count));
	logic_assume(l, l_le(l, rows->count, l_whole(l, item->limits.max_count)));
	logic_assume(l,
		     l_implies(l, given, l_le(l, l_whole(l, item->limits.min_count), rows->count)));
	s->rows = rows;
}

struct sym answer_free(struct encoder *e, uint32_t index, term *valid, term *invalid)
{
	const struct item *item = &e->p->items[index];
	struct logic *l = &e->l;
	term given = item->value.kind == TYPE_NONE ? l->no : l_bool(l);
	struct sym s;

	*valid = given;
	*invalid = l->no;
	s = (struct sym){.known = given, .cause = l->no, .kind = item->value.kind};
	s.domain = item->value.of;
	if (item->value.kind == TYPE_NONE)
		return s;
	*invalid = l_and(l, l_not(l, given), l_free(l));
	switch (s.kind) {
	case TYPE_BOOL: s.b = l_bool(l); break;
	case TYPE_DATE:
		s = date_free(e);
		s.known = given;
		say_date_limit(e, &item->limits.first, &s, given, COMPARE_GE);
		say_date_limit(e, &item->limits.last, &s, given, COMPARE_LE);
		break;
	case TYPE_TEXT: text_free(e, index, given, &s); break;
	case TYPE_CODE: code_free(e, index, given, &s); break;
	case TYPE_SET: set_free(e, index, given, &s); break;
	case TYPE_ROWS: rows_free(e, index, given, &s); break;
	default: s.n = number_free(e, item, given); break;
	}
	return s;
}

struct sym when_not_shown(struct encoder *e, uint32_t index, struct tri shown,
			  const struct sym *given)
{
	const struct item *item = &e->p->items[index];
	struct logic *l = &e->l;
	struct sym hidden, out = *given;

	if (shown.t == l->yes)
		return *given;
	if (!item->has_hidden) {
		out.known = l_named(l, l_and(l, shown.t, given->known));
		return out;
	}
	hidden = sym_constant(e, &item->when_hidden, item->value);
	hidden.known = shown.f;
	return sym_choose(e, shown.t, given, &hidden);
}
