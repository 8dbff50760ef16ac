/*
 * From the bytes of a document to a program: once to find what is wrong and to
 * measure, once more to place the result in one block of memory.
 */
#include <stdlib.h>

#include "base/fnv1a.h"
#include "crypto/hash.h"
#include "screener/compile/compiler.h"
#include "screener/json/tree.h"

static const char *const members[] = {
	"format",   "slug",	  "version",  "purpose",     "profile",	 "locales",    "tables",
	"items",    "derived",	  "scores",   "constraints", "outcomes", "hit_policy", "rules",
	"decision", "on_unknown", "attempts", "i18n",	     "tests",	 NULL};

static bool slug_is_valid(struct str slug)
{
	if (!slug.len || slug.len > 64)
		return false;
	for (size_t i = 0; i < slug.len; i++)
		if (!((slug.ptr[i] >= 'a' && slug.ptr[i] <= 'z') ||
		      (slug.ptr[i] >= '0' && slug.ptr[i] <= '9') || slug.ptr[i] == '-'))
			return false;
	return true;
}

static void compile_head(struct compiler *c, const struct path *at)
{
	static const char *const formats[] = {"screener/1", NULL};
	static const char *const profiles[] = {"strict", NULL};
	struct str slug, purpose;
	uint32_t version;

	if (member_need(c, at, c->document, "format") &&
	    member_enum(c, at, c->document, "format", formats, false) < 0)
		ERROR_AT(c, AT_NAME(at, "format"), "FORMAT", "The format is \"screener/1\".");
	(void)member_enum(c, at, c->document, "profile", profiles, false);
	(void)member_uint(c, at, c->document, "version", 1, UINT32_MAX, &version);
	(void)member_string(c, at, c->document, "purpose", &purpose);
	if (!member_need(c, at, c->document, "slug") ||
	    !member_string(c, at, c->document, "slug", &slug))
		return;
	if (!slug_is_valid(slug))
		ERROR_AT(c, AT_NAME(at, "slug"), "BAD_VALUE",
			 "A slug has 1 to 64 lower-case letters, digits and hyphens.");
	c->program.slug = keep_text(c->keep, slug.ptr, slug.len);
}

static void place_items(struct compiler *c)
{
	struct screener *p = &c->program;
	uint16_t *required = keep_array_of(c->keep, uint16_t, p->n_items);
	uint16_t *safety = keep_array_of(c->keep, uint16_t, p->n_items);
	uint16_t *groups = keep_array_of(c->keep, uint16_t, p->n_items);
	uint16_t *ids;

	for (uint32_t i = 0; i < p->n_items; i++) {
		struct item *item = &c->items[i];

		/* What every code needs is asked of everybody. */
		if (item->required || item->required_if != NO_NODE || item->safety)
			item->on_resolve = false;
		if (item->repeats)
			groups[p->n_row_groups++] = (uint16_t)i;
		if (item->row_group < 0 && (item->required || item->required_if != NO_NODE))
			required[p->n_required++] = (uint16_t)i;
		if (item->row_group < 0 && item->safety)
			safety[p->n_safety++] = (uint16_t)i;
	}
	p->n_ids = 16;
	while (p->n_ids < p->n_items * 2)
		p->n_ids *= 2;
	ids = keep_array_of(c->keep, uint16_t, p->n_ids);
	for (uint32_t i = 0; i < p->n_items; i++) {
		struct str id = c->items[i].id;
		uint32_t at = fnv1a_32(id.ptr, id.len) & (p->n_ids - 1);

		while (ids[at])
			at = (at + 1) & (p->n_ids - 1);
		ids[at] = (uint16_t)(i + 1);
	}
	p->required = required;
	p->safety = safety;
	p->row_groups = groups;
	p->ids = ids;
	p->items = keep_copy(c->keep, c->items, p->n_items * sizeof *c->items);
}

static void place(struct compiler *c)
{
	struct screener *p = &c->program;

	place_items(c);
	p->derived = keep_copy(c->keep, c->derived, p->n_derived * sizeof *c->derived);
	p->scores = keep_copy(c->keep, c->scores, p->n_scores * sizeof *c->scores);
	p->tables = keep_copy(c->keep, c->tables, p->n_tables * sizeof *c->tables);
	p->domains = keep_copy(c->keep, c->domains, c->n_domains * sizeof *c->domains);
	p->nodes = keep_copy(c->keep, c->nodes, c->n_nodes * sizeof *c->nodes);
	p->values = keep_copy(c->keep, c->values, c->n_values * sizeof *c->values);
	p->n_domains = c->n_domains;
	p->n_nodes = c->n_nodes;
	p->n_values = c->n_values;
	p->n_slots = p->n_items + p->n_derived + 2 * p->n_scores;
}

static void warn_no_safety(struct compiler *c, const struct path *at)
{
	bool issues = false, safety = false;

	for (uint32_t i = 0; i < c->program.n_outcomes; i++)
		issues = issues || c->program.outcomes[i].public.issues_code;
	for (uint32_t i = 0; i < c->program.n_items; i++)
		safety = safety || c->items[i].safety;
	if (issues && !safety)
		WARNING_AT(c, AT_NAME(at, "items"), "NO_SAFETY",
			   "An outcome issues a code but no question is a safety question.");
}

static size_t at_most(size_t n, size_t max)
{
	return n < max ? n : max;
}

/* Items, or what may become some: the elements of "items", with their own. */
static size_t count_items(const json_t *json)
{
	json_t *array = json_object_get(json, "items"), *element;
	size_t n = 0, i;

	json_array_foreach (array, i, element)
		n += 1 + count_items(element);
	return n;
}

/* No more of each kind than the document has members and elements for it. */
static void prepare(struct compiler *c)
{
	size_t items = at_most(count_items(c->document), MAX_ITEMS);
	size_t scores =
		at_most(json_array_size(json_object_get(c->document, "scores")), MAX_SCORES);
	size_t derived =
		at_most(json_array_size(json_object_get(c->document, "derived")), MAX_DERIVED);
	size_t tables =
		at_most(json_object_size(json_object_get(c->document, "tables")), MAX_TABLES);
	size_t names = items + derived + 2 * scores;
	uint32_t size = 16;

	while (size < names * 2)
		size *= 2;
	c->items = arena_array_of(c->arena, struct item, items + 1);
	c->derived = arena_array_of(c->arena, struct derived, derived);
	c->scores = arena_array_of(c->arena, struct score, scores);
	c->tables = arena_array_of(c->arena, struct table, tables);
	c->domains = arena_array_of(c->arena, struct domain, items + scores);
	c->units = arena_array_of(c->arena, struct str, MAX_UNITS);
	c->names = arena_array_of(c->arena, struct name_ref, names);
	c->name_index = arena_array_of(c->arena, uint32_t, size);
	c->name_mask = size - 1;
	c->hidden_warned = arena_array_of(c->arena, uint8_t, items);
	c->table_used = arena_array_of(c->arena, uint8_t, MAX_TABLES);
}

static void compile_document(struct compiler *c)
{
	const struct path *at = NULL;

	prepare(c);
	(void)member_check(c, at, c->document, members);
	compile_head(c, at);
	compile_items(c, at);
	compile_tables(c, at);
	compile_derived(c, at);
	compile_scores(c, at);
	compile_outcomes(c, at);
	compile_item_rules(c, at);
	compile_derived_rules(c, at);
	compile_score_inputs(c, at);
	compile_constraints(c, at);
	compile_ruleset(c, at);
	compile_table_dates(c, at);
	compile_order(c);
	compile_texts(c, at);
	warn_no_safety(c, at);
	place(c);
}

static struct screener *compile_into_block(const struct compiler *first, size_t size)
{
	struct keep keep = {.size = size + sizeof(struct screener)};
	struct compiler c = {.arena = first->arena,
			     .keep = &keep,
			     .document = first->document,
			     .given_tables = first->given_tables,
			     .n_given_tables = first->n_given_tables,
			     .findings = {.quiet = true}};
	struct screener *screener;

	keep.size = (keep.size + 15) & ~(size_t)15;
	keep.block = malloc(keep.size);
	if (!keep.block)
		abort();
	screener = keep_alloc(&keep, sizeof *screener);
	compile_document(&c);
	*screener = c.program;
	screener->size = keep.size;
	return screener;
}

static json_t *load(struct compiler *c, struct str document)
{
	json_error_t error;
	json_t *json;

	if (document.len > MAX_DOCUMENT) {
		ERROR_AT(c, NULL, "TOO_LARGE", "A document has at most %zu bytes.", MAX_DOCUMENT);
		return NULL;
	}
	json = json_tree_read(document, &error);
	if (!json)
		ERROR_AT(c, NULL,
			 json_error_code(&error) == json_error_stack_overflow ? "TOO_DEEP" : "JSON",
			 "This is not JSON: line %d, column %d: %s.", error.line, error.column,
			 error.text);
	else if (!json_is_object(json))
		ERROR_AT(c, NULL, "WRONG_TYPE", "A document is a JSON object.");
	return json;
}

/* jansson's own limit is 2048; what we walk recursively is held lower. */
static bool is_shallow(json_t *json, int depth)
{
	const char *name;
	json_t *value;
	size_t i;

	if (depth > MAX_DEPTH * 2)
		return false;
	if (json_is_object(json))
		json_object_foreach (json, name, value)
			if (!is_shallow(value, depth + 1))
				return false;
	if (json_is_array(json))
		json_array_foreach (json, i, value)
			if (!is_shallow(value, depth + 1))
				return false;
	return true;
}

static struct given_table *given_tables(struct arena *arena, const struct str *bytes, size_t n)
{
	struct given_table *tables = arena_array_of(arena, struct given_table, n);

	for (size_t i = 0; i < n; i++)
		tables[i].bytes = bytes[i];
	return tables;
}

struct status screener_compile(struct arena *arena, struct str document, const struct str *tables,
			       size_t n_tables, struct screener **out,
			       struct screener_findings *findings)
{
	struct keep keep = {.scratch = arena};
	struct compiler c = {.arena = arena,
			     .findings = {.arena = arena},
			     .keep = &keep,
			     .given_tables = given_tables(arena, tables, n_tables),
			     .n_given_tables = n_tables};
	struct screener *screener;

	c.document = load(&c, document);
	if (c.document && !is_shallow(c.document, 0))
		ERROR_AT(&c, NULL, "TOO_DEEP", "The document is nested too deeply.");
	if (!c.findings.found.n_errors)
		compile_document(&c);
	*findings = c.findings.found;
	if (!c.findings.found.n_errors) {
		screener = compile_into_block(&c, keep.used);
		crypto_sha256(screener->sha256, document.ptr, document.len);
		*out = screener;
	}
	json_decref(c.document);
	for (size_t i = 0; i < n_tables; i++)
		json_decref(c.given_tables[i].json);
	return c.findings.found.n_errors ? FAIL(DOCUMENT_INVALID) : OK;
}

void screener_free(struct screener **screener)
{
	free(*screener);
	*screener = NULL;
}
