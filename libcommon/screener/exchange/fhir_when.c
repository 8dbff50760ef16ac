/*
 * enableWhen becomes a show_if: an item is visible exactly when a FHIR client
 * enables it.  All conditions of an item are mapped or none is, because a part
 * of them says something else.
 *
 * FHIR has no unknown: "!=" and "exists: false" are true of a question without
 * an answer.  Rules that never see the unknown cannot say that, a score with
 * `missing: zero` can: it is 1 when there is an answer and otherwise 0.
 */
#include "screener/exchange/fhir_map.h"

#define MAX_ANSWERED 99 /* scores of one document */

static const char *const operators[][2] = {{"=", "=="}, {"!=", "!="}, {">", ">"},
					   {"<", "<"},	{">=", ">="}, {"<=", "<="}};

#define N_OPERATORS (sizeof operators / sizeof operators[0])

/* One condition on its way, and why it cannot be expressed. */
struct condition {
	struct fhir_importer *im;
	const struct fhir_question *asking;
	struct fhir_question *question;
	const json_t *json;
	const char *op, *why;
};

static bool is_type(const struct fhir_question *question, const char *type)
{
	return strcmp(question->type, type) == 0;
}

static json_t *fail(struct condition *c, const char *why)
{
	c->why = why;
	return NULL;
}

static json_t *var_of(const char *id)
{
	return json_pack("{s:s}", "var", id);
}

/* True when there is an answer; otherwise unknown or, of an empty choice, false. */
static json_t *answered_rule(const struct fhir_question *question)
{
	if (is_type(question, "multi"))
		return json_pack("{s:[{s:s},i]}", ">", "chosen", question->id, 0);
	return json_pack("{s:[o,o]}", "==", var_of(question->id), var_of(question->id));
}

static const char *new_name(struct fhir_importer *im, const char *id, const char *suffix)
{
	return fhir_new_id(im, arena_printf(im->arena, "%s_%s", id, suffix));
}

/* A score of unknown inputs alone is unknown: each has one that is always 0. */
static const char *zero_of(struct fhir_importer *im)
{
	if (!json_array_size(im->derived))
		json_array_append_new(im->derived,
				      json_pack("{s:s,s:s,s:i}", "id", fhir_new_id(im, "fhir_zero"),
						"type", "integer", "rule", 0));
	return fhir_text(json_array_get(im->derived, 0), "id");
}

/* True while there is no answer, otherwise false; never unknown. */
static json_t *unanswered(struct condition *c)
{
	struct fhir_question *question = c->question;
	struct fhir_importer *im = c->im;
	const char *given, *zero;

	if (question->rows >= 0)
		return fail(c, arena_printf(im->arena,
					    "\"%s\" is also true while \"%s\" has no answer, and a "
					    "rule cannot see that a question of the same row has "
					    "none; \"=\" and \"exists\" with true can be expressed",
					    c->op, question->id));
	if (!question->answered) {
		if (json_array_size(im->scores) == MAX_ANSWERED)
			return fail(c, "too many questions are looked at for having no answer");
		zero = zero_of(im);
		given = new_name(im, question->id, "given");
		question->answered = new_name(im, question->id, "answered");
		json_array_append_new(im->derived,
				      json_pack("{s:s,s:s,s:o}", "id", given, "type", "boolean",
						"rule", answered_rule(question)));
		json_array_append_new(im->scores,
				      json_pack("{s:s,s:s,s:[s,s],s:s,s:i}", "id",
						question->answered, "method", "sum", "items", given,
						zero, "missing", "zero", "max_missing", 1));
	}
	return json_pack("{s:[o,i]}", "==", var_of(question->answered), 0);
}

static json_t *exists(struct condition *c)
{
	const json_t *answer = json_object_get(c->json, "answerBoolean");

	if (!json_is_boolean(answer))
		return fail(c, "exists needs answerBoolean");
	return json_is_true(answer) ? answered_rule(c->question) : unanswered(c);
}

/* FHIR enables "!=" also without an answer; takes the rule. */
static json_t *or_unanswered(struct condition *c, json_t *rule)
{
	json_t *none = unanswered(c);

	if (!none) {
		json_decref(rule);
		return NULL;
	}
	return json_pack("{s:[o,o]}", "or", none, rule);
}

static const char *rule_operator(const char *op)
{
	for (size_t i = 0; i < N_OPERATORS; i++)
		if (strcmp(operators[i][0], op) == 0)
			return operators[i][1];
	return NULL;
}

/* Takes the value. */
static json_t *compared(struct condition *c, const char *op, json_t *value)
{
	bool negative = strcmp(op, "!=") == 0;
	json_t *rule;

	if (is_type(c->question, "multi")) {
		rule = json_pack("{s:[s,[o]]}", "some", c->question->id, value);
		if (negative)
			rule = json_pack("{s:o}", "!", rule);
	} else {
		rule = json_pack("{s:[o,o]}", rule_operator(op), var_of(c->question->id),
				 fhir_literal(c->question, value));
	}
	return negative ? or_unanswered(c, rule) : rule;
}

static json_t *with_number(struct condition *c, struct number n)
{
	const char *op = c->op;
	bool always;
	int64_t whole;
	json_t *value;

	if (is_type(c->question, "integer")) {
		if (!fhir_whole(&op, n, &whole, &always))
			return fail(c, "the number is too large");
		return op ? compared(c, op, json_integer(whole)) : json_boolean(always);
	}
	value = fhir_number_json(n);
	return value ? compared(c, op, value) : fail(c, "the number has too many digits");
}

static json_t *with_quantity(struct condition *c, const json_t *quantity)
{
	const char *unit = fhir_text(quantity, "code"), *system = fhir_text(quantity, "system");
	struct number n, factor;

	if (!unit || (system && strcmp(system, FHIR_UCUM) != 0))
		return fail(c, "the unit of the quantity is not given as a UCUM code");
	if (json_object_get(quantity, "comparator"))
		return fail(c, "a quantity with a comparator is no value");
	if (!fhir_number(json_object_get(quantity, "value"), &n))
		return fail(c, "the quantity has no exact value");
	if (!fhir_unit_factor(unit, c->question->unit, &factor) || !number_mul(n, factor, &n))
		return fail(c, "the quantity cannot be converted to the unit of the question");
	return with_number(c, n);
}

static bool is_answer_type(const struct fhir_question *question, const char *type)
{
	static const char *const table[][2] = {
		{"boolean", "Boolean"}, {"integer", "Integer"},	  {"integer", "Decimal"},
		{"decimal", "Decimal"}, {"decimal", "Integer"},	  {"date", "Date"},
		{"text", "String"},	{"quantity", "Quantity"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		if (strcmp(table[i][0], question->type) == 0 && strcmp(table[i][1], type) == 0)
			return true;
	return question->options != NULL;
}

static size_t count_answers(const json_t *condition)
{
	json_t *own = (json_t *)condition;
	size_t n = 0;

	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
		n += strncmp(json_object_iter_key(it), "answer", 6) == 0;
	return n;
}

static json_t *comparison(struct condition *c)
{
	bool order = *c->op == '<' || *c->op == '>';
	const char *type = NULL;
	const json_t *answer = fhir_any(c->json, "answer", &type);
	struct number n;
	json_t *value;

	if (!rule_operator(c->op))
		return fail(c, "there is no such operator");
	if (!answer || count_answers(c->json) != 1)
		return fail(c, "exactly one answer is expected beside the operator");
	if (!is_answer_type(c->question, type))
		return fail(c, "the answer is of another type than the question");
	if (order && !is_type(c->question, "integer") && !is_type(c->question, "decimal") &&
	    !is_type(c->question, "date") && !is_type(c->question, "quantity"))
		return fail(c, "answers to the question have no order");
	if (is_type(c->question, "quantity"))
		return with_quantity(c, answer);
	if (is_type(c->question, "integer") || is_type(c->question, "decimal"))
		return fhir_number(answer, &n) ? with_number(c, n)
					       : fail(c, "the number has too many digits");
	value = fhir_import_value(c->question, c->json, "answer");
	return value ? compared(c, c->op, value)
		     : fail(c, "the question cannot have this answer (a partial date, no option)");
}

static json_t *import_condition(struct condition *c)
{
	const char *link = fhir_text(c->json, "question");

	c->op = fhir_text(c->json, "operator");
	c->question = link ? (struct fhir_question *)fhir_question_of(c->im, link) : NULL;
	if (!c->question || !c->op || json_object_get(c->json, "modifierExtension"))
		return fail(c, c->question ? "it has no operator, or a modifier extension"
					   : "it names a question that does not exist");
	if (is_type(c->question, "group") || is_type(c->question, "display"))
		return fail(c, "it names an item that takes no answer");
	if (c->question->rows >= 0 &&
	    (c->question->rows != c->asking->rows || c->question->index >= c->asking->index))
		return fail(c, "it names a question in rows that does not stand before in its own "
			       "row");
	return strcmp(c->op, "exists") == 0 ? exists(c) : comparison(c);
}

static json_t *lost(struct fhir_importer *im, const char *path, const char *why, json_t *rules)
{
	fhir_lose(im, "FHIR_ENABLE_WHEN", path,
		  arena_printf(im->arena,
			       "This condition cannot be expressed: %s. All conditions of the item "
			       "are left out, and everyone is asked.",
			       why));
	json_decref(rules);
	return NULL;
}

/* Takes the rules. */
static json_t *joined(struct fhir_importer *im, const json_t *item, const char *path, json_t *rules)
{
	const char *behaviour = fhir_text(item, "enableBehavior");
	json_t *rule;

	if (json_array_size(rules) == 1) {
		rule = json_incref(json_array_get(rules, 0));
		json_decref(rules);
		return rule;
	}
	if (behaviour && strcmp(behaviour, "all") == 0)
		return json_pack("{s:o}", "and", rules);
	if (behaviour && strcmp(behaviour, "any") == 0)
		return json_pack("{s:o}", "or", rules);
	return lost(im, path, "several conditions need enableBehavior, \"all\" or \"any\"", rules);
}

json_t *fhir_import_when(struct fhir_importer *im, const struct fhir_question *asking,
			 const json_t *item, const char *path, size_t *n_rules)
{
	const json_t *list = json_object_get(item, "enableWhen");
	json_t *rules = json_array();

	*n_rules = json_array_size(list);
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct condition c = {.im = im, .asking = asking, .json = json_array_get(list, i)};
		json_t *rule = im->n_rules++ < FHIR_MAX_RULES
				       ? import_condition(&c)
				       : fail(&c, "there are too many conditions");

		if (!rule)
			return lost(im, arena_printf(im->arena, "%s/enableWhen/%zu", path, i),
				    c.why, rules);
		json_array_append_new(rules, rule);
	}
	if (list && !json_array_size(rules))
		return lost(im, arena_printf(im->arena, "%s/enableWhen", path),
			    "a list of conditions is expected", rules);
	if (!list) {
		json_decref(rules);
		return NULL;
	}
	return joined(im, item, path, rules);
}
