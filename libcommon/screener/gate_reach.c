/* Outcomes and rules that no answers reach: found, refuted, or not decided within the limit. */
#include "screener/gate_part.h"

static void reach_outcome(struct gate *gate, uint32_t i, uint32_t limit)
{
	const char *id = gate->program->outcomes[i].public.id;
	struct gate_goal goal = {GOAL_OUTCOME, i};
	struct gate_found found;
	const struct path *at = AT_INDEX(AT_NAME(NULL, "outcomes"), i);

	switch (gate_search(gate, &goal, limit, &found)) {
	case GATE_FOUND: break;
	case GATE_NONE:
		ERROR_AT(&gate->c, at, "OUTCOME_UNREACHABLE", "No answers end with \"%s\".", id);
		break;
	case GATE_OPEN:
		WARNING_AT(&gate->c, at, "OUTCOME_NOT_REACHED",
			   "No answers were found that end with \"%s\"; not all were tried.", id);
		break;
	}
}

static void reach_rule(struct gate *gate, uint32_t i, uint32_t limit)
{
	const char *id = gate->program->rules[i].id;
	const char *pointer = gate_rule_pointer(gate, i, NULL);
	struct gate_goal leading = {GOAL_LEADING, i}, truth = {GOAL_TRUE, i};
	enum gate_answer answer;
	struct gate_found found;

	answer = gate_search(gate, &leading, limit, &found);
	if (answer == GATE_FOUND)
		return;
	if (answer == GATE_OPEN) {
		gate_finding(gate, pointer, SCREENER_WARNING, "RULE_NOT_REACHED",
			     "No answers were found for which \"%s\" decides; not all were tried.",
			     id);
		return;
	}
	gate->dead[i] = true;
	if (!(gate->rules[i] & SEEN) && gate_search(gate, &truth, limit, &found) == GATE_NONE)
		gate_finding(gate, pointer, SCREENER_ERROR, "RULE_DEAD",
			     "\"%s\" is true for no answers.", id);
	else
		gate_finding(gate, pointer, SCREENER_ERROR, "RULE_DEAD",
			     "\"%s\" never decides: whenever it is true, so is a rule that goes "
			     "before it or conflicts with it.",
			     id);
}

void gate_unreached(struct gate *gate)
{
	const struct screener *p = gate->program;
	uint32_t outcomes = 0, rules = 0;

	for (uint32_t i = 0; i < p->n_outcomes; i++)
		outcomes += !gate->outcomes[i];
	for (uint32_t i = 0; i < p->n_rules; i++)
		rules += !(gate->rules[i] & SEEN_LEADING) && !gate->dead[i];
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (!gate->outcomes[i])
			reach_outcome(gate, i, gate_allowance(gate, outcomes-- + rules));
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (!(gate->rules[i] & SEEN_LEADING) && !gate->dead[i])
			reach_rule(gate, i, gate_allowance(gate, 2 * rules--));
}
