/* A document in the order in which it is evaluated. */
#include "prover/part.h"

/* Cells of rows that are said one by one, in all groups together. */
#define ROW_CELLS 6000

static void encode_answers(struct encoder *e)
{
	const struct screener *p = e->p;

	for (uint32_t i = 0; i < p->n_items; i++) {
		e->shown[i] = tri_constant(e, true);
		if (p->items[i].row_group < 0)
			e->answers[i] = answer_free(e, i, &e->valid[i], &e->invalid[i]);
		e->slots[i] = e->answers[i];
	}
}

static bool has_conditional_child(const struct screener *p, uint32_t group)
{
	for (uint32_t i = 1; i <= p->items[group].n_children; i++)
		if (p->items[group + i].show_if != NO_NODE)
			return true;
	return false;
}

static void step_item(struct encoder *e, uint32_t index)
{
	const struct item *item = &e->p->items[index];
	struct logic *l = &e->l;
	struct tri shown, own;

	shown = item->group < 0 ? tri_constant(e, true) : e->shown[item->group];
	if (item->show_if != NO_NODE) {
		own = encode_truth(e, (uint32_t)item->show_if);
		shown.t = l_and(l, shown.t, own.t);
		shown.f = l_or(l, shown.f, own.f);
	}
	shown.cause = l->no;
	e->shown[index] = shown;
	if (item->value.kind == TYPE_NONE)
		return;
	if (item->repeats && has_conditional_child(e->p, index))
		prune_rows(e, index);
	e->slots[index] = when_not_shown(e, index, shown, &e->slots[index]);
}

static void step_derived(struct encoder *e, uint32_t index)
{
	const struct derived *d = &e->p->derived[index];
	struct sym s = encode_value(e, (uint32_t)d->rule, d->type.kind);
	struct logic *l = &e->l;
	term overflow;

	if (d->rounding.has) {
		s.n = num_rounded(e, &s.n, d->rounding.digits, d->rounding.mode, &overflow);
		s.cause = l_or(l, s.cause, l_and(l, s.known, overflow));
		s.known = l_and(l, s.known, l_not(l, overflow));
	}
	if (s.kind != TYPE_TEXT && s.kind != TYPE_CODE)
		s.kind = d->type.kind;
	e->slots[slot_of_derived(e->p, index)] = s;
	terms_add(l, &e->failed, s.cause);
}

static void encode_steps(struct encoder *e)
{
	const struct screener *p = e->p;

	for (uint32_t i = 0; i < p->n_steps && !logic_is_full(&e->l); i++)
		switch ((enum step_kind)p->steps[i].kind) {
		case STEP_ITEM: step_item(e, p->steps[i].index); break;
		case STEP_DERIVED: step_derived(e, p->steps[i].index); break;
		case STEP_SCORE: encode_score(e, p->steps[i].index); break;
		}
}

static void encode_conditions(struct encoder *e)
{
	const struct screener *p = e->p;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		if (p->rules[i].otherwise)
			continue;
		e->rules[i] = encode_truth(e, (uint32_t)p->rules[i].cond);
		terms_add(&e->l, &e->failed, e->rules[i].cause);
	}
}

/* "else" is the last rule. */
static void encode_else(struct encoder *e)
{
	uint32_t n = e->p->n_rules;
	struct terms all = {}, any = {};

	if (!n || !e->p->rules[n - 1].otherwise)
		return;
	for (uint32_t i = 0; i + 1 < n; i++) {
		terms_add(&e->l, &all, e->rules[i].f);
		terms_add(&e->l, &any, e->rules[i].t);
	}
	e->rules[n - 1] = (struct tri){l_all(&e->l, &all), l_any(&e->l, &any), e->l.no};
}

static void make_room(struct encoder *e)
{
	const struct screener *p = e->p;

	e->slots = arena_array_of(e->arena, struct sym, p->n_slots);
	e->answers = arena_array_of(e->arena, struct sym, p->n_items);
	e->valid = arena_array_of(e->arena, term, p->n_items);
	e->invalid = arena_array_of(e->arena, term, p->n_items);
	e->shown = arena_array_of(e->arena, struct tri, p->n_items);
	e->rules = arena_array_of(e->arena, struct tri, p->n_rules);
	e->constraints = arena_array_of(e->arena, struct tri, p->n_constraints);
	for (uint32_t i = 0; i < p->n_rules; i++)
		e->rules[i] = tri_constant(e, false);
	for (uint32_t i = 0; i < p->n_slots; i++)
		e->slots[i] = sym_of_num(e, num_constant(e, number_of(0)));
	for (uint32_t i = 0; i < p->n_items; i++)
		e->valid[i] = e->invalid[i] = e->l.no;
}

bool encode(struct encoder *e, const struct screener *p, struct arena *arena)
{
	*e = (struct encoder){.p = p, .arena = arena, .row_budget = ROW_CELLS};
	if (!logic_open(&e->l, arena))
		return false;
	make_room(e);
	find_row_costs(e);
	e->today = date_free(e);
	encode_answers(e);
	encode_steps(e);
	if (p->decision)
		encode_decision(e);
	else
		encode_conditions(e);
	encode_else(e);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		e->constraints[i] = encode_truth(e, (uint32_t)p->constraints[i].that);
	encode_hold(e);
	encode_policy(e);
	return !logic_is_full(&e->l);
}
