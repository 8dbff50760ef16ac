/*
 * Hit policies over three-valued rules.  A policy decides only what no answer
 * still to come can change: an unknown rule counts as one that may yet be true.
 */
#include "screener/eval/eval.h"

bool outcome_outranks(const struct screener *p, uint32_t a, uint32_t b)
{
	int x = p->outcomes[a].public.severity, y = p->outcomes[b].public.severity;

	return x > y || (x == y && a < b);
}

static struct verdict verdict_of(int32_t certain, unsigned held)
{
	return (struct verdict){certain, held};
}

static struct verdict none_true(bool any_unknown)
{
	return verdict_of(-1, any_unknown ? SCREENER_HELD_UNDECIDED : SCREENER_HELD_NO_MATCH);
}

static struct verdict decide_first(const struct screener_state *state)
{
	const struct screener *p = state->program;
	int32_t pending = -1;
	bool mixed = false;

	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		int32_t outcome = p->rules[i].outcome;

		if (pending >= 0 && pending != outcome)
			mixed = true;
		if (state->rules[i] == TRUE3)
			return verdict_of(outcome, mixed ? SCREENER_HELD_UNDECIDED : 0);
		pending = outcome;
	}
	return none_true(pending >= 0);
}

static struct verdict decide_unique(const struct screener_state *state)
{
	const struct screener *p = state->program;
	uint32_t hits = 0, unknown = 0;
	int32_t outcome = -1;

	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		unknown += state->rules[i] == UNKNOWN3;
		if (state->rules[i] != TRUE3)
			continue;
		hits++;
		outcome = p->rules[i].outcome;
	}
	if (hits > 1)
		return verdict_of(-1, SCREENER_HELD_CONFLICT);
	if (!hits)
		return none_true(unknown);
	return verdict_of(outcome, unknown ? SCREENER_HELD_UNDECIDED : 0);
}

static struct verdict decide_any(const struct screener_state *state)
{
	const struct screener *p = state->program;
	int32_t outcome = -1;
	bool unknown = false, differs = false;

	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		if (state->rules[i] != TRUE3)
			continue;
		if (outcome >= 0 && outcome != p->rules[i].outcome)
			return verdict_of(-1, SCREENER_HELD_CONFLICT);
		outcome = p->rules[i].outcome;
	}
	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		if (state->rules[i] != UNKNOWN3)
			continue;
		unknown = true;
		differs = differs || p->rules[i].outcome != outcome;
	}
	if (outcome < 0)
		return none_true(unknown);
	return verdict_of(outcome, differs ? SCREENER_HELD_UNDECIDED : 0);
}

bool outcome_wins(const struct screener *p, uint32_t a, uint32_t b)
{
	return p->hit == HIT_PRIORITY ? a < b : outcome_outranks(p, a, b);
}

static bool is_collected(const struct screener_state *state, uint32_t outcome)
{
	for (uint32_t i = eval_next_rule(state, 0); i < state->program->n_rules;
	     i = eval_next_rule(state, i + 1))
		if (state->rules[i] == TRUE3 && state->program->rules[i].outcome == outcome)
			return true;
	return false;
}

/* collect: may an unknown rule still add an outcome? */
static bool may_add(const struct screener_state *state)
{
	const struct screener *p = state->program;
	bool seen[MAX_OUTCOMES] = {};

	if (p->hit != HIT_COLLECT)
		return false;
	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		uint32_t outcome = p->rules[i].outcome;

		if (state->rules[i] != UNKNOWN3 || seen[outcome])
			continue;
		seen[outcome] = true;
		if (!is_collected(state, outcome))
			return true;
	}
	return false;
}

static struct verdict decide_best(const struct screener_state *state)
{
	const struct screener *p = state->program;
	int32_t best[3] = {-1, -1, -1};

	for (uint32_t i = eval_next_rule(state, 0); i < p->n_rules;
	     i = eval_next_rule(state, i + 1)) {
		int32_t *of = &best[state->rules[i]];

		if (*of < 0 || outcome_wins(p, p->rules[i].outcome, (uint32_t)*of))
			*of = p->rules[i].outcome;
	}
	if (best[TRUE3] < 0)
		return none_true(best[UNKNOWN3] >= 0);
	if (best[UNKNOWN3] >= 0 && outcome_wins(p, (uint32_t)best[UNKNOWN3], (uint32_t)best[TRUE3]))
		return verdict_of(best[TRUE3], SCREENER_HELD_UNDECIDED);
	return verdict_of(best[TRUE3], may_add(state) ? SCREENER_HELD_UNDECIDED : 0);
}

struct verdict eval_decide(const struct screener_state *state)
{
	switch (state->program->hit) {
	case HIT_FIRST: return decide_first(state);
	case HIT_UNIQUE: return decide_unique(state);
	case HIT_ANY: return decide_any(state);
	default: return decide_best(state);
	}
}
