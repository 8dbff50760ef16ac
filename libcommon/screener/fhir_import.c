/*
 * A questionnaire becomes items.  Two walks in the same order: the first gives
 * every question its id, type and options, the second builds the items, so that
 * a condition may name a question that stands behind it.
 */
#include "screener/fhir_map.h"

#include "screener/canon.h"

struct walk {
	struct fhir_importer *im;
	const char *path;
	int depth;	/* of the questionnaire */
	int groups;	/* around, of the screener */
	bool repeating; /* inside a repeating group */
};

#define MAX_GROUPS 8

static void warn(struct fhir_importer *im, const char *code, const char *path, const char *message)
{
	note_add(im->notes, SCREENER_WARNING, code, path, "%s", message);
}

/* [a-z][a-z0-9_]*, at most 48 characters, given out once. */
static const char *new_id(struct fhir_importer *im, const char *link_id)
{
	char *id = arena_alloc(im->arena, 64);
	size_t n = 0;

	for (const char *c = link_id ? link_id : ""; *c && n < 48; c++) {
		bool upper = *c >= 'A' && *c <= 'Z';
		bool good = upper || (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9');

		if (n == 0 && good && *c <= '9')
			id[n++] = 'q';
		if (good)
			id[n++] = (char)(upper ? *c + 32 : *c);
		else if (n && id[n - 1] != '_')
			id[n++] = '_';
	}
	if (!n)
		id[n++] = 'q';
	id[n] = '\0';
	for (int suffix = 2; json_object_get(im->ids, id); suffix++)
		snprintf(id + n, 64 - n, "_%d", suffix);
	json_object_set_new(im->ids, id, json_true());
	return id;
}

/* ---- first walk ---- */

static const char *choice_type(struct fhir_importer *im, struct fhir_question *question,
			       const json_t *item, const char *path, bool open)
{
	bool repeats = json_is_true(json_object_get(item, "repeats"));

	question->options = fhir_import_options(im, item, question->id, path);
	if (!question->options) {
		warn(im, "FHIR_VALUE_SET", path,
		     "The options of this question are not in the document: it becomes text.");
		return "text";
	}
	if (open && repeats)
		warn(im, "FHIR_OPEN_CHOICE", path,
		     "Several choices and free text together cannot be expressed: only the choices "
		     "remain.");
	return repeats ? "multi" : open ? "open_choice" : "choice";
}

static const char *quantity_type(struct fhir_importer *im, struct fhir_question *question,
				 const json_t *item, const char *path)
{
	const json_t *extension = fhir_extension(item, FHIR_UNIT);
	const char *unit;

	if (!extension)
		extension = fhir_extension(item, FHIR_UNIT_OPTION);
	unit = fhir_text(json_object_get(extension, "valueCoding"), "code");
	if (!unit || !*unit) {
		warn(im, "FHIR_UNIT", path, "This quantity has no unit: it becomes a decimal.");
		return "decimal";
	}
	question->unit = unit;
	return "quantity";
}

static const char *type_of(struct fhir_importer *im, struct fhir_question *question,
			   const json_t *item, const char *path)
{
	static const char *const same[] = {"group",   "display", "boolean",
					   "integer", "decimal", "date"};
	static const char *const as_text[] = {"string", "text", "url"};
	static const char *const poor[] = {"dateTime", "time"};
	const char *type = fhir_text(item, "type");

	for (size_t i = 0; type && i < sizeof same / sizeof same[0]; i++)
		if (strcmp(same[i], type) == 0)
			return same[i];
	for (size_t i = 0; type && i < sizeof as_text / sizeof as_text[0]; i++)
		if (strcmp(as_text[i], type) == 0)
			return "text";
	if (type && (strcmp(type, "choice") == 0 || strcmp(type, "open-choice") == 0))
		return choice_type(im, question, item, path, *type == 'o');
	if (type && strcmp(type, "quantity") == 0)
		return quantity_type(im, question, item, path);
	for (size_t i = 0; type && i < sizeof poor / sizeof poor[0]; i++)
		if (strcmp(poor[i], type) == 0) {
			warn(im, "FHIR_TYPE", path, "There is no such type: it becomes text.");
			return "text";
		}
	warn(im, "FHIR_TYPE", path, "There is no such type: only its text is shown.");
	return "display";
}

static void register_question(struct walk *w, const json_t *item)
{
	struct fhir_importer *im = w->im;
	struct fhir_question *question = &im->questions[im->n_questions];

	question->link_id = fhir_text(item, "linkId");
	question->id = new_id(im, question->link_id);
	question->type = type_of(im, question, item, w->path);
	if (!question->link_id || !*question->link_id)
		note_add(im->notes, SCREENER_ERROR, "FHIR_LINK_ID", w->path,
			 "This item has no linkId.");
	else if (json_object_get(im->by_link, question->link_id))
		note_add(im->notes, SCREENER_ERROR, "FHIR_LINK_ID", w->path,
			 "This linkId stands on another item too.");
	else
		json_object_set_new(im->by_link, question->link_id,
				    json_integer((json_int_t)im->n_questions));
	im->n_questions++;
}

static void collect(struct walk w, const json_t *parent)
{
	const json_t *list = json_object_get(parent, "item");
	const char *at = w.path;

	if (w.depth++ == FHIR_MAX_DEPTH) {
		note_add(w.im->notes, SCREENER_ERROR, "FHIR_TOO_DEEP", at,
			 "The items below are nested too deeply and are left out.");
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		w.path = arena_printf(w.im->arena, "%s/item/%zu", at, i);
		if (w.im->n_questions == FHIR_MAX_ITEMS) {
			note_add(w.im->notes, SCREENER_ERROR, "FHIR_TOO_MANY", w.path,
				 "There are too many items: the others are left out.");
			return;
		}
		register_question(&w, json_array_get(list, i));
		collect(w, json_array_get(list, i));
	}
}

/* ---- second walk ---- */

static bool is_type(const struct fhir_question *question, const char *type)
{
	return strcmp(question->type, type) == 0;
}

static void import_limit(const struct fhir_question *question, const json_t *item, const char *url,
			 json_t *out, const char *member)
{
	const json_t *extension = fhir_extension(item, url);
	json_t *value = extension ? fhir_import_value(question, extension, "value") : NULL;

	fhir_set(out, member, value);
}

static void import_count(const json_t *item, const char *url, json_t *out, const char *member)
{
	const json_t *n = json_object_get(fhir_extension(item, url), "valueInteger");

	if (json_is_integer(n) && json_integer_value(n) >= 0)
		json_object_set_new(out, member, json_copy((json_t *)n));
}

static void import_limits(const struct fhir_question *question, const json_t *item, json_t *out)
{
	const json_t *length = json_object_get(item, "maxLength");
	bool repeats = json_is_true(json_object_get(item, "repeats"));

	if (is_type(question, "integer") || is_type(question, "decimal") ||
	    is_type(question, "date") || is_type(question, "quantity")) {
		import_limit(question, item, FHIR_MIN_VALUE, out, "min");
		import_limit(question, item, FHIR_MAX_VALUE, out, "max");
	}
	if (is_type(question, "text")) {
		import_count(item, FHIR_MIN_LENGTH, out, "min_length");
		if (json_is_integer(length) && json_integer_value(length) > 0 &&
		    json_integer_value(length) <= 4000)
			json_object_set_new(out, "max_length", json_copy((json_t *)length));
	}
	if (is_type(question, "multi")) {
		import_count(item, FHIR_MIN_OCCURS, out, "min_choices");
		import_count(item, FHIR_MAX_OCCURS, out, "max_choices");
	} else if (is_type(question, "group") && repeats) {
		import_count(item, FHIR_MIN_OCCURS, out, "min_rows");
		import_count(item, FHIR_MAX_OCCURS, out, "max_rows");
	}
}

static void import_initial(const struct fhir_question *question, const json_t *item, json_t *out)
{
	const json_t *list = json_object_get(item, "initial");
	json_t *value = fhir_import_value(question, json_array_get(list, 0), "value");

	if (value && is_type(question, "multi"))
		value = json_pack("[o]", value);
	fhir_set(out, "initial", value);
}

static json_t *import_members(struct walk *w, const struct fhir_question *question,
			      const json_t *item)
{
	struct fhir_importer *im = w->im;
	const char *type = fhir_text(item, "type");
	bool group = is_type(question, "group"), asks = !group && !is_type(question, "display");
	json_t *out = json_pack("{s:s,s:s}", "id", question->id, "type", question->type);

	if (question->unit)
		fhir_set_text(out, "unit", question->unit);
	if (asks && json_is_true(json_object_get(item, "required")))
		json_object_set_new(out, "required", json_true());
	fhir_set(out, "show_if", fhir_import_when(im, item, w->path));
	fhir_set(out, "options", question->options ? json_incref(question->options) : NULL);
	if (group && json_is_true(json_object_get(item, "repeats")) && !w->repeating)
		json_object_set_new(out, "repeats", json_true());
	import_limits(question, item, out);
	import_initial(question, item, out);
	fhir_import_text(im, item, "text", arena_printf(im->arena, "item.%s.text", question->id));
	if (question->link_id && strcmp(question->link_id, question->id) != 0)
		fhir_keep(out, "linkId", json_string(question->link_id));
	if (type && strcmp(fhir_type_of(out), type) != 0)
		fhir_keep(out, "type", json_string(type));
	return out;
}

static void build(struct walk w, const json_t *parent, json_t *out);

/* Children of a question stand behind it, in a group that is visible when it is. */
static void build_below(struct walk w, const json_t *item, const json_t *built, json_t *out)
{
	const char *id =
		new_id(w.im, arena_printf(w.im->arena, "%s_below", fhir_text(built, "id")));
	json_t *children = json_array(), *group;

	w.groups++;
	build(w, item, children);
	group = json_pack("{s:s,s:s,s:O,s:{s:b}}", "id", id, "type", "group", "items", children,
			  "x_fhir", "below", 1);
	if (json_object_get(built, "show_if"))
		json_object_set_new(group, "show_if",
				    json_deep_copy(json_object_get(built, "show_if")));
	if (json_array_size(children))
		json_array_append(out, group);
	json_decref(group);
	json_decref(children);
}

static void build_group(struct walk w, const json_t *item, json_t *built, json_t *out)
{
	bool repeats = json_object_get(built, "repeats") != NULL;
	json_t *children = json_array();

	w.groups++;
	w.repeating |= repeats;
	build(w, item, children);
	if (json_array_size(children)) {
		json_object_set(built, "items", children);
		json_array_append(out, built);
	} else {
		warn(w.im, "FHIR_EMPTY_GROUP", w.path, "This group has no items and is left out.");
	}
	json_decref(children);
}

static void build_item(struct walk w, const json_t *item, json_t *out)
{
	const struct fhir_question *question = &w.im->questions[w.im->cursor++];
	bool group = is_type(question, "group");
	bool has_children = json_array_size(json_object_get(item, "item")) > 0;

	if ((group || has_children) && (w.repeating || w.groups == MAX_GROUPS)) {
		warn(w.im, "FHIR_NESTED", w.path,
		     "A group cannot stand here: its items take its place.");
		if (!group) {
			json_t *built = import_members(&w, question, item);

			json_array_append_new(out, built);
		}
		build(w, item, out);
		return;
	}
	json_t *built = import_members(&w, question, item);

	if (group) {
		build_group(w, item, built, out);
	} else {
		json_array_append(out, built);
		if (has_children)
			build_below(w, item, built, out);
	}
	json_decref(built);
}

static void build(struct walk w, const json_t *parent, json_t *out)
{
	const json_t *list = json_object_get(parent, "item");
	const char *at = w.path;

	if (w.depth++ == FHIR_MAX_DEPTH)
		return;
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (w.im->cursor == w.im->n_questions)
			return;
		w.path = arena_printf(w.im->arena, "%s/item/%zu", at, i);
		build_item(w, json_array_get(list, i), out);
	}
}

/* ---- the document ---- */

static const char *slug_for(struct arena *arena, const json_t *root)
{
	static const char *const members[] = {"name", "title", "id"};
	char *slug = arena_alloc(arena, 65);
	const char *from = NULL;
	size_t n = 0;

	for (size_t i = 0; i < 3 && !from; i++)
		from = fhir_text(root, members[i]);
	for (const char *c = from ? from : ""; *c && n < 60; c++) {
		bool upper = *c >= 'A' && *c <= 'Z';

		if (upper || (*c >= 'a' && *c <= 'z') || (*c >= '0' && *c <= '9'))
			slug[n++] = (char)(upper ? *c + 32 : *c);
		else if (n && slug[n - 1] != '-')
			slug[n++] = '-';
	}
	while (n && slug[n - 1] == '-')
		n--;
	slug[n] = '\0';
	return n ? slug : "questionnaire";
}

static json_t *document_of(struct fhir_importer *im, json_t *items)
{
	const char *version = fhir_text(im->root, "version");
	int64_t number;
	json_t *out = json_pack("{s:s,s:s,s:O,s:O,s:[{s:s,s:i}],s:s,s:[{s:s,s:b,s:s}],s:s}",
				"format", "screener/1", "slug", slug_for(im->arena, im->root),
				"locales", im->locales, "items", items, "outcomes", "id", "review",
				"severity", 1, "hit_policy", "first", "rules", "id", "review",
				"else", 1, "then", "review", "on_unknown", "review");

	if (version && str_to_i64(str_of(version), &number) && number >= 1 && number < 1000000000)
		json_object_set_new(out, "version", json_integer(number));
	if (json_object_size(im->i18n))
		json_object_set(out, "i18n", im->i18n);
	return out;
}

json_t *fhir_map_in(struct arena *arena, const json_t *questionnaire, struct notes *notes)
{
	const char *language = fhir_text(questionnaire, "language");
	struct fhir_importer im = {.arena = arena,
				   .notes = notes,
				   .root = questionnaire,
				   .by_link = json_object(),
				   .ids = json_object(),
				   .locale = language && *language ? language : "en-US",
				   .locales = json_array(),
				   .i18n = json_object()};
	struct walk walk = {.im = &im, .path = ""};
	json_t *items = json_array(), *out;

	im.questions = arena_array_of(arena, struct fhir_question, FHIR_MAX_ITEMS + 1);
	fhir_put_text(&im, im.locale, "title", fhir_text(questionnaire, "title"));
	fhir_import_text(&im, questionnaire, "title", "title");
	fhir_import_text(&im, questionnaire, "description", "description");
	collect(walk, questionnaire);
	build(walk, questionnaire, items);
	out = document_of(&im, items);
	for (size_t i = 0; i < im.n_questions; i++)
		json_decref(im.questions[i].options);
	json_decref(items);
	json_decref(im.by_link);
	json_decref(im.ids);
	json_decref(im.locales);
	json_decref(im.i18n);
	return out;
}
