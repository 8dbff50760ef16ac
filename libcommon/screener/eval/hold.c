/* What keeps a code back although the rules decided for it (FORMAT.md "Deciding"). */
#include "screener/eval/eval.h"

bool eval_is_required(struct screener_state *state, const struct item *item)
{
	if (item->required)
		return true;
	return item->required_if != NO_NODE &&
	       eval_truth(state, (uint32_t)item->required_if) != FALSE3;
}

static bool is_satisfied(const struct item *item, const struct value *v, enum given given)
{
	if (given != GIVEN_VALID)
		return false;
	return item->type != SCREENER_ATTESTATION || (v->known && v->number.num);
}

static bool required_is_missing(struct screener_state *state)
{
	const struct screener *p = state->program;

	for (uint32_t k = 0; k < p->n_required; k++) {
		uint32_t i = p->required[k];
		const struct item *item = &p->items[i];

		if (state->shown[i] == FALSE3 ||
		    (state->shown[i] == TRUE3 &&
		     is_satisfied(item, &state->slots[i], state->answers->given[i])))
			continue;
		if (eval_is_required(state, item))
			return true;
	}
	return false;
}

static bool safety_is_unknown(const struct screener_state *state)
{
	const struct screener *p = state->program;

	for (uint32_t k = 0; k < p->n_safety; k++) {
		uint32_t i = p->safety[k];

		if (state->shown[i] != FALSE3 && !state->slots[i].known)
			return true;
	}
	return false;
}

static uint32_t rule_size(const struct screener *p, int32_t rule)
{
	return rule == NO_NODE ? 0 : p->nodes[rule].end - (uint32_t)rule;
}

bool eval_child_is_required(struct screener_state *state, uint32_t group, const struct item *child,
			    uint32_t row)
{
	if (child->required || child->required_if == NO_NODE)
		return child->required;
	if (!eval_spend(state, rule_size(state->program, child->required_if)))
		return true;
	eval_enter_row(state, group, state->slots[group].rows, row);
	return eval_is_required(state, child);
}

/* Held bits of one child in all rows. */
static unsigned hold_child(struct screener_state *state, uint32_t group, uint32_t child)
{
	const struct item *item = &state->program->items[group + 1 + child];
	const struct rows *rows = state->slots[group].rows;
	unsigned held = 0;

	if (!item->required && item->required_if == NO_NODE && !item->safety)
		return 0;
	for (uint32_t row = 0; row < rows->n; row++) {
		size_t cell = (size_t)row * rows->n_children + child;
		enum truth shown = rows->shown ? rows->shown[cell] : TRUE3;

		if (shown == FALSE3)
			continue;
		if (item->safety && !rows->cells[cell].known)
			held |= SCREENER_HELD_SAFETY;
		if (shown == TRUE3 && is_satisfied(item, &rows->cells[cell], rows->given[cell]))
			continue;
		if (eval_child_is_required(state, group, item, row))
			held |= SCREENER_HELD_REQUIRED;
		if (state->over_limit)
			return SCREENER_HELD_LIMIT;
	}
	return held;
}

static unsigned hold_rows(struct screener_state *state, uint32_t group)
{
	const struct screener *p = state->program;
	uint32_t n = p->items[group].n_children;
	unsigned held = 0;

	if (state->shown[group] == FALSE3)
		return 0;
	for (uint32_t i = 0; i < n; i++) {
		if (state->slots[group].known)
			held |= hold_child(state, group, i);
		else if (p->items[group + 1 + i].safety)
			held |= SCREENER_HELD_SAFETY;
	}
	return held;
}

bool eval_problem_counts(const struct screener_state *state, const struct problem *problem)
{
	const struct item *item;
	const struct rows *rows;

	if (problem->item < 0)
		return true;
	item = &state->program->items[problem->item];
	if (problem->row < 0 || item->row_group < 0)
		return state->shown[problem->item] == TRUE3;
	if (state->shown[item->row_group] != TRUE3)
		return false;
	rows = state->slots[item->row_group].known ? state->slots[item->row_group].rows : NULL;
	if (!rows || !rows->shown || (uint32_t)problem->row >= rows->n)
		return true;
	return rows->shown[(size_t)problem->row * rows->n_children +
			   (uint32_t)(problem->item - item->row_group - 1)] == TRUE3;
}

static bool has_problem(const struct screener_state *state)
{
	for (uint32_t i = 0; i < state->answers->n_problems; i++)
		if (state->answers->problems[i].item >= 0 &&
		    eval_problem_counts(state, &state->answers->problems[i]))
			return true;
	return false;
}

static bool constraint_fails(const struct screener_state *state)
{
	const struct screener *p = state->program;

	for (uint32_t i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].is_error && state->constraints[i] != TRUE3)
			return true;
	return false;
}

unsigned eval_hold(struct screener_state *state)
{
	const struct screener *p = state->program;
	unsigned held = 0;

	if (required_is_missing(state))
		held |= SCREENER_HELD_REQUIRED;
	if (safety_is_unknown(state))
		held |= SCREENER_HELD_SAFETY;
	for (uint32_t i = 0; i < p->n_row_groups; i++)
		held |= hold_rows(state, p->row_groups[i]);
	if (has_problem(state))
		held |= SCREENER_HELD_INVALID;
	if (constraint_fails(state))
		held |= SCREENER_HELD_CONSTRAINT;
	if (state->failed)
		held |= SCREENER_HELD_FAILED;
	if (state->over_limit)
		held |= SCREENER_HELD_LIMIT;
	return held;
}
