/* Reference tables, row by row; and the risk score, of which only the bounds are said. */
#include "prover/part.h"

#define MAX_LOOKUP_ROWS 3000

/* Which row is found: a term per row, of which at most one is true. */
struct matches {
	term *rows;
	term any;
};

static term key_is(struct encoder *e, const struct sym *asked, const struct value *key,
		   struct type type, bool up_to)
{
	struct sym row = sym_constant(e, key, type);

	switch (type.kind) {
	case TYPE_TEXT:
	case TYPE_CODE: return text_same(e, asked, &row);
	case TYPE_BOOL: return l_eq(&e->l, asked->b, row.b);
	default: return num_compare(e, &asked->n, &row.n, up_to ? COMPARE_GE : COMPARE_EQ);
	}
}

static term row_matches(struct encoder *e, const struct table *table, const struct table_row *row,
			const struct sym *keys, const struct sym *as_of)
{
	struct logic *l = &e->l;
	struct num from = num_whole(e, date_code(e, as_of), 0, 4000000), limit;
	struct sym date = date_constant(e, row->from);
	term matches;

	limit = num_whole(e, date_code(e, &date), 0, 4000000);
	matches = num_compare(e, &from, &limit, COMPARE_GE);
	if (row->until <= INSTANT_MAX / DAYS(1)) {
		date = date_constant(e, row->until);
		limit = num_whole(e, date_code(e, &date), 0, 4000000);
		matches = l_and(l, matches, num_compare(e, &from, &limit, COMPARE_LT));
	}
	for (uint32_t i = 0; i < table->n_keys && matches != l->no; i++)
		matches = l_and(l, matches,
				key_is(e, &keys[i], &row->keys[i], table->key_types[i],
				       table->floor && i + 1 == table->n_keys));
	return matches;
}

/* Of rows that differ in a floor key alone, the one with the greatest is found. */
static void keep_greatest(struct encoder *e, const struct table *table, struct matches *m)
{
	struct logic *l = &e->l;
	term later = l->no;

	for (uint32_t i = table->n_rows; i-- > 0;) {
		term here = m->rows[i], now;

		m->rows[i] = l_and(l, here, l_not(l, later));
		now = l_or(l, later, here);
		if (now != later && now != l->yes) {
			term named = l_bool(l);

			logic_assume(l, l_eq(l, named, now));
			now = named;
		}
		later = now;
	}
}

static struct matches find_matches(struct encoder *e, const struct table *table,
				   const struct sym *keys, const struct sym *as_of)
{
	struct matches m = {.rows = arena_array_of(e->arena, term, table->n_rows)};
	struct terms any = {};

	for (uint32_t i = 0; i < table->n_rows; i++)
		m.rows[i] = row_matches(e, table, &table->rows[i], keys, as_of);
	/* Rows are in the order of their keys; another first key never matches as well. */
	if (table->floor)
		keep_greatest(e, table, &m);
	for (uint32_t i = 0; i < table->n_rows; i++)
		terms_add(&e->l, &any, m.rows[i]);
	m.any = l_any(&e->l, &any);
	return m;
}

static struct num column_numbers(struct encoder *e, const struct table *table, uint32_t column)
{
	struct number *list = arena_array_of(e->arena, struct number, table->n_rows);

	for (uint32_t i = 0; i < table->n_rows; i++)
		list[i] = table->rows[i].values[column].number;
	return num_among(e, list, table->n_rows);
}

static struct sym result_free(struct encoder *e, const struct table *table, uint32_t column)
{
	struct type type = table->column_types[column];
	struct sym s = sym_known(e, type.kind);

	switch ((enum type_kind)type.kind) {
	case TYPE_BOOL: s.b = l_bool(&e->l); break;
	case TYPE_DATE: s = date_free(e); break;
	case TYPE_TEXT: s.text = l_int(&e->l); break;
	default:
		s.n = column_numbers(e, table, column);
		s.n.t = s.n.real ? l_real(&e->l) : l_int(&e->l);
		break;
	}
	return s;
}

static term result_is(struct encoder *e, const struct sym *s, const struct value *v,
		      struct type type)
{
	struct sym row = sym_constant(e, v, type);
	struct logic *l = &e->l;

	switch (s->kind) {
	case TYPE_BOOL: return l_eq(l, s->b, row.b);
	case TYPE_DATE: return date_compare(e, s, &row, COMPARE_EQ);
	case TYPE_TEXT: return text_same(e, s, &row);
	default: return num_is(e, &s->n, v->number);
	}
}

static struct sym find_value(struct encoder *e, const struct table *table, uint32_t column,
			     const struct sym *keys, const struct sym *as_of)
{
	struct sym s = result_free(e, table, column);
	struct logic *l = &e->l;
	struct matches m;

	if (table->n_rows > MAX_LOOKUP_ROWS) {
		s.known = l_bool(l);
		return s;
	}
	m = find_matches(e, table, keys, as_of);
	for (uint32_t i = 0; i < table->n_rows; i++)
		logic_assume(l, l_implies(l, m.rows[i],
					  result_is(e, &s, &table->rows[i].values[column],
						    table->column_types[column])));
	s.known = m.any;
	return s;
}

/* Keys, then the date; then perhaps the limit of operations; then there is a row or none. */
struct sym encode_lookup(struct encoder *e, uint32_t index)
{
	const struct node *nodes = e->p->nodes;
	const struct table *table = &e->p->tables[nodes[index].imm >> 32];
	struct sym keys[MAX_TABLE_KEYS] = {}, as_of = e->today, s;
	struct logic *l = &e->l;
	term known = l->yes, cause = l->no, limit;
	uint32_t n = 0;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end, n++) {
		keys[n] = encode_value(e, i, table->key_types[n].kind);
		cause = l_or(l, cause, l_and(l, known, keys[n].cause));
		known = l_and(l, known, keys[n].known);
	}
	if (table->as_of != NO_NODE) {
		as_of = encode_value(e, (uint32_t)table->as_of, TYPE_DATE);
		cause = l_or(l, cause, l_and(l, known, as_of.cause));
		known = l_and(l, known, as_of.known);
	}
	s = find_value(e, table, (uint32_t)nodes[index].imm, keys, &as_of);
	limit = table->floor ? limit_hit(e) : l->no;
	s.cause = l_or(l, cause, l_and(l, known, l_or(l, limit, l_not(l, s.known))));
	s.known = l_and(l, l_and(l, known, s.known), l_not(l, limit));
	return s;
}

static term text_is(struct encoder *e, const struct sym *s, const char *text)
{
	struct sym literal = sym_known(e, TYPE_TEXT);

	literal.is_literal = true;
	literal.literal = str_of(text);
	return text_same(e, s, &literal);
}

static term within(struct encoder *e, const struct num *n, int64_t low, int64_t high)
{
	struct num from = num_constant(e, number_of(low)), to = num_constant(e, number_of(high));

	return l_and(&e->l, num_compare(e, n, &from, COMPARE_GE),
		     num_compare(e, n, &to, COMPARE_LE));
}

/* The ranges are said; the risk itself is some number of hundredths from 0 to 100. */
struct sym encode_pce(struct encoder *e, uint32_t index)
{
	static const int64_t ranges[][2] = {{40, 79}, {130, 320}, {20, 100}, {90, 200}};
	const struct node *nodes = e->p->nodes;
	struct logic *l = &e->l;
	term known = l->yes, cause = l->no, valid = l->yes, hundredths = l_int(l);
	struct num n = num_whole(e, NULL, 0, 100);
	struct sym s;
	uint32_t k = 0;

	for (uint32_t i = index + 1; i < nodes[index].end; i = nodes[i].end, k++) {
		s = encode_value(e, i, k < 4 ? TYPE_DEC : k < 6 ? TYPE_TEXT : TYPE_BOOL);
		cause = l_or(l, cause, l_and(l, known, s.cause));
		known = l_and(l, known, s.known);
		if (k < 4)
			valid = l_and(l, valid, within(e, &s.n, ranges[k][0], ranges[k][1]));
		else if (k == 4)
			valid = l_and(l, valid, l_or(l, text_is(e, &s, "F"), text_is(e, &s, "M")));
	}
	logic_assume(l, l_le(l, l_whole(l, 0), hundredths));
	logic_assume(l, l_le(l, hundredths, l_whole(l, 10000)));
	n.t = l_times(l, l_fraction(l, (struct number){1, 100}), l_to_real(l, hundredths));
	n.real = true;
	n.den = 100;
	s = sym_of_num(e, n);
	s.known = l_and(l, known, valid);
	s.cause = l_or(l, cause, l_and(l, known, l_not(l, valid)));
	return s;
}
