/* What keeps a code back, as hold.c of the engine has it. */
#include "prover/part.h"

static term is_required(struct encoder *e, const struct item *item)
{
	if (item->required)
		return e->l.yes;
	if (item->required_if == NO_NODE)
		return e->l.no;
	return l_not(&e->l, encode_truth(e, (uint32_t)item->required_if).f);
}

static term is_satisfied(struct encoder *e, const struct item *item, const struct sym *s,
			 term valid)
{
	struct logic *l = &e->l;

	if (item->type != SCREENER_ATTESTATION)
		return valid;
	return l_and(l, valid, l_and(l, s->known, s->b));
}

static void hold_required(struct encoder *e, struct terms *held)
{
	const struct screener *p = e->p;
	struct logic *l = &e->l;

	for (uint32_t k = 0; k < p->n_required; k++) {
		uint32_t i = p->required[k];
		const struct item *item = &p->items[i];
		term satisfied;

		if (item->on_resolve)
			continue;
		satisfied =
			l_and(l, e->shown[i].t, is_satisfied(e, item, &e->slots[i], e->valid[i]));
		terms_add(l, held,
			  l_and(l, l_not(l, l_or(l, e->shown[i].f, satisfied)),
				is_required(e, item)));
	}
}

static void hold_safety(struct encoder *e, struct terms *held)
{
	const struct screener *p = e->p;
	struct logic *l = &e->l;

	for (uint32_t k = 0; k < p->n_safety; k++) {
		uint32_t i = p->safety[k];

		if (!p->items[i].on_resolve)
			terms_add(l, held, l_not(l, l_or(l, e->shown[i].f, e->slots[i].known)));
	}
}

/* One child of one row that exists. */
static term hold_cell(struct encoder *e, const struct sym_rows *rows, uint32_t row, uint32_t child)
{
	const struct item *item = &e->p->items[rows->group + 1 + child];
	size_t cell = (size_t)row * rows->n_children + child;
	struct tri shown = rows->shown[cell];
	struct logic *l = &e->l;
	term held = l->no, missing;

	if (item->safety)
		held = l_not(l, rows->cells[cell].known);
	if (item->required || item->required_if != NO_NODE) {
		missing = l_not(
			l, l_and(l, shown.t,
				 is_satisfied(e, item, &rows->cells[cell], rows->valid[cell])));
		enter_row(e, rows, row);
		held = l_or(l, held, l_and(l, missing, is_required(e, item)));
	}
	held = l_and(l, l_not(l, shown.f), held);
	return l_or(l, held, l_and(l, shown.t, rows->invalid[cell]));
}

static bool needs_answers(const struct screener *p, uint32_t group)
{
	for (uint32_t i = group + 1; i <= group + p->items[group].n_children; i++)
		if (p->items[i].safety)
			return true;
	return false;
}

static void hold_rows(struct encoder *e, uint32_t group, struct terms *held)
{
	const struct sym *slot = &e->slots[group];
	const struct sym_rows *rows = slot->rows;
	struct logic *l = &e->l;
	struct terms any = {};
	term asked = l_not(l, e->shown[group].f);

	for (uint32_t row = 0; row < rows->n; row++)
		for (uint32_t i = 0; i < rows->n_children && !logic_is_full(l); i++)
			terms_add(l, &any,
				  l_and(l, row_exists(e, rows, row), hold_cell(e, rows, row, i)));
	if (rows->more)
		terms_add(l, &any, l_and(l, row_exists(e, rows, rows->n), l_bool(l)));
	if (e->may_exceed)
		terms_add(l, &any, limit_hit(e));
	terms_add(l, held, l_and(l, l_and(l, asked, slot->known), l_any(l, &any)));
	if (needs_answers(e->p, group))
		terms_add(l, held, l_and(l, asked, l_not(l, slot->known)));
}

void encode_hold(struct encoder *e)
{
	const struct screener *p = e->p;
	struct terms held = {}, constraints = {};
	struct logic *l = &e->l;

	hold_required(e, &held);
	hold_safety(e, &held);
	for (uint32_t i = 0; i < p->n_row_groups; i++)
		hold_rows(e, p->row_groups[i], &held);
	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].row_group < 0 && p->items[i].value.kind != TYPE_NONE)
			terms_add(l, &held, l_and(l, e->shown[i].t, e->invalid[i]));
	for (uint32_t i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].is_error)
			terms_add(l, &constraints, l_not(l, e->constraints[i].t));
	e->fails = l_any(l, &e->failed);
	e->held_by_constraint = l_any(l, &constraints);
	e->over_limit = l_any(l, &e->over);
	terms_add(l, &held, e->held_by_constraint);
	terms_add(l, &held, e->fails);
	terms_add(l, &held, e->over_limit);
	e->held = l_any(l, &held);
}
