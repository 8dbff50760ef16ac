/* Items: their declaration, in preorder, and later their rules, when all names are known. */
#include "screener/compile/compiler.h"

static const char *const type_names[] = {
	"boolean",     "integer", "decimal", "quantity",    "date",    "text",	"choice", "multi",
	"open_choice", "state",	  "zip",     "attestation", "display", "group", NULL,
};

static const uint8_t value_kinds[] = {
	[SCREENER_BOOLEAN] = TYPE_BOOL,	    [SCREENER_INTEGER] = TYPE_INT,
	[SCREENER_DECIMAL] = TYPE_DEC,	    [SCREENER_QUANTITY] = TYPE_QTY,
	[SCREENER_DATE] = TYPE_DATE,	    [SCREENER_TEXT] = TYPE_TEXT,
	[SCREENER_CHOICE] = TYPE_CODE,	    [SCREENER_MULTI] = TYPE_SET,
	[SCREENER_OPEN_CHOICE] = TYPE_CODE, [SCREENER_STATE] = TYPE_CODE,
	[SCREENER_ZIP] = TYPE_TEXT,	    [SCREENER_ATTESTATION] = TYPE_BOOL,
	[SCREENER_DISPLAY] = TYPE_NONE,	    [SCREENER_GROUP] = TYPE_NONE,
};

/* What every item may have, then what its type adds. */
#define COMMON                                                                                     \
	"id", "type", "required", "show_if", "when_hidden", "safety", "sensitivity", "prefill",    \
		"initial"
static const char *const *const allowed[] = {
	[SCREENER_BOOLEAN] = (const char *const[]){COMMON, NULL},
	[SCREENER_INTEGER] =
		(const char *const[]){COMMON, "min", "max", "step", "unit", "money", NULL},
	[SCREENER_DECIMAL] = (const char *const[]){COMMON, "min", "max", "step", "unit", NULL},
	[SCREENER_QUANTITY] =
		(const char *const[]){COMMON, "min", "max", "step", "unit", "units", NULL},
	[SCREENER_DATE] = (const char *const[]){COMMON, "min", "max", NULL},
	[SCREENER_TEXT] =
		(const char *const[]){COMMON, "min_length", "max_length", "pattern", NULL},
	[SCREENER_CHOICE] = (const char *const[]){COMMON, "options", NULL},
	[SCREENER_MULTI] =
		(const char *const[]){COMMON, "options", "min_choices", "max_choices", NULL},
	[SCREENER_OPEN_CHOICE] =
		(const char *const[]){COMMON, "options", "max_length", "pattern", NULL},
	[SCREENER_STATE] = (const char *const[]){COMMON, "only", NULL},
	[SCREENER_ZIP] = (const char *const[]){COMMON, NULL},
	[SCREENER_ATTESTATION] = (const char *const[]){COMMON, NULL},
	[SCREENER_DISPLAY] = (const char *const[]){"id", "type", "show_if", NULL},
	[SCREENER_GROUP] = (const char *const[]){"id", "type", "show_if", "when_hidden", "items",
						 "repeats", "min_rows", "max_rows", "required",
						 "safety", "sensitivity", NULL},
};

uint16_t domain_add(struct compiler *c, const struct option *options, uint32_t n)
{
	struct domain *d = &c->domains[c->n_domains];

	*d = (struct domain){.options = options, .n = n};
	for (uint32_t i = 0; i < n && i < MAX_SET; i++)
		if (options[i].exclusive)
			d->exclusive |= (uint64_t)1 << i;
	return (uint16_t)c->n_domains++;
}

uint16_t unit_index(struct compiler *c, const struct path *at, struct str unit)
{
	uint32_t i = 0;

	while (i < c->n_units && !str_eq(c->units[i], unit))
		i++;
	if (i == MAX_UNITS) {
		ERROR_AT(c, at, "TOO_MANY", "A document has at most %d different units.",
			 MAX_UNITS);
		return 0;
	}
	if (i == c->n_units)
		c->units[c->n_units++] = unit;
	return (uint16_t)i;
}

static void compile_option(struct compiler *c, const struct path *at, json_t *json,
			   struct option *out, const struct option *before, size_t n_before)
{
	static const char *const members[] = {"code", "exclusive", "score", NULL};
	json_t *score;
	struct str code;

	if (!member_check(c, at, json, members) || !member_need(c, at, json, "code") ||
	    !member_string(c, at, json, "code", &code))
		return;
	if (!code_is_valid(code)) {
		ERROR_AT(c, AT_NAME(at, "code"), "BAD_VALUE",
			 "A code is 1 to 64 printable characters without space, quote and "
			 "backslash.");
		return;
	}
	for (size_t i = 0; i < n_before; i++)
		if (str_eq(before[i].code, code))
			ERROR_AT(c, AT_NAME(at, "code"), "DUPLICATE_ID",
				 "The option \"%.*s\" is already there.", STR_ARG(code));
	out->code = (struct str){keep_text(c->keep, code.ptr, code.len), code.len};
	out->exclusive = member_bool(c, at, json, "exclusive");
	score = json_object_get(json, "score");
	if (score)
		out->has_score = json_exact(c, AT_NAME(at, "score"), score, &out->score);
}

static uint16_t compile_options(struct compiler *c, const struct path *at, json_t *json,
				enum screener_item_type type)
{
	size_t max = type == SCREENER_MULTI ? MAX_SET : MAX_OPTIONS;
	json_t *array = member_array(c, at, json, "options", max, true);
	size_t n = json_array_size(array);
	struct option *options = keep_array_of(c->keep, struct option, n);

	for (size_t i = 0; i < n; i++)
		compile_option(c, AT_INDEX(AT_NAME(at, "options"), i), json_array_get(array, i),
			       &options[i], options, i);
	return domain_add(c, options, (uint32_t)n);
}

static void compile_value_type(struct compiler *c, const struct path *at, json_t *json,
			       struct item *item)
{
	item->value.kind = value_kinds[item->type];
	switch (item->type) {
	case SCREENER_CHOICE:
	case SCREENER_MULTI:
	case SCREENER_OPEN_CHOICE:
		item->value.of = compile_options(c, at, json, item->type);
		if (item->type == SCREENER_OPEN_CHOICE)
			compile_option_names(c, item);
		break;
	case SCREENER_STATE:
		item->value.of = state_domain(c, at, json_object_get(json, "only"));
		break;
	case SCREENER_GROUP:
		item->repeats = member_bool(c, at, json, "repeats");
		if (item->repeats)
			item->value = (struct type){TYPE_ROWS, (uint16_t)(item - c->items)};
		break;
	default: break;
	}
}

static void compile_children(struct compiler *c, const struct path *at, json_t *json, int32_t group,
			     int depth);

static void check_group(struct compiler *c, const struct path *at, json_t *json,
			const struct item *item, int depth)
{
	static const char *const rows_only[] = {"min_rows",    "max_rows", "required",
						"when_hidden", "safety",   NULL};

	if (depth > MAX_GROUP_DEPTH)
		ERROR_AT(c, at, "TOO_DEEP", "Groups may be nested %d deep.", MAX_GROUP_DEPTH);
	if (item->row_group >= 0)
		ERROR_AT(c, at, "SCOPE", "A repeating group may not contain a group.");
	for (int i = 0; !item->repeats && rows_only[i]; i++)
		if (json_object_get(json, rows_only[i]))
			ERROR_AT(c, AT_NAME(at, rows_only[i]), "UNKNOWN_MEMBER",
				 "Only a repeating group may have \"%s\".", rows_only[i]);
}

static void compile_flags(struct compiler *c, const struct path *at, json_t *json,
			  struct item *item)
{
	static const char *const classes[] = {"phi", "pii", "none", NULL};
	int class = member_enum(c, at, json, "sensitivity", classes, false);
	struct str prefill;

	item->sensitivity = class < 0 ? SCREENER_PHI : (enum screener_sensitivity) class;
	item->safety = member_bool(c, at, json, "safety");
	item->required = json_is_true(json_object_get(json, "required"));
	if (member_string(c, at, json, "prefill", &prefill) && prefill.len > 200)
		ERROR_AT(c, AT_NAME(at, "prefill"), "BAD_VALUE", "At most 200 bytes are allowed.");
}

static void declare_name(struct compiler *c, const struct path *at, uint32_t index)
{
	const struct item *item = &c->items[index];

	if (item->id.len)
		name_add(c, AT_NAME(at, "id"),
			 (struct name_ref){.id = item->id,
					   .slot = (uint16_t)index,
					   .type = item->value,
					   .row_group = item->row_group,
					   .item = (int32_t)index,
					   .step = item->row_group >= 0 ? item->row_group
									: (int32_t)index});
}

static void compile_item(struct compiler *c, const struct path *at, json_t *json, int32_t group,
			 int depth)
{
	uint32_t index = c->program.n_items;
	struct item *item = &c->items[index];
	struct str id;
	int type;

	if (index == MAX_ITEMS) {
		ERROR_AT(c, at, "TOO_MANY", "A document has at most %d items.", MAX_ITEMS);
		return;
	}
	type = json_is_object(json) ? member_enum(c, at, json, "type", type_names, true) : -1;
	if (!json_is_object(json))
		ERROR_AT(c, at, "WRONG_TYPE", "An object is expected here.");
	c->program.n_items++;
	/* What has no type keeps its place, so that the walk for the rules stays in step. */
	*item = (struct item){.type = type < 0 ? SCREENER_DISPLAY : (enum screener_item_type)type,
			      .group = group,
			      .row_group = -1,
			      .show_if = NO_NODE,
			      .required_if = NO_NODE};
	if (group >= 0)
		item->row_group = c->items[group].repeats ? group : c->items[group].row_group;
	if (type < 0)
		return;
	item->conditional =
		json_object_get(json, "show_if") || (group >= 0 && c->items[group].conditional);
	member_check(c, at, json, allowed[type]);
	if (member_id(c, at, json, false, &id))
		item->id = (struct str){keep_text(c->keep, id.ptr, id.len), id.len};
	compile_flags(c, at, json, item);
	compile_value_type(c, at, json, item);
	compile_limits(c, at, json, item);
	declare_name(c, at, index);
	if (item->type != SCREENER_GROUP)
		return;
	check_group(c, at, json, item, depth);
	if (depth <= MAX_GROUP_DEPTH)
		compile_children(c, at, json, (int32_t)index, depth + 1);
	item->n_children = c->program.n_items - index - 1;
}

static void compile_children(struct compiler *c, const struct path *at, json_t *json, int32_t group,
			     int depth)
{
	json_t *array = member_array(c, at, json, "items", MAX_ITEMS, true);
	json_t *element;
	size_t i;

	json_array_foreach (array, i, element)
		compile_item(c, AT_INDEX(AT_NAME(at, "items"), i), element, group, depth);
}

void compile_items(struct compiler *c, const struct path *at)
{
	compile_children(c, at, c->document, -1, 1);
}

static struct scope item_scope(const struct item *item, uint32_t index)
{
	return (struct scope){.row_group = item->row_group,
			      .row_item = item->row_group >= 0,
			      .before = index,
			      .feeds_outcome = true,
			      .step = item->row_group >= 0 ? item->row_group : (int32_t)index};
}

static void compile_conditions(struct compiler *c, const struct path *at, json_t *json,
			       uint32_t index)
{
	struct item *item = &c->items[index];
	json_t *show_if = json_object_get(json, "show_if");
	json_t *required = json_object_get(json, "required");
	struct scope scope = item_scope(item, index);

	if (item->group >= 0 && item->group != scope.step)
		dependency_add(c, at, scope.step, item->group);
	if (show_if)
		item->show_if = compile_rule(c, AT_NAME(at, "show_if"), show_if, &scope, TYPE_BOOL);
	if (!required || json_is_boolean(required))
		return;
	scope.allow_missing = true;
	scope.feeds_outcome = false;
	scope.step = -1;
	scope.row_item = false;
	item->required_if = compile_rule(c, AT_NAME(at, "required"), required, &scope, TYPE_BOOL);
}

/* Walks the document as compile_children did; index counts what became an item. */
static void condition_children(struct compiler *c, const struct path *at, json_t *json,
			       uint32_t *index)
{
	json_t *array = json_object_get(json, "items");
	json_t *element;
	size_t i;

	json_array_foreach (array, i, element) {
		const struct path *here = AT_INDEX(AT_NAME(at, "items"), i);
		uint32_t own = (*index)++;

		if (own >= c->program.n_items)
			return;
		compile_conditions(c, here, element, own);
		if (c->items[own].n_children)
			condition_children(c, here, element, index);
	}
}

void compile_item_rules(struct compiler *c, const struct path *at)
{
	uint32_t index = 0;

	condition_children(c, at, c->document, &index);
}
