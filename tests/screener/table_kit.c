#include "table_kit.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdlib.h>

struct arena *table_arena;

void table_kit_open(void)
{
	table_arena = arena_new(SIZE_MAX);
}

void table_kit_close(void)
{
	arena_free(&table_arena);
}

struct feel feel_of(const char *text)
{
	struct feel value = {};
	struct feel_error error;

	cr_assert(feel_parse(table_arena, str_of(text), &value, &error), "%s: %s", text,
		  error.message);
	return value;
}

struct unary cell_of(const char *text)
{
	struct unary cell = {};
	struct feel_error error;

	cr_assert(unary_parse(table_arena, str_of(text), &cell, &error), "%s: %s", text,
		  error.message);
	return cell;
}

const char *table_answer(const struct table *table, const struct feel *inputs)
{
	struct table_result result;
	struct strbuf buf = strbuf_new(table_arena);

	table_eval(table, inputs, table_arena, &result);
	if (result.verdict != TABLE_DECIDED)
		return table_verdict_name(result.verdict);
	strbuf_add_c(&buf, "");
	for (size_t i = 0; i < (result.has_aggregate ? 1 : result.n); i++) {
		json_t *json =
			feel_to_json(result.has_aggregate ? &result.aggregate
							  : table_output(table, result.rows[i], 0));
		char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));

		strbuf_printf(&buf, "%s%s", i ? " " : "", text);
		free(text);
		json_decref(json);
	}
	return strbuf_str(&buf).ptr;
}
