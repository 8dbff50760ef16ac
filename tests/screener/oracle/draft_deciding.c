/* Random outcomes, rules and decision tables. */
#include <string.h>

#include "draft.h"

static void outcomes(struct draft *draft)
{
	json_t *list =
		json_pack("[{s:s,s:i},{s:s,s:i},{s:s,s:i,s:{s:s,s:s}}]", "id", "no", "severity",
			  2 + draft_roll(draft, 2), "id", "ask", "severity", 2, "id", "ok",
			  "severity", 1, "issue_code", "class", "retail", "ttl", "P7D");

	if (draft_chance(draft, 3))
		json_object_set_new(json_array_get(list, 1), "resolvable",
				    json_pack("{s:s,s:s}", "by", "agree", "to",
					      draft_roll(draft, 4) ? "ok" : "no"));
	if (draft_chance(draft, 4))
		json_array_insert_new(list, (size_t)draft_roll(draft, 4),
				      json_pack("{s:s,s:i,s:{s:s,s:s}}", "id", "ok2", "severity",
						draft_roll(draft, 4), "issue_code", "class",
						"wholesale", "ttl", "PT1H"));
	json_object_set_new(draft->document, "outcomes", list);
	json_object_set_new(draft->document, "on_unknown",
			    json_string(draft_chance(draft, 3) ? "no" : "ask"));
}

static const char *outcome(struct draft *draft)
{
	json_t *list = json_object_get(draft->document, "outcomes");

	if (draft_chance(draft, 3))
		return "ok";
	return json_string_value(json_object_get(
		json_array_get(list, (size_t)draft_roll(draft, (int)json_array_size(list))), "id"));
}

static void put(struct draft *draft, json_t *list, json_t *rule, const char *then)
{
	char id[8];

	snprintf(id, sizeof id, "R%d", (int)json_array_size(list) % 100);
	json_object_set_new(rule, "id", json_string(id));
	json_object_set_new(rule, "then", json_string(then));
	if (draft_chance(draft, 2) && !json_object_get(rule, "else"))
		json_object_set_new(rule, "reason",
				    json_string(draft_chance(draft, 2) ? "p" : "q"));
	json_array_append_new(list, rule);
}

static void last(struct draft *draft, json_t *list)
{
	if (draft_roll(draft, 4))
		put(draft, list, json_pack("{s:b}", "else", 1),
		    draft_roll(draft, 4) ? "ok" : outcome(draft));
}

static void rules(struct draft *draft)
{
	json_t *list = json_array();

	for (int n = 1 + draft_roll(draft, 4); n > 0; n--)
		put(draft, list, json_pack("{s:o}", "if", draft_boolean(draft, 2)), outcome(draft));
	last(draft, list);
	json_object_set_new(draft->document, "rules", list);
}

static void literal(struct draft *draft, const struct draft_name *name, char *out)
{
	json_t *n;

	switch (name->type) {
	case 'B': strcpy(out, draft_chance(draft, 2) ? "true" : "false"); return;
	case 'A':
		strcpy(out,
		       draft_chance(draft, 2) ? "date(\"2026-01-01\")" : "date(\"2024-02-29\")");
		return;
	case 'X': strcpy(out, draft_chance(draft, 2) ? "\"a\"" : "\"b\""); return;
	case 'C':
		n = draft_code(draft, name);
		snprintf(out, 32, "\"%s\"", json_string_value(n));
		break;
	default:
		n = draft_constant(draft, name);
		snprintf(out, 32, "%g", json_number_value(n));
		break;
	}
	json_decref(n);
}

static void interval(struct draft *draft, const struct draft_name *name, char *out)
{
	static const char *const starts[] = {"[", "(", "]"}, *const ends[] = {"]", ")", "["};
	int low = name->low - 1 + draft_roll(draft, 2), high = low + 1 + draft_roll(draft, 3);

	snprintf(out, 32, "%s%d..%d%s", starts[draft_roll(draft, 3)], low, high,
		 ends[draft_roll(draft, 3)]);
}

static void one_test(struct draft *draft, const struct draft_name *name, char *out)
{
	static const char *const orders[] = {"<", "<=", ">", ">="};
	char value[32];

	if (strchr("ID", name->type) && draft_chance(draft, 3)) {
		interval(draft, name, out);
		return;
	}
	literal(draft, name, value);
	snprintf(out, 40, "%s%s",
		 strchr("IDA", name->type) && draft_roll(draft, 3) ? orders[draft_roll(draft, 4)]
								   : "",
		 value);
}

static json_t *cell(struct draft *draft, const struct draft_name *name)
{
	char a[40], b[40], text[96];

	one_test(draft, name, a);
	one_test(draft, name, b);
	switch (draft_roll(draft, 6)) {
	case 0:
	case 1: return json_string("-");
	case 2: snprintf(text, sizeof text, "not(%s)", a); break;
	case 3: snprintf(text, sizeof text, "%s,%s", a, b); break;
	default: snprintf(text, sizeof text, "%s", a); break;
	}
	return json_string(text);
}

static void decision_table(struct draft *draft)
{
	const struct draft_name *names[3];
	json_t *inputs = json_array(), *rows = json_array();
	int n = 0;

	for (int i = 1 + draft_roll(draft, 3); i > 0; i--) {
		char id[8];

		names[n] = draft_pick(draft, "BBIDAXC");
		if (!names[n])
			break;
		draft_id(draft, 'u', id);
		json_array_append_new(
			inputs, json_pack("{s:s,s:o}", "id", id, "rule", draft_var(names[n++])));
	}
	for (int k = 1 + draft_roll(draft, 4); k > 0; k--) {
		json_t *when = json_array();

		for (int i = 0; i < n; i++)
			json_array_append_new(when, cell(draft, names[i]));
		put(draft, rows, json_pack("{s:o}", "when", when), outcome(draft));
	}
	last(draft, rows);
	json_object_set_new(draft->document, "decision",
			    json_pack("{s:o,s:o}", "inputs", inputs, "rows", rows));
}

void draft_deciding(struct draft *draft)
{
	static const char *const policies[] = {"first",	   "unique",	  "any",
					       "priority", "most_severe", "collect"};

	outcomes(draft);
	json_object_set_new(draft->document, "hit_policy",
			    json_string(policies[draft_roll(draft, 6)]));
	if (draft_chance(draft, 4) && draft_pick(draft, "BIDAXC"))
		decision_table(draft);
	else
		rules(draft);
}
