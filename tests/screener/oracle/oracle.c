/* One evaluation of a document, from the answers to the outcome. */
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

#include "decide.h"
#include "world.h"

static bool add_items(struct oracle_document *doc, json_t *items, int group)
{
	json_t *json;
	size_t i;

	json_array_foreach (items, i, json) {
		int index = doc->n_items++;
		struct oracle_item *item = &doc->items[index];

		if (index == ORACLE_ITEMS)
			return false;
		*item = (struct oracle_item){
			.id = json_string_value(json_object_get(json, "id")),
			.type = json_string_value(json_object_get(json, "type")),
			.json = json,
			.i18n = json_object_get(doc->json, "i18n"),
			.group = group,
			.row_group = group >= 0 && doc->items[group].repeats ? group : -1,
			.repeats = json_is_true(json_object_get(json, "repeats")),
		};
		if (!add_items(doc, json_object_get(json, "items"), index))
			return false;
	}
	return true;
}

static void name_tables(struct oracle_document *doc, const char *const *hashes)
{
	const char *name;
	json_t *ref;

	json_object_foreach (json_object_get(doc->json, "tables"), name, ref)
		for (size_t i = 0; i < json_array_size(doc->tables); i++)
			if (strcmp(json_string_value(json_object_get(ref, "sha256")), hashes[i]) ==
			    0)
				json_object_set(doc->table_names, name,
						json_array_get(doc->tables, i));
}

/* One that is required or a safety question besides is asked of everybody. */
static void mark_attestations(struct oracle_document *doc)
{
	json_t *outcome;
	size_t i;

	json_array_foreach (json_object_get(doc->json, "outcomes"), i, outcome) {
		json_t *by = json_object_get(json_object_get(outcome, "resolvable"), "by");
		struct oracle_item *item;
		json_t *required;

		if (!by)
			continue;
		item = &doc->items[item_find(doc, json_string_value(by))];
		required = json_object_get(item->json, "required");
		item->is_by = (!required || json_is_false(required)) &&
			      !json_is_true(json_object_get(item->json, "safety"));
	}
}

bool oracle_open(struct oracle_document *doc, json_t *document, json_t *tables,
		 const char *const *hashes)
{
	json_t *rules = json_object_get(document, "rules");

	*doc = (struct oracle_document){
		.json = document, .tables = tables, .table_names = json_object()};
	if (!rules)
		rules = json_object_get(json_object_get(document, "decision"), "rows");
	doc->n_rules = (int)json_array_size(rules);
	if (!add_items(doc, json_object_get(document, "items"), -1) ||
	    doc->n_rules > ORACLE_RULES ||
	    json_array_size(json_object_get(document, "constraints")) > ORACLE_RULES ||
	    json_array_size(json_object_get(document, "derived")) > ORACLE_VALUES ||
	    json_array_size(json_object_get(document, "scores")) > ORACLE_VALUES) {
		oracle_close(doc);
		return false;
	}
	name_tables(doc, hashes);
	mark_attestations(doc);
	return true;
}

void oracle_close(struct oracle_document *doc)
{
	json_decref(doc->table_names);
	doc->table_names = NULL;
}

/* A row is true when all its cells are; an input is a rule. */
static struct value table_row(struct world *w, json_t *inputs, json_t *cells)
{
	enum kleene all = IS_TRUE;
	bool is_failed = false;
	json_t *input;
	size_t i;

	json_array_foreach (inputs, i, input) {
		const char *cell = json_string_value(json_array_get(cells, i));
		struct value v = unary_test(cell, rule_value(w, json_object_get(input, "rule")));

		is_failed = is_failed || v.failed;
		if (all != IS_FALSE && kleene_of(v) != IS_TRUE)
			all = kleene_of(v);
	}
	return truth_of(all, is_failed);
}

static enum kleene otherwise(const enum kleene *rules, int n)
{
	enum kleene result = IS_TRUE;

	for (int i = 0; i < n; i++) {
		if (rules[i] == IS_TRUE)
			return IS_FALSE;
		if (rules[i] == IS_UNKNOWN)
			result = IS_UNKNOWN;
	}
	return result;
}

/* True when one of them failed. */
static bool eval_rules(struct world *w, enum kleene *out)
{
	json_t *decision = json_object_get(w->doc->json, "decision"), *rule;
	json_t *rules = decision ? json_object_get(decision, "rows")
				 : json_object_get(w->doc->json, "rules");
	bool is_failed = false;
	struct value v;
	size_t i;

	json_array_foreach (rules, i, rule) {
		if (json_object_get(rule, "else")) {
			out[i] = otherwise(out, (int)i);
			continue;
		}
		v = decision ? table_row(w, json_object_get(decision, "inputs"),
					 json_object_get(rule, "when"))
			     : rule_value(w, json_object_get(rule, "if"));
		is_failed = is_failed || v.failed;
		out[i] = kleene_of(v);
	}
	return is_failed;
}

/* Every derived value, score and band is evaluated, whether a rule looks at it or not. */
static bool eval_values(struct world *w, struct oracle_result *out)
{
	json_t *scores = json_object_get(w->doc->json, "scores");
	bool is_failed = false;

	for (size_t i = 0; i < json_array_size(json_object_get(w->doc->json, "derived")); i++) {
		out->derived[i] = derived_value(w, i);
		is_failed = is_failed || out->derived[i].failed;
	}
	for (size_t i = 0; i < json_array_size(scores); i++) {
		out->scores[i] = score_value(w, i);
		if (json_object_get(json_array_get(scores, i), "bands"))
			out->bands[i] = score_band(w, i);
		is_failed = is_failed || out->scores[i].failed || out->bands[i].failed;
	}
	return is_failed;
}

static void eval_constraints(struct world *w, enum kleene *out)
{
	json_t *constraint;
	size_t i;

	json_array_foreach (json_object_get(w->doc->json, "constraints"), i, constraint)
		out[i] = rule_truth(w, json_object_get(constraint, "that"));
}

/* Once decided, a true answer to the attestation turns the outcome into another. */
static const char *resolved(struct world *w, const char *outcome)
{
	json_t *resolvable = json_object_get(outcome_json(w->doc, outcome), "resolvable");
	const struct cell *cell;

	if (!resolvable)
		return outcome;
	cell = item_cell(w,
			 item_find(w->doc, json_string_value(json_object_get(resolvable, "by"))));
	if (cell->shown != IS_TRUE || cell->given != VALID || !cell->answer.number.num)
		return outcome;
	return json_string_value(json_object_get(resolvable, "to"));
}

static bool issues_code(const struct oracle_document *doc, const char *outcome)
{
	return json_object_get(outcome_json(doc, outcome), "issue_code") != NULL;
}

/* Unknown to the rules: in some row, or because there are no rows to look at. */
static void note_child(struct world *w, int item, struct oracle_result *out)
{
	int group = w->doc->items[item].row_group, n = group_rows(w, group);

	out->unknown[item] = n < 0;
	out->asked_unknown[item] = n < 0 && item_cell(w, group)->shown != IS_FALSE;
	for (w->row = 0; w->row < n; w->row++)
		if (!item_value(w, item).known) {
			out->unknown[item] = true;
			if (item_cell(w, item)->shown != IS_FALSE)
				out->asked_unknown[item] = true;
		}
	w->row = -1;
}

static void note_items(struct world *w, struct oracle_result *out)
{
	for (int i = 0; i < w->doc->n_items; i++) {
		const struct oracle_item *item = &w->doc->items[i];

		if (item->row_group >= 0) {
			note_child(w, i, out);
			continue;
		}
		out->unknown[i] = item->repeats ? group_rows(w, i) < 0 : !item_value(w, i).known;
		out->asked_unknown[i] = out->unknown[i] && item_cell(w, i)->shown != IS_FALSE;
	}
}

static void conclude(struct world *w, bool is_failed, struct oracle_result *out)
{
	struct decision d = decide(w->doc, out->rules);
	unsigned back = what_holds_back(w, out, is_failed);
	const char *outcome = d.outcome;

	out->held = d.held;
	if (!d.held) {
		outcome = resolved(w, d.outcome);
		out->resolved_from = outcome != d.outcome ? d.outcome : NULL;
		if (!(back & (HELD_FAILED | HELD_CONSTRAINT)))
			out->of_rules = outcome;
		if (issues_code(w->doc, outcome))
			out->held = back;
		if (out->held)
			outcome = NULL;
	}
	if (out->held) {
		outcome = outcome_when_unsure(w->doc, outcome);
		out->resolved_from = NULL;
	}
	out->outcome = outcome;
	out->decided = !out->held;
	out->issues_code = issues_code(w->doc, outcome);
	out->of_rules_issues_code = out->of_rules && issues_code(w->doc, out->of_rules);
}

bool oracle_fits(const struct oracle_document *doc, json_t *answers)
{
	for (int i = 0; i < doc->n_items; i++)
		if (doc->items[i].repeats &&
		    json_array_size(json_object_get(answers, doc->items[i].id)) > ORACLE_ROWS)
			return false;
	return true;
}

void oracle_eval(const struct oracle_document *doc, json_t *answers, int64_t today,
		 struct oracle_result *out)
{
	struct world *w = calloc(1, sizeof *w);
	bool is_failed;

	if (!w)
		abort();
	w->doc = doc;
	w->answers = answers;
	w->today = today;
	w->row = -1;
	*out = (struct oracle_result){};
	is_failed = eval_rules(w, out->rules);
	is_failed = eval_values(w, out) || is_failed;
	eval_constraints(w, out->constraints);
	note_items(w, out);
	conclude(w, is_failed, out);
	free(w);
}
