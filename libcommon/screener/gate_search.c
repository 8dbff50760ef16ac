/*
 * The search for answers.  One item after the other is closed with an answer,
 * or with none; gate_view tells what the rest can still come to, and where the
 * goal is excluded the branch ends.  Items whose answers can be tried completely
 * come first, so that a sample is only drawn where nothing else decides.
 */
#include "screener/eval.h"
#include "screener/gate_part.h"

struct search {
	struct gate *gate;
	const struct gate_goal *goal;
	struct screener_answers answers;
	uint8_t *closed;
	uint32_t limit; /* of gate->spent */
	struct gate_found *found;
};

uint32_t gate_allowance(const struct gate *gate, uint32_t n)
{
	uint32_t left = gate->limit > gate->spent ? gate->limit - gate->spent : 0;

	return left / (n + 1);
}

const char *gate_answers_json(struct gate *gate, const struct screener_state *state)
{
	const struct screener *p = gate->program;
	struct strbuf buf = strbuf_new(gate->arena);
	bool first = true;

	strbuf_add_char(&buf, '{');
	for (uint32_t i = 0; i < p->n_items; i++) {
		/* Of rows those without what is hidden in them. */
		const struct screener_answers *a = state->answers;
		const struct value *v = p->items[i].repeats ? &state->slots[i] : &a->slots[i];

		if (a->given[i] != GIVEN_VALID || state->shown[i] != TRUE3)
			continue;
		strbuf_printf(&buf, "%s\"%s\":", first ? "" : ",", p->items[i].id.ptr);
		strbuf_add_c(&buf, gate_value_json(gate, i, v));
		first = false;
	}
	strbuf_add_char(&buf, '}');
	return buf.ptr;
}

/* The first open item of a set that may be asked; -1. */
static int32_t open_item(const struct search *s, const struct gate_view *view, const uint64_t *set,
			 bool exact)
{
	for (uint32_t w = 0; w < s->gate->words; w++)
		for (uint64_t bits = set[w]; bits; bits &= bits - 1) {
			uint32_t i = w * 64 + (uint32_t)__builtin_ctzll(bits);

			if (!s->closed[i] && view->shown[i] != CAN_BE_FALSE &&
			    s->gate->domains[i].exact == exact)
				return (int32_t)i;
		}
	return -1;
}

static int32_t open_for_goal(const struct search *s, const struct gate_view *view, bool exact)
{
	const struct gate *gate = s->gate;
	const struct gate_goal *goal = s->goal;

	switch (goal->kind) {
	case GOAL_TRUE:
	case GOAL_LEADING: return open_item(s, view, gate_rule_support(gate, goal->index), exact);
	case GOAL_BLIND:
	case GOAL_HASTY: return open_item(s, view, gate_slot_support(gate, goal->index), exact);
	case GOAL_OUTCOME: break;
	}
	return -1;
}

static int32_t open_for_rules(const struct search *s, const struct gate_view *view, bool exact)
{
	const struct screener *p = view->program;
	int32_t item = -1;

	for (uint32_t i = 0; i < p->n_rules && item < 0; i++)
		if (gate_goal_needs_rule(view, s->goal, i))
			item = open_item(s, view, gate_rule_support(s->gate, i), exact);
	return item;
}

static bool wants_code(const struct search *s)
{
	if (s->goal->kind == GOAL_OUTCOME)
		return s->gate->program->outcomes[s->goal->index].public.issues_code;
	return s->goal->kind == GOAL_BLIND || s->goal->kind == GOAL_HASTY;
}

static bool may_hold_back(const struct item *item)
{
	return item->value.kind != TYPE_NONE && item->row_group < 0 &&
	       (item->required || item->safety || item->required_if != NO_NODE ||
		item->on_resolve || item->repeats);
}

/* Whether the question is asked, whether it must be answered, and the answer. */
static int32_t open_for_hold(const struct search *s, const struct gate_view *view, uint32_t i,
			     bool exact)
{
	const struct item *item = &view->program->items[i];
	int32_t open = open_item(s, view, gate_slot_support(s->gate, i), exact);
	uint64_t *set;

	if (open >= 0 || item->required_if == NO_NODE)
		return open;
	set = arena_array_of(s->gate->scratch, uint64_t, s->gate->words);
	gate_node_support(s->gate, item->required_if, set);
	return open_item(s, view, set, exact);
}

/* What keeps a code back besides the rules. */
static int32_t open_for_code(const struct search *s, const struct gate_view *view, bool exact)
{
	const struct screener *p = view->program;
	int32_t item = -1;

	for (uint32_t i = 0; i < p->n_constraints && item < 0; i++)
		if (view->constraints[i] != CAN_BE_TRUE)
			item = open_item(s, view, gate_constraint_support(s->gate, i), exact);
	for (uint32_t i = 0; i < p->n_items && item < 0; i++)
		if (may_hold_back(&p->items[i]) && view->shown[i] != CAN_BE_FALSE)
			item = open_for_hold(s, view, i, exact);
	return item;
}

static int32_t next_item(const struct search *s, const struct gate_view *view)
{
	int32_t item = -1;

	for (int pass = 0; pass < 2 && item < 0; pass++) {
		bool exact = pass == 0;

		item = open_for_goal(s, view, exact);
		if (item < 0)
			item = open_for_rules(s, view, exact);
		if (item < 0 && wants_code(s))
			item = open_for_code(s, view, exact);
	}
	return item;
}

static bool is_settled(const struct gate_view *view)
{
	bool settled = view->exact;

	for (uint32_t i = 0; i < view->program->n_rules; i++)
		settled = settled && !(view->rules[i] & (view->rules[i] - 1));
	return settled;
}

static void close_item(struct search *s, uint32_t item, const struct value *value)
{
	s->closed[item] = 1;
	s->answers.slots[item] = value ? *value : value_unknown(CAUSE_NONE);
	s->answers.given[item] = value ? GIVEN_VALID : GIVEN_NOT;
}

static void open_again(struct search *s, uint32_t item)
{
	close_item(s, item, NULL);
	s->closed[item] = 0;
}

/* What proves the point is told of safety questions alone. */
static void take_found(struct search *s, const struct gate_view *view,
		       const struct screener_result *result)
{
	if (s->goal->kind != GOAL_BLIND && s->goal->kind != GOAL_HASTY)
		return;
	s->found->answers = gate_answers_json(s->gate, view->state);
	s->found->outcome =
		arena_strdup(s->gate->arena, gate_goal_outcome(view, s->goal, result)->id);
}

/* One evaluation: the answer if it is final, else the item to branch on. */
static bool look(struct search *s, enum gate_answer *answer, uint32_t *item)
{
	struct gate *gate = s->gate;
	struct arena_mark mark = arena_mark(gate->scratch);
	struct screener_result result;
	struct gate_view *view;
	bool final = true;
	int32_t next;

	view = gate_view_of(gate, &s->answers, s->closed, gate->scratch);
	gate->spent += gate->weight + (uint32_t)(view->work / GATE_NODES);
	eval_conclude(view->state, &result);
	gate_note(gate, &result, 0);
	if (gate_goal_is_reached(view, s->goal, &result)) {
		take_found(s, view, &result);
		*answer = GATE_FOUND;
	} else if (!gate_goal_is_open(view, s->goal)) {
		*answer = GATE_NONE;
	} else {
		next = next_item(s, view);
		*answer = is_settled(view) ? GATE_NONE : GATE_OPEN;
		*item = (uint32_t)next;
		final = next < 0;
	}
	arena_rewind(gate->scratch, mark);
	return final;
}

static enum gate_answer seek(struct search *s)
{
	enum gate_answer answer, result = GATE_NONE;
	const struct gate_domain *domain;
	uint32_t item = 0;

	if (s->gate->spent + s->gate->weight > s->limit)
		return GATE_OPEN;
	if (look(s, &answer, &item))
		return answer;
	domain = &s->gate->domains[item];
	for (uint32_t i = 0; i <= domain->n; i++) {
		close_item(s, item, i < domain->n ? &domain->values[i] : NULL);
		answer = seek(s);
		if (answer == GATE_FOUND)
			return answer;
		if (answer == GATE_OPEN)
			result = GATE_OPEN;
	}
	open_again(s, item);
	return domain->exact ? result : GATE_OPEN;
}

enum gate_answer gate_search(struct gate *gate, const struct gate_goal *goal, uint32_t limit,
			     struct gate_found *found)
{
	const struct screener *p = gate->program;
	struct arena_mark mark = arena_mark(gate->scratch);
	struct search s = {.gate = gate,
			   .goal = goal,
			   .limit = gate->spent + limit,
			   .found = found,
			   .closed = arena_array_of(gate->scratch, uint8_t, p->n_items)};
	enum gate_answer answer;

	s.answers = (struct screener_answers){
		.screener = p,
		.today = gate->today,
		.slots = arena_array_of(gate->scratch, struct value, p->n_items),
		.given = arena_array_of(gate->scratch, uint8_t, p->n_items)};
	if ((goal->kind == GOAL_BLIND || goal->kind == GOAL_HASTY) &&
	    p->items[goal->index].row_group < 0)
		close_item(&s, goal->index, NULL);
	answer = seek(&s);
	arena_rewind(gate->scratch, mark);
	return answer;
}
