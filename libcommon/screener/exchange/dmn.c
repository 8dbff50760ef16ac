/*
 * The model of a DMN document: names, types, decisions, and the order in which
 * decisions need each other.  The tables themselves are read in dmn_table.c.
 */
#include "screener/exchange/dmn_read.h"

static bool is_element(const xmlNode *node, const char *name)
{
	return node->type == XML_ELEMENT_NODE && strcmp((const char *)node->name, name) == 0;
}

const xmlNode *dmn_child(const xmlNode *node, const char *name)
{
	for (const xmlNode *at = node ? node->children : NULL; at; at = at->next)
		if (is_element(at, name))
			return at;
	return NULL;
}

const xmlNode *dmn_next(const xmlNode *node)
{
	for (const xmlNode *at = node->next; at; at = at->next)
		if (is_element(at, (const char *)node->name))
			return at;
	return NULL;
}

size_t dmn_children(const xmlNode *node, const char *name)
{
	size_t n = 0;

	for (const xmlNode *at = dmn_child(node, name); at; at = dmn_next(at))
		n++;
	return n;
}

/* White space inside names is one space, as FEEL has it. */
static const char *squeezed(struct arena *arena, struct str text)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t n = 0;

	text = str_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];

		if (c == '\t' || c == '\n' || c == '\r')
			c = ' ';
		if (c != ' ' || (n && out[n - 1] != ' '))
			out[n++] = c;
	}
	out[n] = '\0';
	return out;
}

const char *dmn_attribute(struct dmn_reader *r, const xmlNode *node, const char *name)
{
	xmlChar *value = xmlGetNoNsProp(node, BAD_CAST name);
	const char *text = value ? squeezed(r->arena, str_of((const char *)value)) : NULL;

	xmlFree(value);
	return text && *text ? text : NULL;
}

/* The text of <text> below node, or of node itself; "" when there is none. */
struct str dmn_text(struct dmn_reader *r, const xmlNode *node)
{
	const xmlNode *text = dmn_child(node, "text");
	xmlChar *content = node ? xmlNodeGetContent(text ? text : node) : NULL;
	char *copy = arena_strdup(r->arena, content ? (const char *)content : "");

	xmlFree(content);
	return str_trim(str_of(copy));
}

const char *dmn_name_text(struct dmn_reader *r, const xmlNode *node)
{
	return squeezed(r->arena, dmn_text(r, node));
}

const char *dmn_place(struct dmn_reader *r, const xmlNode *node)
{
	return arena_printf(r->arena, "line %ld", node ? xmlGetLineNo(node) : 0L);
}

static const struct dmn_type *type_named(const struct dmn *dmn, const char *name)
{
	for (size_t i = 0; name && i < dmn->n_types; i++)
		if (strcmp(dmn->types[i].name, name) == 0)
			return &dmn->types[i];
	return NULL;
}

const struct dmn_type *dmn_type_with_values(const struct dmn *dmn, const char *name)
{
	for (int hops = 0; hops < 8; hops++) {
		const struct dmn_type *type = type_named(dmn, name);

		if (!type || type->n_allowed)
			return type;
		name = type->refers;
	}
	return NULL;
}

enum feel_kind dmn_kind_of(const struct dmn *dmn, const char *name)
{
	static const enum feel_kind kinds[] = {FEEL_BOOLEAN, FEEL_NUMBER, FEEL_TEXT, FEEL_DATE};

	for (int hops = 0; name && hops < 8; hops++) {
		const char *colon = strrchr(name, ':'); /* "feel:number" */
		const struct dmn_type *type = type_named(dmn, name);

		if (type) {
			name = type->refers;
			continue;
		}
		for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
			if (strcmp(colon ? colon + 1 : name, feel_kind_name(kinds[i])) == 0)
				return kinds[i];
		break;
	}
	return FEEL_NULL;
}

static void read_types(struct dmn_reader *r, const xmlNode *root)
{
	const xmlNode *at = dmn_child(root, "itemDefinition");

	for (; at && r->dmn->n_types < DMN_MAX_NAMES; at = dmn_next(at)) {
		struct dmn_type *type = &r->dmn->types[r->dmn->n_types];
		const xmlNode *ref = dmn_child(at, "typeRef");
		const xmlNode *allowed = dmn_child(at, "allowedValues");
		struct feel_error error;
		struct feel *list;

		type->name = dmn_attribute(r, at, "name");
		if (!type->name)
			continue;
		type->refers = ref ? dmn_name_text(r, ref) : NULL;
		/* Allowed values that are no list of literals only mean that there is no order. */
		if (allowed && feel_parse_list(r->arena, dmn_text(r, allowed), &list,
					       &type->n_allowed, &error))
			type->allowed = list;
		r->dmn->n_types++;
	}
}

static void read_inputs(struct dmn_reader *r, const xmlNode *root)
{
	const xmlNode *at = dmn_child(root, "inputData");

	for (; at && r->dmn->n_inputs < DMN_MAX_NAMES; at = dmn_next(at)) {
		const xmlNode *variable = dmn_child(at, "variable");
		const char *name = dmn_attribute(r, at, "name");

		if (variable && dmn_attribute(r, variable, "name"))
			name = dmn_attribute(r, variable, "name");
		if (!name)
			continue;
		r->dmn->inputs[r->dmn->n_inputs++] = (struct dmn_input){
			name, variable ? dmn_kind_of(r->dmn, dmn_attribute(r, variable, "typeRef"))
				       : FEEL_NULL};
	}
}

static void read_decisions(struct dmn_reader *r, const xmlNode *root)
{
	struct dmn *dmn = r->dmn;

	for (const xmlNode *at = dmn_child(root, "decision"); at; at = dmn_next(at)) {
		struct dmn_decision *decision = &dmn->decisions[dmn->n_decisions];

		decision->name = dmn_attribute(r, at, "name");
		decision->line = (int)xmlGetLineNo(at);
		if (!decision->name) {
			finding_add_at(r->notes, dmn_place(r, at), SCREENER_ERROR, "DMN_NAME",
				       "This decision has no name.");
			continue;
		}
		for (size_t i = 0; i < dmn->n_decisions; i++)
			if (strcmp(dmn->decisions[i].name, decision->name) == 0)
				finding_add_at(r->notes, dmn_place(r, at), SCREENER_ERROR,
					       "DMN_NAME", "There are two decisions of this name.");
		r->nodes[dmn->n_decisions++] = at;
	}
	for (size_t i = 0; i < dmn->n_decisions; i++) {
		const xmlNode *table = dmn_child(r->nodes[i], "decisionTable");

		if (table)
			dmn_read_table(r, table, &dmn->decisions[i]);
		else
			finding_add_at(r->notes, dmn_place(r, r->nodes[i]), SCREENER_WARNING,
				       "DMN_NOT_A_TABLE",
				       "Decision '%s' is no decision table and is left out.",
				       dmn->decisions[i].name);
	}
}

enum { NEW, ENTERED, DONE };

/* Depth first; the depth is bounded by the number of decisions. */
static void visit(struct dmn_reader *r, size_t i, struct dmn_decision *sorted, size_t *n,
		  int *place)
{
	struct dmn_decision *decision = &r->dmn->decisions[i];

	decision->state = ENTERED;
	for (size_t k = 0; k < decision->n_clauses; k++) {
		int needs = decision->clauses[k].decision;

		if (needs < 0)
			continue;
		if (r->dmn->decisions[needs].state == ENTERED)
			finding_add_at(r->notes, arena_printf(r->arena, "line %d", decision->line),
				       SCREENER_ERROR, "DMN_CYCLE",
				       "Decision '%s' needs its own result.", decision->name);
		else if (r->dmn->decisions[needs].state == NEW)
			visit(r, (size_t)needs, sorted, n, place);
	}
	decision->state = DONE;
	place[i] = (int)*n;
	sorted[(*n)++] = *decision;
}

static void sort_decisions(struct dmn_reader *r)
{
	struct dmn *dmn = r->dmn;
	struct dmn_decision *sorted =
		arena_array_of(r->arena, struct dmn_decision, dmn->n_decisions + 1);
	int *place = arena_array_of(r->arena, int, dmn->n_decisions + 1);
	size_t n = 0;

	for (size_t i = 0; i < dmn->n_decisions; i++)
		if (dmn->decisions[i].state == NEW)
			visit(r, i, sorted, &n, place);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < sorted[i].n_clauses; k++)
			if (sorted[i].clauses[k].decision >= 0)
				sorted[i].clauses[k].decision =
					place[sorted[i].clauses[k].decision];
	dmn->decisions = sorted;
}

static struct status read_model(struct dmn_reader *r, const xmlDoc *doc)
{
	const xmlNode *root = xmlDocGetRootElement((xmlDoc *)doc);
	size_t n_decisions = root ? dmn_children(root, "decision") : 0;

	if (doc->intSubset || !root || !is_element(root, "definitions")) {
		finding_add_at(r->notes, "line 1", SCREENER_ERROR, "DMN_XML",
			       "This is no DMN model, or one with a document type declaration.");
		return FAIL(DMN_XML);
	}
	if (n_decisions > DMN_MAX_DECISIONS)
		return FAIL(DMN_TOO_LARGE);
	r->nodes = arena_array_of(r->arena, const xmlNode *, n_decisions + 1);
	r->dmn->decisions = arena_array_of(r->arena, struct dmn_decision, n_decisions + 1);
	r->dmn->inputs = arena_array_of(r->arena, struct dmn_input, DMN_MAX_NAMES);
	r->dmn->types = arena_array_of(r->arena, struct dmn_type, DMN_MAX_NAMES);
	read_types(r, root);
	read_inputs(r, root);
	read_decisions(r, root);
	sort_decisions(r);
	return r->notes->found.n_errors ? FAIL(DMN_INVALID) : OK;
}

struct status dmn_load(struct arena *arena, struct str xml, struct dmn **out,
		       struct screener_findings *findings)
{
	struct findings notes = {.arena = arena};
	struct dmn_reader reader = {
		.arena = arena, .dmn = arena_new_of(arena, struct dmn), .notes = &notes};
	struct status st;

	*findings = notes.found;
	if (xml.len > DMN_MAX_BYTES)
		return FAIL(DMN_TOO_LARGE);
	xmlDoc *doc = xmlReadMemory(xml.ptr, (int)xml.len, "model.dmn", NULL,
				    XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_NOERROR |
					    XML_PARSE_NOWARNING | XML_PARSE_BIG_LINES);

	if (doc) {
		st = read_model(&reader, doc);
		xmlFreeDoc(doc);
	} else {
		const xmlError *error = xmlGetLastError();

		finding_add_at(&notes, arena_printf(arena, "line %d", error ? error->line : 1),
			       SCREENER_ERROR, "DMN_XML", "The document is not well-formed XML.");
		st = FAIL(DMN_XML);
	}
	*findings = notes.found;
	if (is_ok(st))
		*out = reader.dmn;
	return st;
}
