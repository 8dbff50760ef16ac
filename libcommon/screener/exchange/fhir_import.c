/*
 * A questionnaire becomes items.  Two walks in the same order: the first gives
 * every question its id, type and options, the second builds the items, so that
 * a condition may name a question that stands behind it.
 */
#include "screener/exchange/fhir_map.h"

#include "screener/json/canon.h"

struct walk {
	struct fhir_importer *im;
	const char *path;
	int depth;	  /* of the questionnaire */
	int groups;	  /* around, of the screener */
	int rows;	  /* index of the repeating group around, -1 outside */
	bool hidden;	  /* inside something that is never shown */
	bool conditional; /* inside something that is shown on a condition */
	json_t *carried;  /* conditions of groups around that have no group here; may be NULL */
	size_t n_carried; /* how many conditions these are */
};

#define MAX_GROUPS 8
#define SDC	   "http://hl7.org/fhir/uv/sdc/StructureDefinition/"

static void warn(struct fhir_importer *im, const char *code, const char *path, const char *message)
{
	finding_add_at(im->notes, path, SCREENER_WARNING, code, "%s", message);
}

const char *fhir_new_id(struct fhir_importer *im, const char *link_id)
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

static void register_question(struct walk *w, const json_t *item)
{
	struct fhir_importer *im = w->im;
	struct fhir_question *question = &im->questions[im->n_questions];

	question->link_id = fhir_text(item, "linkId");
	question->id = fhir_new_id(im, question->link_id);
	question->type = fhir_import_type(im, question, item, w->path);
	question->index = (int)im->n_questions;
	question->rows = w->rows;
	fhir_check_item(im, item, w->path);
	if (!question->link_id || !*question->link_id)
		finding_add_at(im->notes, w->path, SCREENER_ERROR, "FHIR_LINK_ID",
			       "This item has no linkId.");
	else if (json_object_get(im->by_link, question->link_id))
		finding_add_at(im->notes, w->path, SCREENER_ERROR, "FHIR_LINK_ID",
			       "This linkId stands on another item too.");
	else
		json_object_set_new(im->by_link, question->link_id,
				    json_integer((json_int_t)im->n_questions));
	im->n_questions++;
}

static bool is_rows(const json_t *item)
{
	const char *type = fhir_text(item, "type");

	return type && strcmp(type, "group") == 0 && json_is_true(json_object_get(item, "repeats"));
}

static void collect(struct walk w, const json_t *parent)
{
	const json_t *list = json_object_get(parent, "item");
	const char *at = w.path;
	int rows = w.rows;

	if (w.depth++ == FHIR_MAX_DEPTH) {
		finding_add_at(w.im->notes, at, SCREENER_ERROR, "FHIR_TOO_DEEP",
			       "The items below are nested too deeply and are left out.");
		return;
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		w.path = arena_printf(w.im->arena, "%s/item/%zu", at, i);
		if (w.im->n_questions == FHIR_MAX_ITEMS) {
			finding_add_at(w.im->notes, w.path, SCREENER_ERROR, "FHIR_TOO_MANY",
				       "There are too many items: the others are left out.");
			return;
		}
		w.rows = rows;
		register_question(&w, json_array_get(list, i));
		if (rows < 0 && is_rows(json_array_get(list, i)))
			w.rows = (int)w.im->n_questions - 1;
		collect(w, json_array_get(list, i));
	}
}

/* ---- second walk ---- */

static bool is_type(const struct fhir_question *question, const char *type)
{
	return strcmp(question->type, type) == 0;
}

/* Nobody is asked; what it is set to counts as its answer. */
static void import_hidden(struct walk *w, const struct fhir_question *question, const json_t *item,
			  json_t *out)
{
	const json_t *initial = json_object_get(item, "initial");
	json_t *value = fhir_import_initial(question, item);

	json_object_set_new(out, "show_if", json_false());
	if (initial && (!value || w->rows >= 0 || w->conditional))
		fhir_lose(w->im, "FHIR_HIDDEN", w->path,
			  "The value of this hidden question cannot be expressed, or depends on a "
			  "condition.");
	if (fhir_extension(item, SDC "sdc-questionnaire-initialExpression"))
		fhir_lose(w->im, "FHIR_HIDDEN", w->path,
			  "The value of this hidden question is calculated: it has none.");
	fhir_set(out, "when_hidden", value);
}

/* Own and carried conditions; a new reference, NULL when there are none. */
static json_t *conditions(struct walk *w, json_t *own)
{
	json_t *all, *rule;

	w->im->n_rules += w->n_carried;
	if (w->carried && w->im->n_rules <= FHIR_MAX_RULES)
		all = json_deep_copy(w->carried);
	else
		all = json_array();
	if (own)
		json_array_append(all, own);
	if (json_array_size(all) < 2)
		rule = json_incref(json_array_get(all, 0));
	else
		rule = json_pack("{s:O}", "and", all);
	json_decref(all);
	return rule;
}

static json_t *import_members(struct walk *w, const struct fhir_question *question,
			      const json_t *item, json_t *own)
{
	struct fhir_importer *im = w->im;
	const char *type = fhir_text(item, "type");
	json_t *out = json_pack("{s:s,s:s}", "id", question->id, "type", question->type);

	if (question->unit)
		fhir_set_text(out, "unit", question->unit);
	if (json_array_size(question->units))
		json_object_set(out, "units", question->units);
	if (is_type(question, "group") && is_rows(item) && w->rows < 0)
		json_object_set_new(out, "repeats", json_true());
	if (w->hidden)
		import_hidden(w, question, item, out);
	else
		fhir_set(out, "show_if", conditions(w, own));
	fhir_set(out, "options", question->options ? json_incref(question->options) : NULL);
	fhir_import_limits(question, item, out);
	fhir_import_required(question, item, out);
	if (!w->hidden)
		fhir_set(out, "initial", fhir_import_initial(question, item));
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
		fhir_new_id(w.im, arena_printf(w.im->arena, "%s_below", fhir_text(built, "id")));
	json_t *children = json_array(), *group;

	w.groups++;
	w.carried = NULL;
	w.n_carried = 0;
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

static void build_group(struct walk w, const struct fhir_question *question, const json_t *item,
			json_t *built, json_t *out)
{
	json_t *children = json_array();

	w.groups++;
	w.carried = NULL;
	w.n_carried = 0;
	if (json_object_get(built, "repeats"))
		w.rows = question->index;
	build(w, item, children);
	if (json_array_size(children)) {
		json_object_set(built, "items", children);
		json_array_append(out, built);
	} else {
		warn(w.im, "FHIR_EMPTY_GROUP", w.path, "This group has no items and is left out.");
	}
	json_decref(children);
}

/* Where no group can stand, its children take its place and its conditions. */
static void build_flat(struct walk w, const struct fhir_question *question, const json_t *item,
		       json_t *own, size_t n_own, json_t *out)
{
	warn(w.im, "FHIR_NESTED", w.path,
	     "A group cannot stand here: its items take its place and its conditions.");
	if (is_type(question, "group") && is_rows(item))
		fhir_lose(w.im, "FHIR_NESTED", w.path,
			  "Rows inside rows cannot be expressed: these items are asked once.");
	if (!is_type(question, "group"))
		json_array_append_new(out, import_members(&w, question, item, own));
	w.carried = w.carried ? json_copy(w.carried) : json_array();
	if (own)
		json_array_append(w.carried, own);
	w.n_carried += n_own;
	build(w, item, out);
	json_decref(w.carried);
}

static void build_item(struct walk w, const json_t *item, json_t *out)
{
	const struct fhir_question *question = &w.im->questions[w.im->cursor++];
	bool group = is_type(question, "group");
	bool has_children = json_array_size(json_object_get(item, "item")) > 0;
	size_t n_own;
	json_t *own = fhir_import_when(w.im, question, item, w.path, &n_own), *built;

	w.hidden |=
		json_is_true(json_object_get(fhir_extension(item, FHIR_HIDDEN), "valueBoolean"));
	w.conditional |= own != NULL;
	if (!group && has_children && json_is_true(json_object_get(item, "repeats")))
		fhir_lose(w.im, "FHIR_NESTED", w.path,
			  "The items below are asked for each answer: here they are asked once.");
	if ((group || has_children) && (w.rows >= 0 || w.groups == MAX_GROUPS)) {
		build_flat(w, question, item, own, n_own, out);
		json_decref(own);
		return;
	}
	built = import_members(&w, question, item, own);
	if (group) {
		build_group(w, question, item, built, out);
	} else {
		json_array_append(out, built);
		if (has_children)
			build_below(w, item, built, out);
	}
	json_decref(built);
	json_decref(own);
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
	if (json_array_size(im->derived))
		json_object_set(out, "derived", im->derived);
	if (json_array_size(im->scores))
		json_object_set(out, "scores", im->scores);
	if (json_object_size(im->i18n))
		json_object_set(out, "i18n", im->i18n);
	return out;
}

json_t *fhir_map_in(struct arena *arena, const json_t *questionnaire, enum fhir_loss loss,
		    struct findings *notes)
{
	const char *language = fhir_text(questionnaire, "language");
	struct fhir_importer im = {.arena = arena,
				   .notes = notes,
				   .loss = loss,
				   .root = questionnaire,
				   .by_link = json_object(),
				   .ids = json_object(),
				   .locale = language && *language ? language : "en-US",
				   .locales = json_array(),
				   .i18n = json_object(),
				   .derived = json_array(),
				   .scores = json_array()};
	struct walk walk = {.im = &im, .path = "", .rows = -1};
	json_t *items = json_array(), *out;

	im.questions = arena_array_of(arena, struct fhir_question, FHIR_MAX_ITEMS + 1);
	fhir_put_text(&im, im.locale, "title", fhir_text(questionnaire, "title"));
	fhir_import_text(&im, questionnaire, "title", "title");
	fhir_import_text(&im, questionnaire, "description", "description");
	fhir_check_root(&im);
	collect(walk, questionnaire);
	build(walk, questionnaire, items);
	out = document_of(&im, items);
	if (im.n_rules > FHIR_MAX_RULES)
		finding_add_at(notes, "", SCREENER_ERROR, "FHIR_TOO_MANY",
			       "There are too many conditions, copies for the children of groups "
			       "included.");
	for (size_t i = 0; i < im.n_questions; i++) {
		json_decref(im.questions[i].options);
		json_decref(im.questions[i].units);
	}
	json_decref(im.derived);
	json_decref(im.scores);
	json_decref(items);
	json_decref(im.by_link);
	json_decref(im.ids);
	json_decref(im.locales);
	json_decref(im.i18n);
	return out;
}
