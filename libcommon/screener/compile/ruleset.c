/* The rules that lead to outcomes, in order, and the heads that decision rows share with them. */
#include <stdlib.h>

#include "screener/compile/compiler.h"

static const char *const rule_members[] = {"id", "if", "then", "reason", "else", NULL};
static const char *const row_members[] = {"id", "when", "then", "reason", "else", NULL};

static void compile_reasons(struct compiler *c, const struct path *at, json_t *json,
			    struct rule *out)
{
	size_t n = json_is_array(json) ? json_array_size(json) : json ? 1 : 0;
	const char **reasons = keep_array_of(c->keep, const char *, n);

	for (size_t i = 0; i < n; i++) {
		json_t *key = json_is_array(json) ? json_array_get(json, i) : json;

		if (!json_is_string(key) || !id_is_valid(json_str(key), true)) {
			ERROR_AT(c, at, "BAD_VALUE", "A reason is a key written like an id.");
			return;
		}
		reasons[i] = keep_text(c->keep, json_string_value(key), json_string_length(key));
	}
	out->reasons = reasons;
	out->n_reasons = (uint32_t)n;
}

bool compile_rule_head(struct compiler *c, const struct path *at, json_t *json, bool last,
		       struct rule *out)
{
	json_t *otherwise = json_object_get(json, "else");
	struct str id, then;
	int32_t outcome;

	*out = (struct rule){.cond = NO_NODE};
	if (!member_check(c, at, json, c->program.decision ? row_members : rule_members))
		return false;
	if (member_id(c, at, json, true, &id))
		out->id = keep_text(c->keep, id.ptr, id.len);
	compile_reasons(c, AT_NAME(at, "reason"), json_object_get(json, "reason"), out);
	if (otherwise && !json_is_true(otherwise))
		ERROR_AT(c, AT_NAME(at, "else"), "BAD_VALUE", "\"else\" can only be true.");
	out->otherwise = otherwise != NULL;
	if (out->otherwise && !last)
		ERROR_AT(c, AT_NAME(at, "else"), "ELSE_NOT_LAST", "\"else\" stands last.");
	if (!member_need(c, at, json, "then") || !member_string(c, at, json, "then", &then))
		return true;
	outcome = outcome_find(c, then);
	if (outcome < 0)
		ERROR_AT(c, AT_NAME(at, "then"), "UNKNOWN_REF", "There is no such outcome.");
	else
		out->outcome = (uint16_t)outcome;
	return true;
}

static void compile_condition(struct compiler *c, const struct path *at, json_t *json,
			      struct rule *out)
{
	struct scope scope = {.row_group = -1, .step = -1, .feeds_outcome = true};
	json_t *cond = json_object_get(json, "if");

	if (out->otherwise) {
		if (cond)
			ERROR_AT(c, AT_NAME(at, "if"), "UNKNOWN_MEMBER",
				 "A rule has \"if\" or \"else\", not both.");
		return;
	}
	cond = member_need(c, at, json, "if");
	if (cond)
		out->cond = compile_rule(c, AT_NAME(at, "if"), cond, &scope, TYPE_BOOL);
}

/* Ids are few and short; sorting pointers keeps ten thousand rows cheap. */
static int compare_ids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void check_ids(struct compiler *c, const struct path *at, const struct rule *rules, size_t n)
{
	const char **ids = arena_array_of(c->arena, const char *, n);
	size_t n_ids = 0;

	for (size_t i = 0; i < n; i++)
		if (rules[i].id)
			ids[n_ids++] = rules[i].id;
	qsort(ids, n_ids, sizeof *ids, compare_ids);
	for (size_t i = 1; i < n_ids; i++)
		if (strcmp(ids[i - 1], ids[i]) == 0)
			ERROR_AT(c, at, "DUPLICATE_ID", "The id \"%s\" is taken twice.", ids[i]);
}

static void compile_rules(struct compiler *c, const struct path *at)
{
	json_t *array = member_array(c, at->up, c->document, "rules", MAX_RULES, true);
	size_t n = json_array_size(array);
	struct rule *rules = keep_array_of(c->keep, struct rule, n);

	for (size_t i = 0; i < n; i++) {
		json_t *json = json_array_get(array, i);

		if (compile_rule_head(c, AT_INDEX(at, i), json, i + 1 == n, &rules[i]))
			compile_condition(c, AT_INDEX(at, i), json, &rules[i]);
	}
	c->program.rules = rules;
	c->program.n_rules = (uint32_t)n;
	check_ids(c, at, rules, n);
}

void compile_ruleset(struct compiler *c, const struct path *at)
{
	static const char *const policies[] = {"first",	      "unique",	 "any", "priority",
					       "most_severe", "collect", NULL};
	json_t *rules = json_object_get(c->document, "rules");
	json_t *decision = json_object_get(c->document, "decision");
	int policy = member_enum(c, at, c->document, "hit_policy", policies, true);

	if (policy >= 0)
		c->program.hit = policy;
	if (!rules == !decision) {
		ERROR_AT(c, at, "MISSING_MEMBER",
			 "Exactly one of \"rules\" and \"decision\" is needed.");
		return;
	}
	if (rules) {
		compile_rules(c, AT_NAME(at, "rules"));
		return;
	}
	compile_decision(c, AT_NAME(at, "decision"), decision);
	check_ids(c, AT_NAME(AT_NAME(at, "decision"), "rows"), c->program.rules,
		  c->program.n_rules);
}
