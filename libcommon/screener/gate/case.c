/* The embedded tests: they hold, they reach every outcome, and they fire every rule. */
#include "screener/eval/eval.h"
#include "screener/gate/part.h"

/* Of the true rules, those that no other true one goes before. */
static void note_leading(struct gate *gate, const struct screener_state *state)
{
	const struct screener *p = gate->program;
	int32_t first = -1, best = -1;
	bool agree = true;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		if (state->rules[i] != TRUE3)
			continue;
		n++;
		first = first < 0 ? (int32_t)i : first;
		agree = agree && p->rules[i].outcome == p->rules[first].outcome;
		if (best < 0 || outcome_wins(p, p->rules[i].outcome, p->rules[best].outcome))
			best = (int32_t)i;
	}
	for (uint32_t i = 0; i < p->n_rules; i++) {
		bool leads = state->rules[i] == TRUE3;

		switch (p->hit) {
		case HIT_FIRST: leads = leads && (int32_t)i == first; break;
		case HIT_UNIQUE: leads = leads && n == 1; break;
		case HIT_ANY: leads = leads && agree; break;
		case HIT_COLLECT: break;
		default: leads = leads && p->rules[i].outcome == p->rules[best].outcome; break;
		}
		if (leads)
			gate->rules[i] |= SEEN_LEADING;
	}
}

void gate_note(struct gate *gate, const struct screener_result *result, unsigned where)
{
	const struct screener *p = gate->program;

	for (uint32_t i = 0; i < p->n_rules; i++)
		if (result->state->rules[i] == TRUE3)
			gate->rules[i] |= SEEN | where;
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (result->outcome == &p->outcomes[i].public)
			gate->outcomes[i] |= SEEN | where;
	note_leading(gate, result->state);
}

static void take_case(struct gate *gate, json_t *test)
{
	struct screener_answers *answers;
	struct screener_result result;
	struct arena_mark mark;
	date_days today;

	if (is_failed(embedded_test_answers(gate->program, gate->scratch, test, &today, &answers)))
		return;
	gate->cases[gate->n_cases++] = (struct gate_case){today, answers};
	mark = arena_mark(gate->scratch);
	screener_eval(gate->program, answers, gate->scratch, SCREENER_BRIEF, &result);
	gate_note(gate, &result, SEEN_IN_TEST);
	arena_rewind(gate->scratch, mark);
}

static void add_findings(struct gate *gate, const struct screener_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		finding_add_at(&gate->findings, findings->list[i].pointer,
			       findings->list[i].severity, findings->list[i].code, "%s",
			       findings->list[i].message);
}

struct status gate_tests(struct gate *gate, struct str document)
{
	json_t *tests = json_object_get(gate->document, "tests"), *test;
	struct screener_findings findings;
	size_t i;

	TRY(screener_run_tests(gate->program, gate->arena, document, &gate->report->n_tests,
			       &findings));
	add_findings(gate, &findings);
	if (json_array_size(tests) == 0)
		finding_add_at(&gate->findings, "/tests", SCREENER_ERROR, "TESTS_MISSING",
			       "A screener needs embedded tests before it is published.");
	gate->cases = arena_array_of(gate->scratch, struct gate_case, json_array_size(tests));
	json_array_foreach (tests, i, test)
		take_case(gate, test);
	gate->today = gate->n_cases ? gate->cases[0].today
				    : date_from_civil((struct civil_date){2026, 1, 1});
	return OK;
}

void gate_untested_outcomes(struct gate *gate)
{
	const struct screener *p = gate->program;

	if (gate->n_cases == 0)
		return;
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (!(gate->outcomes[i] & SEEN_IN_TEST))
			ERROR_AT(gate, AT_INDEX(AT_NAME(NULL, "outcomes"), i), "OUTCOME_UNTESTED",
				 "No embedded test ends with \"%s\".", p->outcomes[i].public.id);
}

void gate_untested_rules(struct gate *gate)
{
	const struct screener *p = gate->program;

	if (gate->n_cases == 0)
		return;
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (!(gate->rules[i] & (SEEN_IN_TEST | SEEN_AT_BOUNDARY)) && !gate->dead[i])
			finding_add_at(&gate->findings, gate_rule_pointer(gate, i, NULL),
				       SCREENER_WARNING, "RULE_UNTESTED",
				       "No test makes \"%s\" true.", p->rules[i].id);
}
