/* One evaluation with open items: what each slot, rule and constraint can still become. */
#include "screener/eval.h"
#include "screener/gate_part.h"

static enum gate_slot slot_of_item(const struct gate_view *view, uint32_t i)
{
	const struct item *item = &view->program->items[i];
	bool known = view->state->answers->slots[i].known;
	bool closed = view->closed[i];
	uint8_t shown = view->shown[i];
	/* Hidden or pending, and nothing stands in for it. */
	bool blank = !(shown & CAN_BE_FALSE) || !item->has_hidden;

	if (shown == CAN_BE_TRUE)
		return !closed ? SLOT_ANY : known ? SLOT_KNOWN : SLOT_UNKNOWN;
	if (shown == CAN_BE_FALSE)
		return item->has_hidden ? SLOT_KNOWN : SLOT_UNKNOWN;
	if (blank && (!(shown & CAN_BE_TRUE) || (closed && !known)))
		return SLOT_UNKNOWN;
	return SLOT_ANY;
}

/* Rows are pruned by their children's conditions, which may look outside. */
static bool rows_are_settled(struct gate_view *view, uint32_t group)
{
	const struct screener *p = view->program;

	for (uint32_t i = group + 1; i <= group + p->items[group].n_children; i++) {
		int32_t rule = p->items[i].show_if;

		for (uint32_t k = (uint32_t)rule; rule != NO_NODE && k < p->nodes[rule].end; k++) {
			const struct node *node = &p->nodes[k];
			bool child = node->slot < p->n_items && p->items[node->slot].row_group >= 0;

			if (node->op == OP_TODAY || node->op == OP_LOOKUP ||
			    (gate_reads_slot(node) && !child &&
			     view->slots[node->slot] == SLOT_ANY))
				return false;
		}
	}
	return true;
}

static void set_slot(struct gate_view *view, uint32_t slot, enum gate_slot what)
{
	view->slots[slot] = (uint8_t)what;
	if (what == SLOT_ANY && view->state->slots[slot].known)
		view->exact = false;
}

static void step_item(struct gate_view *view, uint32_t i)
{
	const struct item *item = &view->program->items[i];
	enum gate_slot slot;

	view->shown[i] = item->group < 0 ? CAN_BE_TRUE : view->shown[item->group];
	if (item->show_if != NO_NODE)
		view->shown[i] =
			gate_can_and(view->shown[i], gate_can_be(view, (uint32_t)item->show_if));
	slot = slot_of_item(view, i);
	if (item->repeats && slot == SLOT_KNOWN && !rows_are_settled(view, i))
		slot = SLOT_ANY;
	set_slot(view, i, slot);
	view->ranges[i] = gate_item_range(view, i);
}

static void step_derived(struct gate_view *view, uint32_t i)
{
	uint32_t slot = slot_of_derived(view->program, i);
	enum gate_slot what = gate_slot_of(view, (uint32_t)view->program->derived[i].rule);

	if (what == SLOT_KNOWN && !view->state->slots[slot].known)
		what = SLOT_UNKNOWN;
	set_slot(view, slot, what);
	view->ranges[slot] = gate_derived_range(view, i);
}

static void step_score(struct gate_view *view, uint32_t i)
{
	const struct score *score = &view->program->scores[i];
	uint32_t slot = slot_of_score(view->program, i), unknown = 0, open = 0;
	uint32_t spare = score->missing == MISSING_UNKNOWN ? 0 : score->max_missing;

	for (uint32_t k = 0; k < score->n_slots; k++) {
		unknown += view->slots[score->slots[k]] == SLOT_UNKNOWN;
		open += view->slots[score->slots[k]] == SLOT_ANY;
	}
	for (uint32_t k = slot; k <= slot + 1; k++) {
		enum gate_slot what = view->state->slots[k].known ? SLOT_KNOWN : SLOT_UNKNOWN;

		set_slot(view, k, unknown > spare ? SLOT_UNKNOWN : open ? SLOT_ANY : what);
	}
	view->ranges[slot] = gate_score_range(view, i);
}

static void step_all(struct gate_view *view)
{
	const struct screener *p = view->program;

	for (uint32_t i = 0; i < p->n_items; i++) {
		view->shown[i] = CAN_BE_TRUE;
		if (p->items[i].row_group < 0)
			set_slot(view, i, slot_of_item(view, i));
		view->ranges[i] = gate_item_range(view, i);
	}
	for (uint32_t i = 0; i < p->n_steps; i++)
		switch ((enum step_kind)p->steps[i].kind) {
		case STEP_ITEM: step_item(view, p->steps[i].index); break;
		case STEP_DERIVED: step_derived(view, p->steps[i].index); break;
		case STEP_SCORE: step_score(view, p->steps[i].index); break;
		}
}

/* What the inputs of the decision say about its rows. */
struct inputs {
	struct row_sets
		known; /* possible: nothing known excludes it; certain: asks nothing unknown */
	struct row_sets open; /* certain: asks nothing that is open */
};

static struct inputs see_inputs(struct gate_view *view, struct arena *arena)
{
	const struct decision *d = view->program->decision;
	struct inputs inputs = {row_sets_new(arena, view->program->n_rules),
				row_sets_new(arena, view->program->n_rules)};

	for (uint32_t i = 0; i < d->n_columns; i++) {
		uint32_t node = (uint32_t)d->columns[i].input;
		enum gate_slot slot = gate_slot_of(view, node);
		struct feel input = {};
		struct value value;

		if (slot == SLOT_KNOWN && eval_value(view->state, node, &value))
			input = eval_input(&value, d->columns[i].type);
		row_sets_try(slot == SLOT_ANY ? &inputs.open : &inputs.known, &d->columns[i].rows,
			     &input);
	}
	return inputs;
}

static uint8_t row_can_be(struct gate_view *view, uint32_t row, const struct inputs *inputs)
{
	uint8_t set = CAN_BE_TRUE;

	if (view->exact && view->state->rules[row] != UNKNOWN3)
		return (uint8_t)(1 << view->state->rules[row]);
	if (!gate_set_has(inputs->known.possible, row))
		return CAN_BE_FALSE;
	if (!gate_set_has(inputs->known.certain, row))
		set = gate_can_and(set, CAN_BE_UNKNOWN);
	if (!gate_set_has(inputs->open.certain, row))
		set = gate_can_and(set, CAN_BE_ANY);
	return set;
}

static void see_rules(struct gate_view *view, struct arena *arena)
{
	const struct screener *p = view->program;
	bool is_table = p->decision != NULL;
	struct inputs inputs = {};
	uint8_t none = CAN_BE_TRUE;

	if (is_table)
		inputs = see_inputs(view, arena);
	for (uint32_t i = 0; i < p->n_rules; i++) {
		if (p->rules[i].otherwise)
			view->rules[i] = none;
		else if (is_table)
			view->rules[i] = row_can_be(view, i, &inputs);
		else
			view->rules[i] = gate_can_be(view, (uint32_t)p->rules[i].cond);
		none = gate_can_and(none, gate_can_not(view->rules[i]));
	}
}

struct gate_view *gate_view_of(const struct gate *gate, const struct screener_answers *answers,
			       const uint8_t *closed, struct arena *arena)
{
	const struct screener *p = gate->program;
	struct screener_state *state = eval_state(p, answers, arena);
	struct gate_view *view = arena_new_of(arena, struct gate_view);
	bool exact;

	*view = (struct gate_view){.program = p,
				   .closed = closed,
				   .state = arena_memdup(arena, state, sizeof *state),
				   .slots = arena_array_of(arena, uint8_t, p->n_slots),
				   .ranges = arena_array_of(arena, struct gate_range, p->n_slots),
				   .shown = arena_array_of(arena, uint8_t, p->n_items),
				   .rules = arena_array_of(arena, uint8_t, p->n_rules),
				   .constraints = arena_array_of(arena, uint8_t, p->n_constraints),
				   .exact = !gate->moves};
	step_all(view);
	see_rules(view, arena);
	/* "missing" sees answers come, so what it says of none is not for good. */
	exact = view->exact;
	view->exact = false;
	for (uint32_t i = 0; i < p->n_constraints; i++)
		view->constraints[i] = gate_can_be(view, (uint32_t)p->constraints[i].that);
	view->exact = exact;
	view->work += view->state->loops + state->loops;
	*view->state = *state;
	return view;
}
