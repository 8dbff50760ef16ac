/* Hit policies over what rules can still become (see decide.c for what they are). */
#include "screener/eval.h"
#include "screener/gate_part.h"

bool gate_is_before(const struct screener *p, uint32_t other, uint32_t rule)
{
	uint32_t a = p->rules[other].outcome, b = p->rules[rule].outcome;

	if (other == rule)
		return false;
	switch (p->hit) {
	case HIT_FIRST: return other < rule;
	case HIT_UNIQUE: return true;
	case HIT_ANY: return a != b;
	case HIT_COLLECT: return false;
	default: return a != b && outcome_wins(p, a, b);
	}
}

bool gate_may_lead(const struct gate_view *view, uint32_t rule)
{
	if (!(view->rules[rule] & CAN_BE_TRUE))
		return false;
	for (uint32_t i = 0; i < view->program->n_rules; i++)
		if (view->rules[i] == CAN_BE_TRUE && gate_is_before(view->program, i, rule))
			return false;
	return true;
}

static bool first_may_decide(const struct gate_view *view, uint32_t outcome)
{
	for (uint32_t i = 0; i < view->program->n_rules; i++) {
		bool leads = view->program->rules[i].outcome == outcome;

		if (leads && (view->rules[i] & CAN_BE_TRUE))
			return true;
		if (!leads && !(view->rules[i] & CAN_BE_FALSE))
			return false;
	}
	return false;
}

/* unique: can all other rules be false? */
static bool unique_may_decide(const struct gate_view *view, uint32_t outcome)
{
	uint32_t stubborn = 0, last = 0;

	for (uint32_t i = 0; i < view->program->n_rules; i++)
		if (!(view->rules[i] & CAN_BE_FALSE)) {
			stubborn++;
			last = i;
		}
	if (stubborn > 1)
		return false;
	for (uint32_t i = 0; i < view->program->n_rules; i++)
		if (view->program->rules[i].outcome == outcome && (view->rules[i] & CAN_BE_TRUE) &&
		    (!stubborn || last == i))
			return true;
	return false;
}

/* Must rule i be false, or may it be anything, for the outcome to be decided? */
static bool stands_in_the_way(const struct gate_view *view, uint32_t i, uint32_t outcome)
{
	const struct screener *p = view->program;
	uint32_t other = p->rules[i].outcome;

	if (other == outcome || (view->rules[i] & CAN_BE_FALSE))
		return false;
	return p->hit == HIT_ANY || outcome_wins(p, other, outcome);
}

bool gate_may_decide(const struct gate_view *view, uint32_t outcome)
{
	const struct screener *p = view->program;
	bool led = false;

	if (p->hit == HIT_FIRST)
		return first_may_decide(view, outcome);
	if (p->hit == HIT_UNIQUE)
		return unique_may_decide(view, outcome);
	for (uint32_t i = 0; i < p->n_rules; i++) {
		if (stands_in_the_way(view, i, outcome))
			return false;
		led = led || (p->rules[i].outcome == outcome && (view->rules[i] & CAN_BE_TRUE));
	}
	return led;
}

bool gate_may_fall_to(const struct gate_view *view, uint32_t outcome)
{
	const struct screener *p = view->program;
	const struct screener_outcome *public = &p->outcomes[outcome].public;

	if (outcome == p->on_unknown)
		return true;
	if ((p->hit != HIT_MOST_SEVERE && p->hit != HIT_COLLECT) || public->issues_code ||
	    public->severity <= p->outcomes[p->on_unknown].public.severity)
		return false;
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].outcome == outcome && gate_may_lead(view, i))
			return true;
	return false;
}
