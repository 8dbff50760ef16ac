/* The goals as formulas; what they mean is said in screener/gate/goal.c, for the engine. */
#include "prover/part.h"

/* Outside rows; asked: visible or pending. */
static term item_unknown(struct encoder *e, uint32_t item, bool asked)
{
	struct logic *l = &e->l;
	term unknown = l_not(l, e->slots[item].known);

	return asked ? l_and(l, unknown, l_not(l, e->shown[item].f)) : unknown;
}

static term cell_unknown(struct encoder *e, const struct sym_rows *rows, uint32_t row,
			 uint32_t child, bool asked)
{
	size_t cell = (size_t)row * rows->n_children + child;
	struct logic *l = &e->l;
	term unknown = l_not(l, rows->cells[cell].known);

	if (asked)
		unknown = l_and(l, unknown, l_not(l, rows->shown[cell].f));
	return l_and(l, row_exists(e, rows, row), unknown);
}

/*
 * A child of rows: in some row, or the whole group.  Rows stand for each other: where not all are
 * said one by one, it may as well be the first.
 */
static term child_unknown(struct encoder *e, uint32_t item, bool asked)
{
	uint32_t group = (uint32_t)e->p->items[item].row_group;
	const struct sym_rows *rows = e->slots[group].rows;
	struct logic *l = &e->l;
	term any = l->no;

	for (uint32_t row = 0; row < (rows->more ? 1 : rows->n); row++)
		any = l_or(l, any, cell_unknown(e, rows, row, item - group - 1, asked));
	return l_or(l, item_unknown(e, group, asked), l_and(l, e->slots[group].known, any));
}

static term is_unknown(struct encoder *e, uint32_t item, bool asked)
{
	return e->p->items[item].row_group < 0 ? item_unknown(e, item, asked)
					       : child_unknown(e, item, asked);
}

/* Rules of which this one is told apart by its outcome. */
static term leads_by_outcome(struct encoder *e, uint32_t rule)
{
	const struct screener *p = e->p;
	uint32_t mine = p->rules[rule].outcome;
	term before = e->l.no;

	for (uint32_t o = 0; o < p->n_outcomes; o++)
		if (o != mine &&
		    (p->hit == HIT_ANY || (p->hit != HIT_COLLECT && outcome_wins(p, o, mine))))
			before = l_or(&e->l, before, e->any_true[o]);
	return l_and(&e->l, e->rules[rule].t, l_not(&e->l, before));
}

static term leads(struct encoder *e, uint32_t rule)
{
	struct logic *l = &e->l;
	term alone = e->no_true_before[rule];

	switch (e->p->hit) {
	case HIT_FIRST: return l_and(l, e->rules[rule].t, alone);
	case HIT_UNIQUE:
		alone = l_and(l, alone, e->no_true_from[rule + 1]);
		return l_and(l, e->rules[rule].t, alone);
	default: return leads_by_outcome(e, rule);
	}
}

term goal_term(struct encoder *e, const struct screener_goal *goal)
{
	struct logic *l = &e->l;
	term rules;

	switch (goal->kind) {
	case SCREENER_GOAL_LEADING: return leads(e, goal->index);
	case SCREENER_GOAL_OUTCOME: return outcome_reached(e, goal->index);
	case SCREENER_GOAL_BLIND:
		return l_and(l, l_and(l, code_decided(e), l_not(l, e->held)),
			     is_unknown(e, goal->index, false));
	case SCREENER_GOAL_HASTY: break;
	}
	rules = l_and(l, code_decided(e), l_not(l, l_or(l, e->fails, e->over_limit)));
	rules = l_and(l, rules, l_not(l, e->held_by_constraint));
	return l_and(l, rules, is_unknown(e, goal->index, true));
}
