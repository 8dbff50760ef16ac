/* Loops over the rows of a repeating group. */
#include "screener/eval/eval.h"

bool eval_spend(struct screener_state *state, uint32_t operations)
{
	state->loops += operations;
	if (state->loops <= MAX_OPERATIONS)
		return true;
	state->over_limit = true;
	state->cause = CAUSE_LIMIT;
	return false;
}

void eval_enter_row(struct screener_state *state, uint32_t group, const struct rows *rows,
		    uint32_t row)
{
	memcpy(&state->slots[group + 1], &rows->cells[(size_t)row * rows->n_children],
	       rows->n_children * sizeof *rows->cells);
}

/* What one row costs: the rule, and copying its children. */
static uint32_t row_cost(const struct screener_state *state, const struct node *node, uint32_t body)
{
	return node->end - body + state->program->items[node->slot].n_children / 16;
}

static const struct rows *rows_of(struct screener_state *state, const struct node *node)
{
	const struct value *v = &state->slots[node->slot];

	if (!v->known && v->cause)
		state->cause = v->cause;
	return v->known ? v->rows : NULL;
}

enum truth eval_row_truth(struct screener_state *state, const struct node *node, uint32_t body)
{
	const struct rows *rows = rows_of(state, node);
	enum truth decisive = node->op == OP_ROWS_ALL ? FALSE3 : TRUE3;
	enum truth result = truth_not(decisive);
	uint8_t cause = state->cause;

	if (!rows)
		return UNKNOWN3;
	for (uint32_t i = 0; i < rows->n && result != decisive; i++) {
		enum truth t;

		if (!eval_spend(state, row_cost(state, node, body)))
			return UNKNOWN3;
		eval_enter_row(state, node->slot, rows, i);
		t = eval_truth(state, body);
		if (t != truth_not(decisive))
			result = t;
	}
	if (result == decisive)
		state->cause = cause;
	return node->op == OP_ROWS_NONE ? truth_not(result) : result;
}

static bool add_row(struct screener_state *state, const struct node *node, uint32_t body,
		    struct number *total)
{
	struct value v;
	enum truth t;

	if (node->op == OP_ROWS_COUNT) {
		t = eval_truth(state, body);
		total->num += t == TRUE3;
		return t != UNKNOWN3;
	}
	if (!eval_value(state, body, &v))
		return false;
	if (number_add(*total, v.number, total))
		return true;
	state->cause = CAUSE_OVERFLOW;
	return false;
}

bool eval_row_value(struct screener_state *state, const struct node *node, uint32_t body,
		    struct value *out)
{
	const struct rows *rows = rows_of(state, node);
	struct number total = number_of(0);

	if (!rows)
		return false;
	for (uint32_t i = 0; i < rows->n; i++) {
		if (!eval_spend(state, row_cost(state, node, body)))
			return false;
		eval_enter_row(state, node->slot, rows, i);
		if (!add_row(state, node, body, &total))
			return false;
	}
	*out = value_number(total);
	return true;
}
