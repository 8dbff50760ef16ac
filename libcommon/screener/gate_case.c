/* The embedded tests: they hold, they reach every outcome, and they fire every rule. */
#include "screener/eval.h"
#include "screener/gate_part.h"

static void note(struct gate *gate, const struct screener_result *result)
{
	const struct screener *p = gate->program;

	for (uint32_t i = 0; i < p->n_rules; i++)
		if (result->state->rules[i] == TRUE3)
			gate->fired[i] |= FIRED | FIRED_IN_TEST;
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (result->outcome == &p->outcomes[i].public)
			gate->reached[i] |= FIRED | FIRED_IN_TEST;
}

static void take_case(struct gate *gate, json_t *test)
{
	struct screener_answers *answers;
	struct screener_result result;
	date_days today;

	if (is_failed(embedded_test_answers(gate->program, gate->scratch, test, &today, &answers)))
		return;
	gate->cases[gate->n_cases++] = (struct gate_case){today, answers};
	screener_eval(gate->program, answers, gate->scratch, SCREENER_BRIEF, &result);
	note(gate, &result);
}

static void add_findings(struct gate *gate, const struct screener_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		gate_finding(gate, findings->list[i].pointer, findings->list[i].severity,
			     findings->list[i].code, "%s", findings->list[i].message);
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
		gate_finding(gate, "/tests", SCREENER_ERROR, "TESTS_MISSING",
			     "A screener needs embedded tests before it is published.");
	gate->cases = arena_array_of(gate->scratch, struct gate_case, json_array_size(tests));
	json_array_foreach (tests, i, test)
		take_case(gate, test);
	return OK;
}

void gate_untested_outcomes(struct gate *gate)
{
	const struct screener *p = gate->program;

	if (gate->n_cases == 0)
		return;
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		if (!(gate->reached[i] & FIRED_IN_TEST))
			ERROR_AT(&gate->c, AT_INDEX(AT_NAME(NULL, "outcomes"), i),
				 "OUTCOME_UNTESTED", "No embedded test ends with \"%s\".",
				 p->outcomes[i].public.id);
}

void gate_unfired_rules(struct gate *gate)
{
	const struct screener *p = gate->program;

	if (gate->n_cases == 0)
		return;
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (!gate->fired[i])
			gate_finding(gate, gate_rule_pointer(gate, i, NULL), SCREENER_WARNING,
				     "RULE_UNTESTED", "No test makes \"%s\" true.", p->rules[i].id);
}
