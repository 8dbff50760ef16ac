/*
 * enableWhen and show_if.  Both say "visible while"; a comparison with an
 * unanswered question hides the item on both sides.  `exists: true` is a value
 * equal to itself, which is unknown while there is none; `exists: false` cannot
 * be said in rules that never see the unknown.
 */
#include "screener/fhir_map.h"

static const char *const operators[][2] = {{"=", "=="}, {"!=", "!="}, {">", ">"},
					   {"<", "<"},	{">=", ">="}, {"<=", "<="}};

#define N_OPERATORS (sizeof operators / sizeof operators[0])

static json_t *var_of(const char *id)
{
	return json_pack("{s:s}", "var", id);
}

/* A value as a literal of the rule language; takes the reference. */
static json_t *literal(const struct fhir_question *question, json_t *value)
{
	char number[48];

	if (strcmp(question->type, "date") == 0)
		return json_pack("{s:o}", "date", value);
	if (strcmp(question->type, "quantity") != 0)
		return value;
	snprintf(number, sizeof number, "%.15g", json_number_value(value));
	json_decref(value);
	return json_pack("{s:[s,s]}", "quantity", number, question->unit);
}

static json_t *negated(json_t *rule, bool negate)
{
	return negate ? json_pack("{s:o}", "!", rule) : rule;
}

static json_t *comparison(const struct fhir_question *question, const char *operator,
			  json_t * value)
{
	bool equality = operator[0] == '=' || operator[0] == '!';
	bool has_order =
		strcmp(question->type, "integer") == 0 || strcmp(question->type, "decimal") == 0 ||
		strcmp(question->type, "date") == 0 || strcmp(question->type, "quantity") == 0;

	if (strcmp(question->type, "multi") == 0 && equality)
		return negated(json_pack("{s:[s,[o]]}", "some", question->id, value), operator[0] ==
			       '!');
	for (size_t i = 0; i < N_OPERATORS && (equality || has_order); i++)
		if (strcmp(operators[i][0], operator) == 0)
			return json_pack("{s:[o,o]}", operators[i][1], var_of(question->id),
					 literal(question, value));
	json_decref(value);
	return NULL;
}

static json_t *exists(const struct fhir_question *question, const json_t *condition)
{
	if (!json_is_true(json_object_get(condition, "answerBoolean")))
		return NULL;
	if (strcmp(question->type, "multi") == 0)
		return json_pack("{s:[{s:s},i]}", ">", "chosen", question->id, 0);
	if (strcmp(question->type, "group") == 0 || strcmp(question->type, "display") == 0)
		return NULL;
	return json_pack("{s:[o,o]}", "==", var_of(question->id), var_of(question->id));
}

static json_t *import_condition(struct fhir_importer *im, const json_t *condition, const char *path,
				size_t index)
{
	const char *operator= fhir_text(condition, "operator");
	const struct fhir_question *question =
		fhir_question_of(im, fhir_text(condition, "question"));
	json_t *value, *rule = NULL;

	if (question && operator&& strcmp(operator, "exists") == 0) {
		rule = exists(question, condition);
	} else if (question && operator) {
		value = fhir_import_value(question, condition, "answer");
		rule = value ? comparison(question, operator, value) : NULL;
	}
	if (!rule)
		note_add(
			im->notes, SCREENER_WARNING, "FHIR_ENABLE_WHEN",
			arena_printf(im->arena, "%s/enableWhen/%zu", path, index),
			question
				? "This condition cannot be expressed and is left out."
				: "This condition names a question that does not exist and is left "
				  "out.");
	return rule;
}

/* A new reference; NULL when there is no condition. */
json_t *fhir_import_when(struct fhir_importer *im, const json_t *item, const char *path)
{
	const json_t *list = json_object_get(item, "enableWhen");
	const char *behaviour = fhir_text(item, "enableBehavior");
	json_t *rules = json_array(), *rule = NULL;

	for (size_t i = 0; i < json_array_size(list) && i < FHIR_MAX_ITEMS; i++) {
		json_t *one = import_condition(im, json_array_get(list, i), path, i);

		if (one)
			json_array_append_new(rules, one);
	}
	if (json_array_size(rules) == 1)
		rule = json_incref(json_array_get(rules, 0));
	else if (json_array_size(rules))
		rule = json_pack("{s:O}", behaviour && strcmp(behaviour, "all") == 0 ? "and" : "or",
				 rules);
	json_decref(rules);
	return rule;
}

/* ---- out ---- */

/* {"var": id} of an item; NULL for anything else. */
static const json_t *item_of(struct fhir_exporter *ex, const json_t *rule)
{
	const char *id = json_object_size(rule) == 1 ? fhir_text(rule, "var") : NULL;

	return id ? json_object_get(ex->items, id) : NULL;
}

static const char *link_of(const json_t *item)
{
	const char *kept = json_string_value(fhir_kept(item, "linkId"));

	return kept ? kept : fhir_text(item, "id");
}

static json_t *condition_of(const json_t *item, const char *operator)
{
	return json_pack("{s:s,s:s}", "question", link_of(item), "operator", operator);
}

/* A literal back to a value: dates and quantities lose their wrapping. */
static json_t *value_of_literal(const json_t *rule)
{
	const json_t *date = json_object_get(rule, "date");
	const json_t *quantity = json_object_get(rule, "quantity");

	if (date)
		return json_copy((json_t *)date);
	if (quantity && json_is_string(json_array_get(quantity, 0)))
		return json_loads(json_string_value(json_array_get(quantity, 0)), JSON_DECODE_ANY,
				  NULL);
	if (json_is_object(rule) || json_is_array(rule))
		return NULL;
	return json_copy((json_t *)rule);
}

static json_t *export_comparison(struct fhir_exporter *ex, const char *operator,
				 const json_t * args)
{
	const json_t *item = item_of(ex, json_array_get(args, 0));
	json_t *condition = NULL, *value = NULL;

	if (!item || json_array_size(args) != 2)
		return NULL;
	if (strcmp(operator, "=") == 0 && item_of(ex, json_array_get(args, 1)) == item)
		return json_pack("{s:s,s:s,s:b}", "question", link_of(item), "operator", "exists",
				 "answerBoolean", 1);
	value = value_of_literal(json_array_get(args, 1));
	if (value) {
		condition = condition_of(item, operator);
		fhir_export_value(item, value, condition, "answer");
		if (json_object_size(condition) != 3) {
			json_decref(condition);
			condition = NULL;
		}
	}
	json_decref(value);
	return condition;
}

static json_t *export_some(struct fhir_exporter *ex, const json_t *args, const char *operator)
{
	const char *id = json_string_value(json_array_get(args, 0));
	const json_t *item = id ? json_object_get(ex->items, id) : NULL;
	const json_t *codes = json_array_get(args, 1), *code = json_array_get(codes, 0);

	if (!item || json_array_size(codes) != 1 || !json_is_string(code))
		return NULL;
	json_t *condition = condition_of(item, operator);

	fhir_export_value(item, code, condition, "answer");
	return condition;
}

static json_t *export_condition(struct fhir_exporter *ex, const json_t *rule)
{
	const json_t *some = json_object_get(rule, "some"), *not = json_object_get(rule, "!");

	if (json_object_size(rule) != 1)
		return NULL;
	if (some)
		return export_some(ex, some, "=");
	if (not &&json_object_get(not, "some"))
		return export_some(ex, json_object_get(not, "some"), "!=");
	for (size_t i = 0; i < N_OPERATORS; i++) {
		const json_t *args = json_object_get(rule, operators[i][1]);

		if (args)
			return export_comparison(ex, operators[i][0], args);
	}
	return NULL;
}

void fhir_export_when(struct fhir_exporter *ex, const json_t *show_if, json_t *out)
{
	const json_t *all = json_object_get(show_if, "and"), *any = json_object_get(show_if, "or");
	const json_t *rules = all ? all : any;
	json_t *list = json_array();
	size_t n = rules ? json_array_size(rules) : 1;

	for (size_t i = 0; i < n; i++) {
		json_t *condition =
			export_condition(ex, rules ? json_array_get(rules, i) : show_if);

		if (condition)
			json_array_append_new(list, condition);
	}
	/* A part of a condition would say something else: all or none. */
	if (n && json_array_size(list) == n) {
		json_object_set(out, "enableWhen", list);
		if (rules)
			fhir_set_text(out, "enableBehavior", all ? "all" : "any");
	}
	json_decref(list);
}
