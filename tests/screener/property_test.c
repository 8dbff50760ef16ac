/*
 * Random rules against a slow evaluator that is obvious: Kleene's logic as
 * minimum, maximum and 1 - x over 0, ½, 1, straight from the JSON.  And laws that
 * hold for every document: more answers never change what was decided, and
 * answers to what nobody asks change nothing.
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "kit.h"
#include "random_rule.h"
#include "slow_rule.h"

#define SEED 20261121

static json_t *document_of(json_t *items, json_t *rules, const char *policy)
{
	return json_pack("{s:s,s:s,s:[s],s:o,s:[{s:s,s:i},{s:s,s:i},{s:s,s:i}],s:s,s:o,s:s}",
			 "format", "screener/1", "slug", "random", "locales", "en", "items", items,
			 "outcomes", "id", "low", "severity", 1, "id", "mid", "severity", 2, "id",
			 "high", "severity", 3, "hit_policy", policy, "rules", rules, "on_unknown",
			 "mid");
}

static json_t *random_rules(struct dice *dice, int n, int depth)
{
	static const char *const outcomes[] = {"low", "mid", "high"};
	json_t *rules = json_array();
	char id[16];

	for (int i = 0; i < n; i++) {
		snprintf(id, sizeof id, "R%d", i);
		json_array_append_new(rules, json_pack("{s:s,s:o,s:s}", "id", id, "if",
						       random_condition(dice, depth), "then",
						       outcomes[dice_roll(dice, 3)]));
	}
	return rules;
}

static const char *eval_json(struct kit *kit, json_t *answers)
{
	char *text = json_dumps(answers, JSON_COMPACT);
	const char *outcome = kit_eval(kit, text);

	free(text);
	return outcome;
}

#define RULES 20

Test(property, random_rules_agree_with_a_slow_and_obvious_evaluator)
{
	static const int in_halves[] = {
		[SCREENER_FALSE] = 0, [SCREENER_TRUE] = 2, [SCREENER_UNKNOWN] = 1};
	struct dice dice = {SEED};
	int seen[3] = {};

	cr_log_info("seed %d", SEED);
	for (int round = 0; round < 150; round++) {
		json_t *rules = random_rules(&dice, RULES, 5);
		struct kit kit = random_compile(
			document_of(random_items(&dice, false), json_incref(rules), "first"));

		cr_assert(kit.screener, "round %d: %s", round, kit_findings(&kit));
		for (int k = 0; k < 20; k++) {
			json_t *answers = random_answers(&dice, 3);

			eval_json(&kit, answers);
			for (size_t i = 0; i < RULES; i++) {
				json_t *rule = json_object_get(json_array_get(rules, i), "if");
				int slow = slow_truth(rule, answers);
				int fast = in_halves[kit.result.rules[i].truth];

				seen[slow]++;
				if (slow != fast)
					cr_assert_fail(
						"seed %d round %d rule %zu: %d, not %d: %s of %s",
						SEED, round, i, fast, slow, json_dumps(rule, 0),
						json_dumps(answers, 0));
			}
			json_decref(answers);
		}
		json_decref(rules);
		kit_free(&kit);
	}
	cr_expect(seen[0] > 5000 && seen[1] > 5000 && seen[2] > 5000, "%d %d %d", seen[0], seen[1],
		  seen[2]);
}

/* Takes random members away. */
static json_t *fewer(struct dice *dice, json_t *answers)
{
	json_t *some = json_copy(answers);
	const char *id;
	json_t *value;

	json_object_foreach (answers, id, value)
		if (dice_roll(dice, 2))
			json_object_del(some, id);
	return some;
}

Test(property, more_answers_never_change_what_was_decided)
{
	static const char *const policies[] = {"first",	   "unique",	  "any",
					       "priority", "most_severe", "collect"};
	struct dice dice = {SEED + 1};
	int decided = 0;

	cr_log_info("seed %d", SEED + 1);
	for (int round = 0; round < 400; round++) {
		struct kit kit = random_compile(document_of(
			random_items(&dice, true), random_rules(&dice, 5, 3), policies[round % 6]));

		cr_assert(kit.screener, "round %d: %s", round, kit_findings(&kit));
		for (int k = 0; k < 20; k++) {
			json_t *more = random_answers(&dice, 4), *some = fewer(&dice, more);
			enum screener_truth before[5];
			const char *outcome = eval_json(&kit, some);
			bool was_decided = kit.result.decided;

			for (int i = 0; i < 5; i++)
				before[i] = kit.result.rules[i].truth;
			eval_json(&kit, more);
			for (int i = 0; i < 5; i++)
				cr_assert(before[i] == SCREENER_UNKNOWN ||
						  before[i] == kit.result.rules[i].truth,
					  "seed %d round %d rule %d turned", SEED + 1, round, i);
			if (was_decided) {
				decided++;
				cr_assert(kit.result.decided, "seed %d round %d", SEED + 1, round);
				cr_assert_str_eq(kit.result.outcome->id, outcome,
						 "seed %d round %d", SEED + 1, round);
			}
			json_decref(more);
			json_decref(some);
		}
		kit_free(&kit);
	}
	cr_expect_gt(decided, 500, "only %d cases were decided", decided);
}

Test(property, an_answer_nobody_looks_at_changes_nothing)
{
	struct dice dice = {SEED + 2};

	cr_log_info("seed %d", SEED + 2);
	for (int round = 0; round < 200; round++) {
		json_t *items = random_items(&dice, true);
		json_t *answers = random_answers(&dice, 3);
		const char *before;
		unsigned held;
		struct kit kit;

		json_array_append_new(items, json_pack("{s:s,s:s}", "id", "extra", "type", "text"));
		kit = random_compile(document_of(items, random_rules(&dice, 4, 3), "most_severe"));
		cr_assert(kit.screener, "%s", kit_findings(&kit));
		before = eval_json(&kit, answers);
		held = kit.result.held;
		json_object_set_new(answers, "extra", json_string("anything"));
		json_object_set_new(answers, "unheard_of", json_pack("[i,{}]", 7));
		cr_assert_str_eq(eval_json(&kit, answers), before);
		cr_assert_eq(kit.result.held, held);
		json_decref(answers);
		kit_free(&kit);
	}
}

/* What a policy says when all rules are known: an outcome, or -1 for a conflict or no match. */
static int known_outcome(const char *policy, const int *fired, const int *outcomes, int n)
{
	static const int severity[] = {1, 2, 3};
	int hits = 0, result = -1;

	for (int i = 0; i < n; i++) {
		bool better = result < 0;

		if (!fired[i])
			continue;
		if (strcmp(policy, "unique") == 0 && hits++)
			return -1;
		if (strcmp(policy, "any") == 0 && result >= 0 && result != outcomes[i])
			return -1;
		if (strcmp(policy, "priority") == 0)
			better = better || outcomes[i] < result;
		if (strcmp(policy, "most_severe") == 0)
			better = better || severity[outcomes[i]] > severity[result];
		if (better)
			result = outcomes[i];
	}
	return result;
}

/* The one outcome of all ways in which the unknown rules (2) may turn out; -1 when they differ. */
static int certain_outcome(const char *policy, const int *truths, const int *outcomes, int n)
{
	int agreed = -2;

	for (int way = 0; way < 1 << n; way++) {
		int fired[8], outcome;
		bool fits = true;

		for (int i = 0; i < n; i++) {
			fired[i] = way >> i & 1;
			fits = fits && (truths[i] == 2 || truths[i] == fired[i]);
		}
		if (!fits)
			continue;
		outcome = known_outcome(policy, fired, outcomes, n);
		if (outcome < 0 || (agreed >= 0 && outcome != agreed))
			return -1;
		agreed = outcome;
	}
	return agreed;
}

#define POLICY_RULES 4

static json_t *plain_rules(const int *outcomes)
{
	static const char *const names[] = {"low", "mid", "high"};
	json_t *rules = json_array();

	for (int i = 0; i < POLICY_RULES; i++) {
		char id[] = {'R', (char)('0' + i), '\0'}, var[] = {'b', (char)('0' + i), '\0'};

		json_array_append_new(rules, json_pack("{s:s,s:{s:s},s:s}", "id", id, "if", "var",
						       var, "then", names[outcomes[i]]));
	}
	return rules;
}

static void check_ways(struct kit *kit, const char *policy, const int *outcomes)
{
	static const char *const names[] = {"low", "mid", "high"};

	for (int ways = 0; ways < 81; ways++) {
		json_t *answers = json_object();
		int truths[POLICY_RULES], certain;
		int rest = ways;

		for (int i = 0; i < POLICY_RULES; i++, rest /= 3) {
			char var[] = {'b', (char)('0' + i), '\0'};

			truths[i] = rest % 3;
			if (truths[i] != 2)
				json_object_set_new(answers, var, json_boolean(truths[i]));
		}
		certain = certain_outcome(policy, truths, outcomes, POLICY_RULES);
		eval_json(kit, answers);
		cr_assert_eq(kit->result.decided, certain >= 0, "%s, answers in base 3: %d", policy,
			     ways);
		if (certain >= 0)
			cr_assert_str_eq(kit->result.outcome->id, names[certain], "%s %d", policy,
					 ways);
		json_decref(answers);
	}
}

Test(property, a_policy_decides_exactly_when_every_completion_agrees)
{
	static const char *const policies[] = {"first", "unique", "any", "priority", "most_severe"};
	struct dice dice = {SEED + 4};

	for (int round = 0; round < 60; round++) {
		const char *policy = policies[round % 5];
		int outcomes[POLICY_RULES];
		struct kit kit;

		for (int i = 0; i < POLICY_RULES; i++)
			outcomes[i] = (int)dice_roll(&dice, 3);
		kit = random_compile(
			document_of(random_items(&dice, false), plain_rules(outcomes), policy));
		cr_assert(kit.screener, "%s", kit_findings(&kit));
		check_ways(&kit, policy, outcomes);
		kit_free(&kit);
	}
}

Test(property, a_replay_gives_the_same_bytes_whatever_the_order_of_answers)
{
	struct dice dice = {SEED + 3};

	for (int round = 0; round < 100; round++) {
		json_t *rules = random_rules(&dice, 6, 4), *answers = random_answers(&dice, 3);
		json_t *document = document_of(random_items(&dice, true), rules, "collect");
		struct kit kit = random_compile(json_incref(document));
		struct kit again = random_compile(document);
		char *sorted = json_dumps(answers, JSON_SORT_KEYS | JSON_INDENT(2));
		const char *trace;

		cr_assert(kit.screener);
		eval_json(&kit, answers);
		trace = kit_trace(&kit);
		eval_json(&kit, answers);
		cr_assert_str_eq(kit_trace(&kit), trace);
		kit_eval(&again, sorted);
		cr_assert_str_eq(kit_trace(&again), trace);
		free(sorted);
		json_decref(answers);
		kit_free(&kit);
		kit_free(&again);
	}
}
