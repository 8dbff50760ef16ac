/*
 * A document is made around the rule: items typed by the data, the rule as a
 * derived value of each type in turn until one fits.
 */
#include "screener/logic/strict.h"

#include "base/instant.h"

#define RESULT	     "zz_result"
#define RULE_POINTER "/derived/0/rule"
#define MAX_DEPTH    64

struct typing {
	json_t *items; /* id -> item */
	json_t *known; /* ids that have a place, those inside rows too */
	const json_t *data;
	json_t *texts; /* every text in the rule: the codes a set may have */
	bool dates;    /* texts of the form of a date are dates */
};

static const char *scalar_type(const struct typing *t, const json_t *value)
{
	date_days date;

	if (json_is_boolean(value))
		return "boolean";
	if (json_is_integer(value))
		return "integer";
	if (json_is_real(value) || json_object_get(value, "decimal"))
		return "decimal";
	if (json_object_get(value, "date"))
		return "date";
	if (json_is_string(value))
		return t->dates && date_parse(str_of(json_string_value(value)), &date) ? "date"
										       : "text";
	return NULL;
}

static void add_item(struct typing *t, json_t *items, const char *id, const char *type)
{
	json_object_set_new(t->known, id, json_true());
	json_object_set_new(items, id, json_pack("{s:s,s:s}", "id", id, "type", type));
}

static json_t *values_of(json_t *object)
{
	json_t *list = json_array();

	for (void *it = json_object_iter(object); it; it = json_object_iter_next(object, it))
		json_array_append(list, json_object_iter_value(it));
	return list;
}

static void add_option(json_t *seen, json_t *options, const char *code)
{
	if (!code || !*code || json_object_get(seen, code))
		return;
	json_object_set_new(seen, code, json_true());
	json_array_append_new(options, json_pack("{s:s}", "code", code));
}

/* A list of texts is a set of codes: those it has and those the rule speaks of. */
static void type_set(struct typing *t, json_t *items, const char *id, const json_t *value)
{
	json_t *seen = json_object(), *options = json_array();

	json_object_set_new(t->known, id, json_true());
	for (size_t i = 0; i < json_array_size(value); i++)
		add_option(seen, options, json_string_value(json_array_get(value, i)));
	for (size_t i = 0; i < json_array_size(t->texts) && json_array_size(options) < 64; i++)
		add_option(seen, options, json_string_value(json_array_get(t->texts, i)));
	json_object_set_new(
		items, id,
		json_pack("{s:s,s:s,s:o}", "id", id, "type", "multi", "options", options));
	json_decref(seen);
}

static void type_members(struct typing *t, json_t *items, const json_t *object, bool rows);

static void type_rows(struct typing *t, json_t *items, const char *id, const json_t *value)
{
	json_t *children = json_object();

	json_object_set_new(t->known, id, json_true());
	for (size_t i = 0; i < json_array_size(value); i++)
		type_members(t, children, json_array_get(value, i), true);
	if (json_object_size(children))
		json_object_set_new(items, id,
				    json_pack("{s:s,s:s,s:b,s:i,s:o}", "id", id, "type", "group",
					      "repeats", 1, "max_rows", 64, "items",
					      values_of(children)));
	json_decref(children);
}

static void type_members(struct typing *t, json_t *items, const json_t *object, bool rows)
{
	json_t *own = (json_t *)object;

	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it)) {
		const char *id = json_object_iter_key(it);
		const json_t *value = json_object_iter_value(it);

		if (json_is_array(value) && !rows) {
			if (json_is_object(json_array_get(value, 0)))
				type_rows(t, items, id, value);
			else
				type_set(t, items, id, value);
		} else if (scalar_type(t, value) && !json_object_get(items, id)) {
			add_item(t, items, id, scalar_type(t, value));
		}
	}
}

/* "id" of {"var": "id"} or {"var": ["id"]}. */
static const char *variable_of(const json_t *rule)
{
	const json_t *name = json_object_get(rule, "var");

	if (json_is_array(name))
		name = json_array_get(name, 0);
	return json_object_size(rule) == 1 ? json_string_value(name) : NULL;
}

static void collect_texts(struct typing *t, const json_t *rule, int depth)
{
	json_t *own = (json_t *)rule;

	if (depth == MAX_DEPTH)
		return;
	if (json_is_string(rule))
		json_array_append(t->texts, own);
	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
		collect_texts(t, json_object_iter_value(it), depth + 1);
	for (size_t i = 0; i < json_array_size(rule); i++)
		collect_texts(t, json_array_get(rule, i), depth + 1);
}

/* Variables without data take the type of a literal beside them. */
static void type_absent(struct typing *t, const json_t *rule, int depth)
{
	json_t *own = (json_t *)rule;
	const char *beside = NULL;

	if (depth == MAX_DEPTH)
		return;
	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
		type_absent(t, json_object_iter_value(it), depth + 1);
	for (size_t i = 0; i < json_array_size(rule); i++)
		if (!beside)
			beside = scalar_type(t, json_array_get(rule, i));
	for (size_t i = 0; i < json_array_size(rule); i++) {
		const char *id = variable_of(json_array_get(rule, i));

		if (id && beside && !json_object_get(t->known, id))
			add_item(t, t->items, id, beside);
		type_absent(t, json_array_get(rule, i), depth + 1);
	}
}

/* Those with nothing beside them either are taken for booleans. */
static void type_rest(struct typing *t, const json_t *rule, int depth)
{
	json_t *own = (json_t *)rule;
	const char *id = variable_of(rule);

	if (depth == MAX_DEPTH)
		return;
	if (id && *id && !strchr(id, '.') && !json_object_get(t->known, id))
		add_item(t, t->items, id, "boolean");
	for (void *it = json_object_iter(own); it && !id; it = json_object_iter_next(own, it))
		type_rest(t, json_object_iter_value(it), depth + 1);
	for (size_t i = 0; i < json_array_size(rule); i++)
		type_rest(t, json_array_get(rule, i), depth + 1);
}

static json_t *items_for(const json_t *rule, const json_t *data, bool dates)
{
	struct typing t = {.items = json_object(),
			   .known = json_object(),
			   .data = data,
			   .texts = json_array(),
			   .dates = dates};
	json_t *list;

	collect_texts(&t, rule, 0);
	type_members(&t, t.items, data, false);
	type_absent(&t, rule, 0);
	type_rest(&t, rule, 0);
	if (!json_object_size(t.items))
		add_item(&t, t.items, "zz_none", "boolean");
	list = values_of(t.items);
	json_decref(t.items);
	json_decref(t.known);
	json_decref(t.texts);
	return list;
}

static char *document_for(const json_t *rule, json_t *items, const char *type)
{
	json_t *document = json_pack(
		"{s:s,s:s,s:[s],s:O,s:[{s:s,s:s,s:O}],s:[{s:s,s:i}],s:s,s:[{s:s,s:b,s:s}],s:s}",
		"format", "screener/1", "slug", "rule", "locales", "en", "items", items, "derived",
		"id", RESULT, "type", type, "rule", rule, "outcomes", "id", "done", "severity", 1,
		"hit_policy", "first", "rules", "id", "R", "else", 1, "then", "done", "on_unknown",
		"done");
	char *text = json_dumps(document, JSON_COMPACT | JSON_REAL_PRECISION(15));

	json_decref(document);
	return text;
}

static struct status evaluate(const struct screener *screener, struct arena *arena,
			      const json_t *data, date_days today, struct strbuf *out,
			      const char **cause)
{
	char *text = json_is_object(data) ? json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(15))
					  : strdup("{}");
	struct screener_answers *answers;
	struct screener_result result;
	struct str json = str_of(arena_strdup(arena, text));

	free(text);
	TRY(screener_answers_parse(screener, arena, json, today, &answers));
	screener_eval(screener, answers, arena, SCREENER_FULL, &result);
	for (size_t i = 0; i < result.n_failed; i++)
		if (strcmp(result.failed[i].id, RESULT) == 0) {
			*cause = result.failed[i].cause;
			return FAIL(RULE_FAILED);
		}
	screener_value_json(&result, STR(RESULT), out);
	return OK;
}

/* Pointers into the document become pointers into {"rule": …}. */
static void relocate(struct arena *arena, struct screener_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++) {
		struct screener_finding *f = &findings->list[i];

		if (strncmp(f->pointer, RULE_POINTER, strlen(RULE_POINTER)) == 0)
			f->pointer =
				arena_printf(arena, "/rule%s", f->pointer + strlen(RULE_POINTER));
	}
}

struct status strict_rule_eval(struct arena *arena, const json_t *rule, const json_t *data,
			       date_days today, struct strbuf *out,
			       struct screener_findings *findings, const char **cause)
{
	static const char *const types[] = {"boolean", "integer", "decimal", "text", "date"};
	struct screener *screener = NULL;
	struct screener_findings best = {.n_errors = SIZE_MAX};

	for (int dates = 1; dates >= 0 && !screener; dates--) {
		json_t *items = items_for(rule, data, dates);

		for (size_t i = 0; i < sizeof types / sizeof types[0] && !screener; i++) {
			struct screener_findings found;
			char *document = document_for(rule, items, types[i]);
			struct status st = screener_compile(arena, str_of(document ? document : ""),
							    NULL, 0, &screener, &found);

			if (is_failed(st) && found.n_errors < best.n_errors)
				best = found;
			free(document);
		}
		json_decref(items);
	}
	if (!screener) {
		relocate(arena, &best);
		*findings = best;
		return FAIL(RULE_INVALID);
	}
	*findings = (struct screener_findings){};
	struct status st = evaluate(screener, arena, data, today, out, cause);

	screener_free(&screener);
	return st;
}
