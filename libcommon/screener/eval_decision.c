/* Decision tables: each distinct test once, then rows as Kleene's "and" of their cells. */
#include "screener/eval.h"

static bool in_range(const struct cell_range *r, const struct value *v)
{
	int order;

	if (r->has_low) {
		order = number_compare(v->number, r->low.number);
		if (order < 0 || (order == 0 && r->low_open))
			return false;
	}
	if (r->has_high) {
		order = number_compare(v->number, r->high.number);
		if (order > 0 || (order == 0 && r->high_open))
			return false;
	}
	return true;
}

static bool passes(const struct cell_test *test, const struct value *v, struct type type)
{
	bool found = false;

	for (uint32_t i = 0; i < test->n && !found; i++) {
		const struct cell_range *r = &test->ranges[i];

		if (type.kind == TYPE_TEXT)
			found = str_eq(r->low.text, v->text);
		else if (type.kind == TYPE_CODE)
			found = r->low.code == v->code;
		else
			found = in_range(r, v);
	}
	return found != test->negated;
}

static inline bool cell_holds(const struct column *column, const struct cell_test *test,
			      const struct value *v)
{
	int64_t x = column->type.kind == TYPE_CODE ? v->code : v->number.num;

	if (test->plain)
		return (x >= test->low && x <= test->high) != test->negated;
	return passes(test, v, column->type);
}

bool eval_cell(const struct column *column, uint32_t test, const struct value *v)
{
	return cell_holds(column, &column->tests[test], v);
}

static uint8_t *eval_column(struct screener_state *state, const struct column *column)
{
	uint8_t *truths = arena_alloc(state->arena, column->n_tests);
	struct value v;

	state->cause = CAUSE_NONE;
	if (!eval_value(state, (uint32_t)column->input, &v)) {
		if (state->cause)
			state->failed = true;
		return memset(truths, UNKNOWN3, column->n_tests);
	}
	for (uint32_t i = 0; i < column->n_tests; i++)
		truths[i] = cell_holds(column, &column->tests[i], &v);
	return truths;
}

static enum truth eval_row(const uint16_t *cells, uint8_t *const *truths, uint32_t n)
{
	enum truth result = TRUE3;

	for (uint32_t i = 0; i < n; i++) {
		if (cells[i] == CELL_ANY)
			continue;
		if (truths[i][cells[i]] == FALSE3)
			return FALSE3;
		if (truths[i][cells[i]] == UNKNOWN3)
			result = UNKNOWN3;
	}
	return result;
}

void eval_decision(struct screener_state *state)
{
	const struct decision *d = state->program->decision;
	uint8_t *truths[MAX_INPUTS];

	for (uint32_t i = 0; i < d->n_columns; i++)
		truths[i] = eval_column(state, &d->columns[i]);
	for (uint32_t i = 0; i < state->program->n_rules; i++)
		state->rules[i] = (uint8_t)eval_row(d->cells + (size_t)i * d->n_columns, truths,
						    d->n_columns);
}
