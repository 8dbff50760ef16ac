/* Hit policies, as decide.c of the engine has them: for each outcome, when the rules decide it. */
#include "prover/part.h"

static term is_unknown(struct encoder *e, uint32_t rule)
{
	return l_not(&e->l, l_or(&e->l, e->rules[rule].t, e->rules[rule].f));
}

static void collect_by_outcome(struct encoder *e)
{
	const struct screener *p = e->p;
	struct terms *t = arena_array_of(e->arena, struct terms, p->n_outcomes);
	struct terms *u = arena_array_of(e->arena, struct terms, p->n_outcomes);

	e->any_true = arena_array_of(e->arena, term, p->n_outcomes);
	e->any_unknown = arena_array_of(e->arena, term, p->n_outcomes);
	e->no_true_before = arena_array_of(e->arena, term, p->n_rules + 1);
	e->no_true_before[0] = e->l.yes;
	for (uint32_t i = 0; i < p->n_rules; i++) {
		terms_add(&e->l, &t[p->rules[i].outcome], e->rules[i].t);
		terms_add(&e->l, &u[p->rules[i].outcome], is_unknown(e, i));
		e->no_true_before[i + 1] = l_named(
			&e->l, l_and(&e->l, e->no_true_before[i], l_not(&e->l, e->rules[i].t)));
	}
	for (uint32_t i = 0; i < p->n_outcomes; i++) {
		e->any_true[i] = l_named(&e->l, l_any(&e->l, &t[i]));
		e->any_unknown[i] = l_named(&e->l, l_any(&e->l, &u[i]));
	}
}

/* The first true rule, and every unknown one before it leads to the same outcome. */
static void decide_first(struct encoder *e)
{
	const struct screener *p = e->p;
	term *seen = arena_array_of(e->arena, term, p->n_outcomes);
	struct terms *ways = arena_array_of(e->arena, struct terms, p->n_outcomes);
	struct logic *l = &e->l;

	for (uint32_t o = 0; o < p->n_outcomes; o++)
		seen[o] = l->no;
	for (uint32_t i = 0; i < p->n_rules && !logic_is_full(l); i++) {
		uint32_t outcome = p->rules[i].outcome;
		term others = l->no;

		for (uint32_t o = 0; o < p->n_outcomes; o++)
			if (o != outcome)
				others = l_or(l, others, seen[o]);
		terms_add(
			l, &ways[outcome],
			l_and(l, l_and(l, e->rules[i].t, e->no_true_before[i]), l_not(l, others)));
		seen[outcome] = l_named(&e->l, l_or(l, seen[outcome], is_unknown(e, i)));
	}
	for (uint32_t o = 0; o < p->n_outcomes; o++)
		e->decided[o] = l_any(l, &ways[o]);
}

static void find_none_after(struct encoder *e)
{
	uint32_t n = e->p->n_rules;
	term *none = e->no_true_from = arena_array_of(e->arena, term, n + 1);

	none[n] = e->l.yes;
	for (uint32_t i = n; i-- > 0;)
		none[i] = l_named(&e->l, l_and(&e->l, none[i + 1], l_not(&e->l, e->rules[i].t)));
}

static void decide_unique(struct encoder *e)
{
	const struct screener *p = e->p;
	struct terms *ways = arena_array_of(e->arena, struct terms, p->n_outcomes);
	struct logic *l = &e->l;
	term unknown = l->no;

	find_none_after(e);
	for (uint32_t i = 0; i < p->n_rules; i++)
		terms_add(l, &ways[p->rules[i].outcome],
			  l_and(l, e->rules[i].t,
				l_and(l, e->no_true_before[i], e->no_true_from[i + 1])));
	for (uint32_t o = 0; o < p->n_outcomes; o++)
		unknown = l_or(l, unknown, e->any_unknown[o]);
	for (uint32_t o = 0; o < p->n_outcomes; o++)
		e->decided[o] = l_and(l, l_any(l, &ways[o]), l_not(l, unknown));
}

static void decide_any(struct encoder *e)
{
	uint32_t n = e->p->n_outcomes;
	struct logic *l = &e->l;

	for (uint32_t o = 0; o < n; o++) {
		struct terms others = {};

		for (uint32_t k = 0; k < n; k++) {
			if (k == o)
				continue;
			terms_add(l, &others, e->any_true[k]);
			terms_add(l, &others, e->any_unknown[k]);
		}
		e->decided[o] = l_and(l, e->any_true[o], l_not(l, l_any(l, &others)));
	}
}

/* The true outcome that wins over all others that are true. */
static term is_best(struct encoder *e, uint32_t outcome)
{
	const struct screener *p = e->p;
	struct terms better = {};

	for (uint32_t k = 0; k < p->n_outcomes; k++)
		if (k != outcome && outcome_wins(p, k, outcome))
			terms_add(&e->l, &better, e->any_true[k]);
	return l_and(&e->l, e->any_true[outcome], l_not(&e->l, l_any(&e->l, &better)));
}

static void decide_best(struct encoder *e)
{
	const struct screener *p = e->p;
	struct logic *l = &e->l;

	for (uint32_t o = 0; o < p->n_outcomes; o++) {
		struct terms open = {};

		for (uint32_t k = 0; k < p->n_outcomes; k++) {
			if (k != o && outcome_wins(p, k, o))
				terms_add(l, &open, e->any_unknown[k]);
			if (p->hit == HIT_COLLECT)
				terms_add(l, &open,
					  l_and(l, e->any_unknown[k], l_not(l, e->any_true[k])));
		}
		e->decided[o] = l_and(l, is_best(e, o), l_not(l, l_any(l, &open)));
	}
}

void encode_policy(struct encoder *e)
{
	collect_by_outcome(e);
	e->decided = arena_array_of(e->arena, term, e->p->n_outcomes);
	switch (e->p->hit) {
	case HIT_FIRST: decide_first(e); break;
	case HIT_UNIQUE: decide_unique(e); break;
	case HIT_ANY: decide_any(e); break;
	default: decide_best(e); break;
	}
	for (uint32_t o = 0; o < e->p->n_outcomes; o++)
		e->decided[o] = l_named(&e->l, e->decided[o]);
}

/* A true answer to the outcome's attestation turns it into another. */
static term is_resolved(struct encoder *e, uint32_t outcome)
{
	int32_t by = e->p->outcomes[outcome].resolved_by;
	struct logic *l = &e->l;

	if (by < 0)
		return l->no;
	return l_and(l, e->shown[by].t, l_and(l, e->slots[by].known, e->slots[by].b));
}

/* Decided, and after a resolution this outcome. */
static term becomes(struct encoder *e, uint32_t outcome)
{
	const struct screener *p = e->p;
	struct logic *l = &e->l;
	term t = l_and(l, e->decided[outcome], l_not(l, is_resolved(e, outcome)));

	for (uint32_t k = 0; k < p->n_outcomes; k++)
		if (p->outcomes[k].resolves_to == (int32_t)outcome)
			t = l_or(l, t, l_and(l, e->decided[k], is_resolved(e, k)));
	return t;
}

term code_decided(struct encoder *e)
{
	term t = e->l.no;

	for (uint32_t o = 0; o < e->p->n_outcomes; o++)
		if (e->p->outcomes[o].public.issues_code)
			t = l_or(&e->l, t, becomes(e, o));
	return t;
}

/* Undecided, but certain to be at least as severe as this one (FORMAT.md "Deciding"). */
static term is_certain(struct encoder *e, uint32_t outcome)
{
	const struct screener *p = e->p;
	const struct screener_outcome *public = &p->outcomes[outcome].public;
	struct logic *l = &e->l;

	if ((p->hit != HIT_MOST_SEVERE && p->hit != HIT_COLLECT) || public->issues_code ||
	    public->severity <= p->outcomes[p->on_unknown].public.severity)
		return l->no;
	return l_and(l, is_best(e, outcome), l_or(l, e->over_limit, l_not(l, e->decided[outcome])));
}

term outcome_reached(struct encoder *e, uint32_t outcome)
{
	const struct screener *p = e->p;
	struct logic *l = &e->l;
	term within = l_not(l, e->over_limit), t = becomes(e, outcome), settled = l->no;

	if (p->outcomes[outcome].public.issues_code)
		return l_and(l, t, l_not(l, e->held));
	t = l_or(l, l_and(l, t, within), is_certain(e, outcome));
	if (outcome != p->on_unknown)
		return t;
	/* ... or nothing else is. */
	for (uint32_t o = 0; o < p->n_outcomes; o++) {
		term other;

		if (o == outcome)
			continue;
		other = p->outcomes[o].public.issues_code
				? l_and(l, becomes(e, o), l_not(l, e->held))
				: l_or(l, l_and(l, becomes(e, o), within), is_certain(e, o));
		settled = l_or(l, settled, other);
	}
	return l_or(l, t, l_not(l, settled));
}
