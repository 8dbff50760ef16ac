/*
 * Before any rule: which items are visible, what hidden ones count as, and the
 * derived values and scores, each after all that it needs.
 */
#include "screener/eval/eval.h"

/* Both false and unknown keep a question away; false is stronger. */
static enum truth both(enum truth a, enum truth b)
{
	if (a == FALSE3 || b == FALSE3)
		return FALSE3;
	return a == TRUE3 && b == TRUE3 ? TRUE3 : UNKNOWN3;
}

static struct value when_not_shown(const struct item *item, enum truth shown)
{
	return shown == FALSE3 && item->has_hidden ? item->when_hidden : value_unknown(CAUSE_NONE);
}

static void prune_cell(struct screener_state *state, uint32_t child, struct value *cell,
		       uint8_t *shown)
{
	const struct item *item = &state->program->items[child];

	*shown = TRUE3;
	if (item->show_if != NO_NODE) {
		uint32_t end = state->program->nodes[item->show_if].end;

		*shown = UNKNOWN3;
		if (eval_spend(state, end - (uint32_t)item->show_if))
			*shown = (uint8_t)eval_truth(state, (uint32_t)item->show_if);
	}
	if (*shown != TRUE3)
		*cell = when_not_shown(item, *shown);
	state->slots[child] = *cell;
}

/* A working copy of the rows in which each row's hidden children are pruned. */
static struct rows *prune_rows(struct screener_state *state, uint32_t group,
			       const struct rows *given)
{
	size_t n_cells = (size_t)given->n * given->n_children;
	struct rows *rows = arena_memdup(state->arena, given, sizeof *given);

	rows->cells = arena_memdup(state->arena, given->cells, n_cells * sizeof *given->cells);
	rows->shown = arena_alloc(state->arena, n_cells);
	for (size_t i = 0; i < n_cells; i++)
		prune_cell(state, group + 1 + (uint32_t)(i % given->n_children), &rows->cells[i],
			   &rows->shown[i]);
	return rows;
}

static bool has_conditional_child(const struct screener *p, uint32_t group)
{
	for (uint32_t i = 1; i <= p->items[group].n_children; i++)
		if (p->items[group + i].show_if != NO_NODE)
			return true;
	return false;
}

static void step_item(struct screener_state *state, uint32_t index)
{
	const struct item *item = &state->program->items[index];
	enum truth shown = item->group < 0 ? TRUE3 : state->shown[item->group];
	struct value *slot = &state->slots[index];

	if (item->show_if != NO_NODE)
		shown = both(shown, eval_truth(state, (uint32_t)item->show_if));
	state->shown[index] = (uint8_t)shown;
	if (shown != TRUE3)
		*slot = when_not_shown(item, shown);
	else if (item->repeats && slot->known && has_conditional_child(state->program, index))
		slot->rows = prune_rows(state, index, slot->rows);
}

static void step_derived(struct screener_state *state, uint32_t index)
{
	const struct derived *d = &state->program->derived[index];
	struct value *slot = &state->slots[slot_of_derived(state->program, index)];

	if (!eval_value(state, (uint32_t)d->rule, slot)) {
		*slot = value_unknown(state->cause);
	} else if (d->rounding.has && !number_round(slot->number, d->rounding.digits,
						    d->rounding.mode, &slot->number)) {
		*slot = value_unknown(CAUSE_OVERFLOW);
	}
	if (slot->cause)
		state->failed = true;
}

void eval_steps(struct screener_state *state)
{
	const struct screener *p = state->program;

	for (uint32_t i = 0; i < p->n_steps; i++) {
		state->cause = CAUSE_NONE;
		switch ((enum step_kind)p->steps[i].kind) {
		case STEP_ITEM: step_item(state, p->steps[i].index); break;
		case STEP_DERIVED: step_derived(state, p->steps[i].index); break;
		case STEP_SCORE: eval_score(state, p->steps[i].index); break;
		}
	}
}
