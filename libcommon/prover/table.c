/*
 * The rows of a decision table.  A column keeps sets of rows for every place that a
 * value can have among the values it names (row_sets.h); from these each distinct
 * cell is read as the places where it holds.
 */
#include "prover/part.h"

struct column_terms {
	const struct column *column;
	struct sym input;
	term *tests;	  /* per cell number: holds of a known input */
	term *below, *at; /* per mark */
};

/* Of each distinct cell a row that has it, and where it began to hold. */
struct cells {
	uint32_t n;
	uint32_t *row;
	uint32_t *since; /* the place; UINT32_MAX: does not hold here */
};

static struct feel mark_of(const struct column *column, uint32_t i)
{
	const struct row_column *rows = &column->rows;
	struct feel mark = {.kind = rows->kind};

	if (!rows->whole)
		return rows->marks[i];
	if (rows->kind == FEEL_BOOLEAN)
		mark.boolean = rows->whole[i] != 0;
	else if (rows->kind == FEEL_DATE)
		mark.date = (date_days)rows->whole[i];
	else
		mark.number = number_of(rows->whole[i]);
	return mark;
}

static void say_mark(struct encoder *e, struct column_terms *t, uint32_t i)
{
	struct feel mark = mark_of(t->column, i);
	struct logic *l = &e->l;
	struct sym s = sym_known(e, TYPE_TEXT);
	struct num n;

	t->below[i] = l->no;
	switch (t->column->type.kind) {
	case TYPE_BOOL:
		t->at[i] = mark.boolean ? t->input.b : l_not(l, t->input.b);
		t->below[i] = mark.boolean ? l_not(l, t->input.b) : l->no;
		break;
	case TYPE_DATE:
		s = date_constant(e, mark.date);
		t->at[i] = date_compare(e, &t->input, &s, COMPARE_EQ);
		t->below[i] = date_compare(e, &t->input, &s, COMPARE_LT);
		break;
	case TYPE_CODE: t->at[i] = l_eq(l, t->input.code, l_whole(l, mark.number.num)); break;
	case TYPE_TEXT:
		s.is_literal = true;
		s.literal = mark.text;
		t->at[i] = text_same(e, &t->input, &s);
		break;
	default:
		n = num_constant(e, mark.number);
		t->at[i] = num_compare(e, &t->input.n, &n, COMPARE_EQ);
		t->below[i] = num_compare(e, &t->input.n, &n, COMPARE_LT);
		break;
	}
}

/* The input's place is at least `from`, and at most `to`. */
static term between_places(struct encoder *e, const struct column_terms *t, uint32_t from,
			   uint32_t to)
{
	uint32_t n_marks = t->column->rows.n_marks;
	struct logic *l = &e->l;
	term low = l->yes, high = l->yes;

	if (from % 2)
		low = l_not(l, t->below[from / 2]);
	else if (from)
		low = l_not(l, l_or(l, t->below[from / 2 - 1], t->at[from / 2 - 1]));
	if (to % 2)
		high = l_or(l, t->below[to / 2], t->at[to / 2]);
	else if (to / 2 < n_marks)
		high = t->below[to / 2];
	return l_and(l, low, high);
}

/* Codes and texts have no order: at one of the marks, or at none of them. */
static bool is_ordered(const struct column *column)
{
	return column->type.kind != TYPE_CODE && column->type.kind != TYPE_TEXT;
}

static term at_places(struct encoder *e, const struct column_terms *t, uint32_t from, uint32_t to)
{
	term holds = e->l.no;

	if (is_ordered(t->column))
		return between_places(e, t, from, to);
	for (uint32_t place = from; place <= to; place++)
		if (place % 2)
			holds = l_or(&e->l, holds, t->at[place / 2]);
	return holds;
}

static void end_run(struct encoder *e, struct column_terms *t, struct cells *cells, uint32_t test,
		    uint32_t place)
{
	if (cells->since[test] == UINT32_MAX)
		return;
	t->tests[test] =
		l_or(&e->l, t->tests[test], at_places(e, t, cells->since[test], place - 1));
	cells->since[test] = UINT32_MAX;
}

/* A row began or ceased to hold at this place. */
static void toggle(struct encoder *e, struct column_terms *t, struct cells *cells, uint32_t row,
		   uint32_t place)
{
	uint16_t test = t->column->cells[row];

	if (test == ROW_CELL_ANY || cells->row[test] != row)
		return;
	if (cells->since[test] == UINT32_MAX)
		cells->since[test] = place;
	else
		end_run(e, t, cells, test, place);
}

static void set_at(const struct row_column *rows, uint32_t place, uint64_t *out)
{
	const struct row_place *at = &rows->places[place];
	const uint16_t *changes = rows->changes + rows->change_begin[at->set];

	memcpy(out, rows->sets + (size_t)at->set * rows->n_words, rows->n_words * sizeof *out);
	for (uint32_t i = 0; i < at->n_changes; i++)
		out[changes[i] / 64] ^= (uint64_t)1 << changes[i] % 64;
}

static void walk_places(struct encoder *e, struct column_terms *t, struct cells *cells)
{
	const struct row_column *rows = &t->column->rows;
	uint32_t n_places = 2 * rows->n_marks + 1;
	uint64_t *before = arena_array_of(e->arena, uint64_t, rows->n_words);
	uint64_t *now = arena_array_of(e->arena, uint64_t, rows->n_words);

	for (uint32_t place = 0; place < n_places && !logic_is_full(&e->l); place++) {
		set_at(rows, place, now);
		for (uint32_t w = 0; w < rows->n_words; w++)
			for (uint64_t bits = now[w] ^ before[w]; bits; bits &= bits - 1)
				toggle(e, t, cells, w * 64 + (uint32_t)__builtin_ctzll(bits),
				       place);
		e->l.n_terms += rows->n_words / 32;
		memcpy(before, now, rows->n_words * sizeof *now);
	}
	for (uint32_t i = 0; i < cells->n; i++)
		end_run(e, t, cells, i, n_places);
}

/* Where no mark is met: a cell of codes or texts that holds there is one with not(...). */
static void say_elsewhere(struct encoder *e, struct column_terms *t, const struct cells *cells,
			  const uint64_t *first)
{
	struct logic *l = &e->l;
	term elsewhere = l->yes;

	if (is_ordered(t->column))
		return;
	for (uint32_t i = 0; i < t->column->rows.n_marks; i++)
		elsewhere = l_and(l, elsewhere, l_not(l, t->at[i]));
	for (uint32_t i = 0; i < cells->n; i++)
		if (cells->row[i] != UINT32_MAX &&
		    (first[cells->row[i] / 64] >> cells->row[i] % 64 & 1))
			t->tests[i] = l_or(l, t->tests[i], elsewhere);
}

static struct cells cells_of(struct encoder *e, const struct column *column)
{
	struct cells cells = {};
	uint32_t n_rows = e->p->n_rules;

	for (uint32_t row = 0; row < n_rows; row++)
		if (column->cells[row] != ROW_CELL_ANY && column->cells[row] >= cells.n)
			cells.n = column->cells[row] + 1u;
	cells.row = arena_array_of(e->arena, uint32_t, cells.n);
	cells.since = arena_array_of(e->arena, uint32_t, cells.n);
	for (uint32_t i = 0; i < cells.n; i++)
		cells.row[i] = cells.since[i] = UINT32_MAX;
	for (uint32_t row = n_rows; row-- > 0;)
		if (column->cells[row] != ROW_CELL_ANY)
			cells.row[column->cells[row]] = row;
	return cells;
}

static void say_column(struct encoder *e, const struct column *column, struct column_terms *t)
{
	struct cells cells = cells_of(e, column);
	uint32_t n_marks = column->rows.n_marks;
	uint64_t *first;

	*t = (struct column_terms){.column = column};
	t->input = encode_value(e, (uint32_t)column->input, column->type.kind);
	terms_add(&e->l, &e->failed, t->input.cause);
	if (column->rows.kind == FEEL_NULL)
		return;
	t->tests = arena_array_of(e->arena, term, cells.n);
	for (uint32_t i = 0; i < cells.n; i++)
		t->tests[i] = e->l.no;
	t->below = arena_array_of(e->arena, term, n_marks);
	t->at = arena_array_of(e->arena, term, n_marks);
	for (uint32_t i = 0; i < n_marks; i++)
		say_mark(e, t, i);
	walk_places(e, t, &cells);
	first = arena_array_of(e->arena, uint64_t, column->rows.n_words);
	set_at(&column->rows, 0, first);
	say_elsewhere(e, t, &cells, first);
}

static struct tri say_row(struct encoder *e, const struct column_terms *columns, uint32_t row)
{
	const struct decision *d = e->p->decision;
	struct terms all = {}, any = {};
	struct logic *l = &e->l;

	for (uint32_t i = 0; i < d->n_columns; i++) {
		const struct column_terms *t = &columns[i];
		uint16_t cell = t->column->cells[row];
		term known = t->input.known;

		/* A column without a test in any row has none. */
		if (cell == ROW_CELL_ANY || !t->tests)
			continue;
		terms_add(l, &all, l_and(l, known, t->tests[cell]));
		terms_add(l, &any, l_and(l, known, l_not(l, t->tests[cell])));
	}
	return (struct tri){l_all(l, &all), l_any(l, &any), l->no};
}

void encode_decision(struct encoder *e)
{
	const struct decision *d = e->p->decision;
	struct column_terms *columns = arena_array_of(e->arena, struct column_terms, d->n_columns);

	for (uint32_t i = 0; i < d->n_columns; i++)
		say_column(e, &d->columns[i], &columns[i]);
	for (uint32_t row = 0; row < e->p->n_rules && !logic_is_full(&e->l); row++)
		if (!e->p->rules[row].otherwise)
			e->rules[row] = say_row(e, columns, row);
}
