/* What the gate says of all answers, against the answers that were tried. */
#include <stdlib.h>
#include <string.h>

#include "prover/prover.h"
#include "trial.h"

static int question_index(struct trial *trial, const char *id)
{
	for (int i = 0; i < trial->oracle.n_items; i++)
		if (strcmp(trial->oracle.items[i].id, id) == 0)
			return i;
	return 0;
}

/* The gate's answers must refute in the oracle, too. */
static void check_refutation(struct trial *trial, const char *id, int item, const char *text,
			     date_days as_of, bool of_rules)
{
	json_t *answers = json_loads(text, 0, NULL);
	struct oracle_result result;

	if (answers && !oracle_fits(&trial->oracle, answers))
		trial->counts->too_many_rows++;
	else if (!answers || !trial_compare(trial, answers, as_of, &result) ||
		 !(of_rules ? result.asked_unknown[item] && result.of_rules_issues_code
			    : result.unknown[item] && result.issues_code))
		trial_difference(trial, of_rules ? "RULES_REFUTED" : "REFUTED",
				 "day %lld: %s is refuted by answers that do not refute: %s",
				 (long long)as_of, id, text);
	json_decref(answers);
}

static void check_question(struct trial *trial, const struct screener_safety *safety)
{
	struct trial_counts *counts = trial->counts;
	int i = question_index(trial, safety->item);

	counts->proven += safety->verdict == SCREENER_PROVEN;
	counts->refuted += safety->verdict == SCREENER_REFUTED;
	counts->not_proven += safety->verdict == SCREENER_NOT_PROVEN;
	counts->rules_proven += safety->rules == SCREENER_PROVEN;
	counts->rules_refuted += safety->rules == SCREENER_REFUTED;
	if (trial->complete && !trial->violations[i]) {
		counts->provable++;
		counts->provable_not_proven += safety->verdict == SCREENER_NOT_PROVEN;
	}
	counts->refutable_not_refuted +=
		trial->violations[i] && safety->verdict == SCREENER_NOT_PROVEN;
	if (safety->verdict == SCREENER_PROVEN && trial->violations[i])
		trial_difference(trial, "PROVEN",
				 "%s is proven, and these answers end with a code: %s",
				 safety->item, trial_dump(trial, trial->violations[i]));
	if (safety->rules == SCREENER_PROVEN && trial->hasty[i])
		trial_difference(trial, "RULES_PROVEN",
				 "%s is proven of the rules alone, and these answers let them "
				 "decide for a code: %s",
				 safety->item, trial_dump(trial, trial->hasty[i]));
	if (safety->verdict == SCREENER_REFUTED)
		check_refutation(trial, safety->item, i, safety->answers, safety->as_of, false);
	if (safety->rules == SCREENER_REFUTED)
		check_refutation(trial, safety->item, i, safety->rules_answers, safety->rules_as_of,
				 true);
}

/* "/rules/3/if", "/decision/rows/3", "/outcomes/2" */
static int index_in(const char *pointer)
{
	static const char *const lists[] = {"/rules/", "/decision/rows/", "/outcomes/", NULL};

	for (int i = 0; lists[i]; i++)
		if (strncmp(pointer, lists[i], strlen(lists[i])) == 0)
			return (int)strtol(pointer + strlen(lists[i]), NULL, 10);
	return -1;
}

static bool is_redundant(struct trial *trial, int rule)
{
	if (!trial->was_true[rule])
		return true;
	for (int i = 0; i < trial->oracle.n_rules; i++)
		if (i != rule && trial->true_with[rule] >> i & 1 &&
		    strcmp(oracle_rule_outcome(&trial->oracle, i),
			   oracle_rule_outcome(&trial->oracle, rule)) == 0)
			return true;
	return false;
}

static void check_finding(struct trial *trial, const struct screener_finding *finding)
{
	int i = index_in(finding->pointer);
	const char *outcome;

	if (strcmp(finding->code, "RULE_DEAD") == 0) {
		trial->counts->dead++;
		if (i < 0 || trial->has_led[i])
			trial_difference(trial, "DEAD", "rule %d decides: %s", i, finding->message);
	} else if (strcmp(finding->code, "RULE_REDUNDANT") == 0) {
		trial->counts->redundant++;
		if (i < 0 || !is_redundant(trial, i))
			trial_difference(trial, "REDUNDANT", "rule %d stands alone: %s", i,
					 finding->message);
	} else if (strcmp(finding->code, "OUTCOME_UNREACHABLE") == 0) {
		trial->counts->unreachable++;
		outcome = json_string_value(json_object_get(
			json_array_get(json_object_get(trial->document, "outcomes"), (size_t)i),
			"id"));
		if (!outcome || json_object_get(trial->reached, outcome))
			trial_difference(trial, "UNREACHABLE", "outcome %s is reached by %s",
					 outcome,
					 outcome ? trial_dump(trial, json_object_get(trial->reached,
										     outcome))
						 : "?");
	} else if (strcmp(finding->code, "TEST_FAILED") == 0) {
		trial_difference(trial, "TEST", "%s: %s", finding->pointer, finding->message);
	}
}

static void check_boundary(struct trial *trial, const struct screener_boundary *boundary)
{
	json_t *answers = json_loads(boundary->answers, 0, NULL);
	struct oracle_result result;

	trial->counts->boundaries++;
	if (!answers || !trial_compare(trial, answers, boundary->as_of, &result) ||
	    strcmp(result.outcome, boundary->outcome) != 0 || result.decided != boundary->decided)
		trial_difference(trial, "BOUNDARY", "not so: %s ends with %s", boundary->answers,
				 boundary->outcome);
	json_decref(answers);
}

/* In this process, with fewer steps than a publication has: most small documents need few. */
static struct screener_effort prove(void *arg, const struct screener *screener,
				    const struct screener_goal *goals, size_t n_goals,
				    date_days today, struct arena *arena,
				    struct screener_proof *proofs)
{
	const struct trial *trial = arg;

	return screener_prove(&(struct screener_prove){.screener = screener,
						       .goals = goals,
						       .n_goals = n_goals,
						       .today = today,
						       .steps = trial->settings->steps},
			      arena, proofs);
}

void trial_gate(struct trial *trial)
{
	const struct screener_prover prover = {prove, trial};
	struct screener_gate_report report;

	if (is_failed(screener_gate(trial->screener, trial->arena, str_of(trial->text), &prover,
				    trial->settings->boundary_evaluations, &report))) {
		trial_difference(trial, "GATE", "the gate does not take the document");
		return;
	}
	for (size_t i = 0; i < report.n_questions; i++)
		check_question(trial, &report.questions[i]);
	for (size_t i = 0; i < report.findings.n; i++)
		check_finding(trial, &report.findings.list[i]);
	for (size_t i = 0; i < report.n_boundaries; i++)
		check_boundary(trial, &report.boundaries[i]);
}
