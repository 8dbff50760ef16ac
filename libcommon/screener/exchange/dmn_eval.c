/* Evaluating the decisions of a model, those that others need first. */
#include "screener/exchange/dmn_model.h"

struct outcome {
	struct feel value; /* of a single decided output; null otherwise */
	json_t *json;	   /* a new reference */
	struct table_result result;
};

/* What is not among the allowed values is not an answer. */
static struct feel admitted(const struct dmn_clause *clause, struct feel value)
{
	if (clause->has_allowed && unary_eval(&clause->allowed, &value) != SCREENER_TRUE)
		return (struct feel){};
	return value;
}

static struct feel input_value(const struct dmn_clause *clause, struct arena *arena,
			       const json_t *inputs, const struct outcome *outcomes)
{
	struct feel value = {};

	if (clause->decision >= 0)
		return admitted(clause, outcomes[clause->decision].value);
	if (!feel_of_json(arena, json_object_get(inputs, clause->name), clause->kind, &value))
		return (struct feel){};
	return admitted(clause, value);
}

static json_t *row_json(const struct dmn_decision *decision, uint32_t row)
{
	if (!decision->outputs)
		return feel_to_json(table_output(decision->table, row, 0));
	json_t *object = json_object();

	for (size_t i = 0; i < decision->n_outputs; i++)
		json_object_set_new(object, decision->outputs[i],
				    feel_to_json(table_output(decision->table, row, i)));
	return object;
}

static json_t *result_json(const struct dmn_decision *decision, const struct table_result *result)
{
	if (result->verdict != TABLE_DECIDED)
		return json_null();
	if (result->has_aggregate)
		return feel_to_json(&result->aggregate);
	if (!decision->lists)
		return row_json(decision, result->rows[0]);
	json_t *list = json_array();

	for (size_t i = 0; i < result->n; i++)
		json_array_append_new(list, row_json(decision, result->rows[i]));
	return list;
}

static struct feel single_value(const struct dmn_decision *decision,
				const struct table_result *result)
{
	if (result->verdict != TABLE_DECIDED || decision->lists || decision->outputs)
		return (struct feel){};
	return result->has_aggregate ? result->aggregate
				     : *table_output(decision->table, result->rows[0], 0);
}

static void evaluate(const struct dmn_decision *decision, struct arena *arena, const json_t *inputs,
		     struct outcome *outcomes, struct outcome *out)
{
	struct feel values[TABLE_MAX_INPUTS];

	for (size_t i = 0; i < decision->n_clauses; i++)
		values[i] = input_value(&decision->clauses[i], arena, inputs, outcomes);
	table_eval(decision->table, values, arena, &out->result);
	out->value = single_value(decision, &out->result);
	out->json = result_json(decision, &out->result);
}

static json_t *hits_json(const struct table_result *result)
{
	json_t *list = json_array();

	for (size_t i = 0; i < result->n && !result->is_default; i++)
		json_array_append_new(list, json_integer((json_int_t)result->rows[i] + 1));
	return list;
}

static bool is_asked(const struct dmn_decision *decision, const char *name)
{
	return !name || strcmp(decision->name, name) == 0;
}

bool dmn_has_decision(const struct dmn *dmn, const char *decision)
{
	for (size_t i = 0; i < dmn->n_decisions; i++)
		if (is_asked(&dmn->decisions[i], decision))
			return true;
	return false;
}

const char *dmn_without_table(const struct dmn *dmn, const char *decision)
{
	for (size_t i = 0; i < dmn->n_decisions; i++)
		if (!dmn->decisions[i].table && is_asked(&dmn->decisions[i], decision))
			return dmn->decisions[i].name;
	return NULL;
}

bool dmn_has_results(const json_t *evaluated)
{
	json_t *verdicts = json_object_get(evaluated, "verdicts");

	for (void *it = json_object_iter(verdicts); it; it = json_object_iter_next(verdicts, it)) {
		const char *verdict = json_string_value(json_object_iter_value(it));

		if (strcmp(verdict, table_verdict_name(TABLE_DECIDED)) != 0 &&
		    strcmp(verdict, table_verdict_name(TABLE_NO_MATCH)) != 0)
			return false;
	}
	return true;
}

struct status dmn_evaluate(const struct dmn *dmn, struct arena *arena, const json_t *inputs,
			   const char *decision, json_t **out)
{
	struct outcome *outcomes = arena_array_of(arena, struct outcome, dmn->n_decisions + 1);
	json_t *results, *verdicts, *rows;

	if (!json_is_object(inputs))
		return FAIL(DMN_INPUTS);
	results = json_object();
	verdicts = json_object();
	rows = json_object();
	for (size_t i = 0; i < dmn->n_decisions; i++) {
		const struct dmn_decision *d = &dmn->decisions[i];
		struct outcome *outcome = &outcomes[i];

		if (!d->table)
			continue;
		evaluate(d, arena, inputs, outcomes, outcome);
		if (is_asked(d, decision)) {
			const char *verdict = table_verdict_name(outcome->result.verdict);

			json_object_set(results, d->name, outcome->json);
			json_object_set_new(verdicts, d->name, json_string(verdict));
			json_object_set_new(rows, d->name, hits_json(&outcome->result));
		}
		json_decref(outcome->json);
	}
	*out = json_pack("{s:o,s:o,s:o}", "results", results, "verdicts", verdicts, "rows", rows);
	return OK;
}
