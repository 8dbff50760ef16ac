/* Hit policies (FORMAT.md "Deciding"): what the rules decide, before anything is held back. */
#include <string.h>

#include "decide.h"

static json_t *outcomes_of(const struct oracle_document *doc)
{
	return json_object_get(doc->json, "outcomes");
}

int outcome_index(const struct oracle_document *doc, const char *id)
{
	json_t *outcome;
	size_t i;

	json_array_foreach (outcomes_of(doc), i, outcome)
		if (strcmp(json_string_value(json_object_get(outcome, "id")), id) == 0)
			return (int)i;
	return -1;
}

json_t *outcome_json(const struct oracle_document *doc, const char *id)
{
	return json_array_get(outcomes_of(doc), (size_t)outcome_index(doc, id));
}

json_int_t outcome_severity(const struct oracle_document *doc, const char *id)
{
	return json_integer_value(json_object_get(outcome_json(doc, id), "severity"));
}

const char *oracle_rule_outcome(const struct oracle_document *doc, int rule)
{
	json_t *rules = json_object_get(doc->json, "rules");

	if (!rules)
		rules = json_object_get(json_object_get(doc->json, "decision"), "rows");
	return json_string_value(json_object_get(json_array_get(rules, (size_t)rule), "then"));
}

static bool is_policy(const struct oracle_document *doc, const char *name)
{
	return strcmp(json_string_value(json_object_get(doc->json, "hit_policy")), name) == 0;
}

/* Declared earlier, or more severe and of equals the one declared first. */
static bool wins(const struct oracle_document *doc, const char *a, const char *b)
{
	json_int_t x = outcome_severity(doc, a), y = outcome_severity(doc, b);

	if (is_policy(doc, "priority") || x == y)
		return outcome_index(doc, a) < outcome_index(doc, b);
	return x > y;
}

bool oracle_goes_before(const struct oracle_document *doc, int a, int b)
{
	const char *x = oracle_rule_outcome(doc, a), *y = oracle_rule_outcome(doc, b);

	if (a == b)
		return false;
	if (is_policy(doc, "first"))
		return a < b;
	if (is_policy(doc, "unique"))
		return true;
	if (is_policy(doc, "any"))
		return strcmp(x, y) != 0;
	return !is_policy(doc, "collect") && wins(doc, x, y);
}

static struct decision decision_of(const char *certain, unsigned held)
{
	return (struct decision){certain, held};
}

static struct decision first(const struct oracle_document *doc, const enum kleene *rules)
{
	int hit = 0;

	while (rules[hit] != IS_TRUE)
		hit++;
	for (int i = 0; i < hit; i++)
		if (rules[i] == IS_UNKNOWN &&
		    strcmp(oracle_rule_outcome(doc, i), oracle_rule_outcome(doc, hit)) != 0)
			return decision_of(NULL, HELD_UNDECIDED);
	return decision_of(oracle_rule_outcome(doc, hit), 0);
}

static struct decision unique(const struct oracle_document *doc, const enum kleene *rules)
{
	int hits = 0, unknowns = 0;
	const char *outcome = NULL;

	for (int i = 0; i < doc->n_rules; i++) {
		unknowns += rules[i] == IS_UNKNOWN;
		hits += rules[i] == IS_TRUE;
		if (rules[i] == IS_TRUE)
			outcome = oracle_rule_outcome(doc, i);
	}
	if (hits > 1)
		return decision_of(NULL, HELD_CONFLICT);
	return decision_of(outcome, unknowns ? HELD_UNDECIDED : 0);
}

static struct decision any(const struct oracle_document *doc, const enum kleene *rules)
{
	const char *outcome = NULL;
	bool differs = false;

	for (int i = 0; i < doc->n_rules; i++) {
		if (rules[i] != IS_TRUE)
			continue;
		if (outcome && strcmp(outcome, oracle_rule_outcome(doc, i)) != 0)
			return decision_of(NULL, HELD_CONFLICT);
		outcome = oracle_rule_outcome(doc, i);
	}
	for (int i = 0; i < doc->n_rules; i++)
		differs = differs || (rules[i] == IS_UNKNOWN &&
				      strcmp(outcome, oracle_rule_outcome(doc, i)) != 0);
	return decision_of(outcome, differs ? HELD_UNDECIDED : 0);
}

static bool is_collected(const struct oracle_document *doc, const enum kleene *rules,
			 const char *outcome)
{
	for (int i = 0; i < doc->n_rules; i++)
		if (rules[i] == IS_TRUE && strcmp(oracle_rule_outcome(doc, i), outcome) == 0)
			return true;
	return false;
}

/* priority, most_severe, collect */
static struct decision best(const struct oracle_document *doc, const enum kleene *rules)
{
	const char *outcome = NULL;
	bool may_change = false;

	for (int i = 0; i < doc->n_rules; i++)
		if (rules[i] == IS_TRUE &&
		    (!outcome || wins(doc, oracle_rule_outcome(doc, i), outcome)))
			outcome = oracle_rule_outcome(doc, i);
	for (int i = 0; i < doc->n_rules; i++) {
		const char *other = oracle_rule_outcome(doc, i);

		if (rules[i] != IS_UNKNOWN)
			continue;
		if (wins(doc, other, outcome) ||
		    (is_policy(doc, "collect") && !is_collected(doc, rules, other)))
			may_change = true;
	}
	return decision_of(outcome, may_change ? HELD_UNDECIDED : 0);
}

struct decision decide(const struct oracle_document *doc, const enum kleene *rules)
{
	bool is_true = false, is_unknown = false;

	for (int i = 0; i < doc->n_rules; i++) {
		is_true = is_true || rules[i] == IS_TRUE;
		is_unknown = is_unknown || rules[i] == IS_UNKNOWN;
	}
	if (!is_true)
		return decision_of(NULL, is_unknown ? HELD_UNDECIDED : HELD_NO_MATCH);
	if (is_policy(doc, "first"))
		return first(doc, rules);
	if (is_policy(doc, "unique"))
		return unique(doc, rules);
	if (is_policy(doc, "any"))
		return any(doc, rules);
	return best(doc, rules);
}

const char *outcome_when_unsure(const struct oracle_document *doc, const char *certain)
{
	const char *on_unknown = json_string_value(json_object_get(doc->json, "on_unknown"));

	if (certain && (is_policy(doc, "most_severe") || is_policy(doc, "collect")) &&
	    !json_object_get(outcome_json(doc, certain), "issue_code") &&
	    outcome_severity(doc, certain) > outcome_severity(doc, on_unknown))
		return certain;
	return on_unknown;
}
