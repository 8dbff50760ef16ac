/* Items become a questionnaire: what fhir_import.c reads, in the same shape. */
#include "screener/exchange/fhir_map.h"

static void index_items(struct fhir_exporter *ex, const json_t *items, bool conditional, int depth)
{
	for (size_t i = 0; i < json_array_size(items) && depth < FHIR_MAX_DEPTH; i++) {
		json_t *item = json_array_get(items, i);
		const char *id = fhir_text(item, "id");
		bool may_hide = conditional || json_object_get(item, "show_if");

		if (id)
			json_object_set(ex->items, id, item);
		if (id && may_hide)
			json_object_set_new(ex->conditional, id, json_true());
		index_items(ex, json_object_get(item, "items"), may_hide, depth + 1);
	}
}

static json_t *by_id(const json_t *list)
{
	json_t *index = json_object();

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = fhir_text(json_array_get(list, i), "id");

		if (id)
			json_object_set(index, id, json_array_get(list, i));
	}
	return index;
}

static bool is_type(const json_t *item, const char *type)
{
	const char *own = fhir_text(item, "type");

	return own && strcmp(own, type) == 0;
}

/* minValue and the like take the type of the answer: valueInteger, valueDate. */
static void export_limit(const json_t *item, const char *member, const char *url, json_t *out)
{
	const json_t *value = json_object_get(item, member);
	json_t *holder = json_object();
	const char *type = NULL;

	if (value && !(json_is_string(value) && strncmp(json_string_value(value), "today", 5) == 0))
		fhir_export_value(item, value, holder, "value");
	const json_t *exported = fhir_any(holder, "value", &type);

	if (exported) {
		char name[40];

		snprintf(name, sizeof name, "value%s", type);
		fhir_add_extension(out, url, name, json_deep_copy(exported));
	}
	json_decref(holder);
}

static void export_count(const json_t *item, const char *member, const char *url, json_t *out)
{
	const json_t *value = json_object_get(item, member);

	if (json_is_integer(value))
		fhir_add_extension(out, url, "valueInteger", json_copy((json_t *)value));
}

static void export_unit(json_t *out, const char *url, const char *code)
{
	fhir_add_extension(out, url, "valueCoding",
			   json_pack("{s:s,s:s}", "system", FHIR_UCUM, "code", code));
}

static void export_units(const json_t *item, json_t *out)
{
	const json_t *units = json_object_get(item, "units");
	const char *unit = fhir_text(item, "unit");

	if (!is_type(item, "quantity") || !unit)
		return;
	export_unit(out, FHIR_UNIT, unit);
	if (json_array_size(units))
		export_unit(out, FHIR_UNIT_OPTION, unit);
	for (size_t i = 0; i < json_array_size(units); i++) {
		const char *code = fhir_text(json_array_get(units, i), "code");

		if (code)
			export_unit(out, FHIR_UNIT_OPTION, code);
	}
}

static void export_limits(const json_t *item, json_t *out)
{
	const json_t *length = json_object_get(item, "max_length");

	export_units(item, out);
	export_limit(item, "min", FHIR_MIN_VALUE, out);
	export_limit(item, "max", FHIR_MAX_VALUE, out);
	export_count(item, "min_length", FHIR_MIN_LENGTH, out);
	export_count(item, "min_choices", FHIR_MIN_OCCURS, out);
	export_count(item, "max_choices", FHIR_MAX_OCCURS, out);
	export_count(item, "min_rows", FHIR_MIN_OCCURS, out);
	export_count(item, "max_rows", FHIR_MAX_OCCURS, out);
	if (json_is_integer(length))
		json_object_set_new(out, "maxLength", json_copy((json_t *)length));
}

/* Of a question that nobody is asked, what counts as its answer is its initial value. */
static void export_initial(const json_t *item, json_t *out)
{
	bool hidden = json_is_false(json_object_get(item, "show_if"));
	const json_t *value = json_object_get(item, hidden ? "when_hidden" : "initial");
	size_t n = is_type(item, "multi") ? json_array_size(value) : value != NULL;
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *holder = json_object();

		fhir_export_value(item, is_type(item, "multi") ? json_array_get(value, i) : value,
				  holder, "value");
		if (json_object_size(holder))
			json_array_append(list, holder);
		json_decref(holder);
	}
	if (json_array_size(list))
		json_object_set(out, "initial", list);
	json_decref(list);
}

/* Visibility as the questionnaire has it; what it has not is remembered. */
static void export_show_if(struct fhir_exporter *ex, const json_t *item, const char *path,
			   json_t *out)
{
	const json_t *show_if = json_object_get(item, "show_if");
	const char *id = fhir_text(item, "id");

	if (json_is_false(show_if))
		fhir_add_extension(out, FHIR_HIDDEN, "valueBoolean", json_true());
	else if (show_if && !fhir_export_when(ex, show_if, out) && ex->unsaid && id)
		json_object_set_new(ex->unsaid, id,
				    json_string(arena_printf(ex->arena, "%s/show_if", path)));
}

static json_t *export_list(struct fhir_exporter *ex, const json_t *items, const char *path,
			   int depth);

static json_t *export_item(struct fhir_exporter *ex, const json_t *item, const char *path,
			   int depth)
{
	const char *id = fhir_text(item, "id");
	json_t *out = json_object(), *children;

	fhir_set_text(out, "linkId", fhir_link_of(item));
	if (id)
		fhir_export_text(ex, out, "text", arena_printf(ex->arena, "item.%s.text", id));
	fhir_set_text(out, "type", fhir_type_of(item));
	export_show_if(ex, item, path, out);
	if (json_is_true(json_object_get(item, "required")))
		json_object_set_new(out, "required", json_true());
	if (is_type(item, "multi") || json_is_true(json_object_get(item, "repeats")))
		json_object_set_new(out, "repeats", json_true());
	export_limits(item, out);
	fhir_export_options(ex, item, out);
	export_initial(item, out);
	children = export_list(ex, json_object_get(item, "items"),
			       arena_printf(ex->arena, "%s/items", path), depth + 1);
	if (json_array_size(children))
		json_object_set(out, "item", children);
	json_decref(children);
	return out;
}

/* Children of a question: a group behind it with the same conditions. */
static bool is_below(const json_t *items, size_t i)
{
	const json_t *item = json_array_get(items, i), *before = json_array_get(items, i - 1);
	const json_t *own = json_object_get(item, "show_if");
	const json_t *above = json_object_get(before, "show_if");

	return i > 0 && json_is_true(fhir_kept(item, "below")) && !is_type(before, "group") &&
	       (json_equal(own, above) || (!own && !above));
}

static json_t *export_list(struct fhir_exporter *ex, const json_t *items, const char *path,
			   int depth)
{
	json_t *list = json_array();

	for (size_t i = 0; i < json_array_size(items) && depth < FHIR_MAX_DEPTH; i++) {
		const json_t *item = json_array_get(items, i);
		json_t *before = json_array_get(list, json_array_size(list) - 1), *out;

		if (!json_is_object(item))
			continue;
		out = export_item(ex, item, arena_printf(ex->arena, "%s/%zu", path, i), depth);
		if (before && is_below(items, i)) {
			json_object_set(before, "item", json_object_get(out, "item"));
			json_decref(out);
		} else {
			json_array_append_new(list, out);
		}
	}
	return list;
}

json_t *fhir_map_out(struct arena *arena, const json_t *document, json_t *unsaid)
{
	const json_t *version = json_object_get(document, "version");
	const char *slug = fhir_text(document, "slug");
	struct fhir_exporter ex = {.arena = arena,
				   .document = document,
				   .i18n = json_object_get(document, "i18n"),
				   .items = json_object(),
				   .conditional = json_object(),
				   .derived = by_id(json_object_get(document, "derived")),
				   .scores = by_id(json_object_get(document, "scores")),
				   .unsaid = unsaid};
	json_t *out = json_object(), *items;

	ex.locale = json_string_value(json_array_get(json_object_get(document, "locales"), 0));
	if (!ex.locale)
		ex.locale = "en-US";
	fhir_set_text(out, "resourceType", "Questionnaire");
	fhir_set_text(out, "language", ex.locale);
	fhir_set_text(out, "url", arena_printf(arena, "urn:aegis:screener:%s", slug ? slug : ""));
	if (json_is_integer(version))
		fhir_set_text(out, "version",
			      arena_printf(arena, "%lld", (long long)json_integer_value(version)));
	fhir_set_text(out, "name", slug);
	fhir_export_text(&ex, out, "title", "title");
	fhir_set_text(out, "status", "draft");
	fhir_export_text(&ex, out, "description", "description");
	index_items(&ex, json_object_get(document, "items"), false, 0);
	items = export_list(&ex, json_object_get(document, "items"), "/items", 0);
	if (json_array_size(items))
		json_object_set(out, "item", items);
	json_decref(items);
	json_decref(ex.items);
	json_decref(ex.conditional);
	json_decref(ex.derived);
	json_decref(ex.scores);
	return out;
}
