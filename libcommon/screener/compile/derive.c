/* Derived values: declared first, so that items may use them; their rules come later. */
#include "screener/compile/compiler.h"

static const char *const kinds[] = {"boolean", "integer", "decimal", "date", "text", NULL};
static const uint8_t kind_types[] = {TYPE_BOOL, TYPE_INT, TYPE_DEC, TYPE_DATE, TYPE_TEXT};

static void declare(struct compiler *c, const struct path *at, json_t *json, uint32_t index)
{
	static const char *const members[] = {"id", "type", "rule", "round", NULL};
	struct derived *d = &c->derived[index];
	struct str id;
	int kind;

	*d = (struct derived){.rule = NO_NODE};
	if (!member_check(c, at, json, members))
		return;
	kind = member_enum(c, at, json, "type", kinds, true);
	if (kind >= 0)
		d->type.kind = kind_types[kind];
	if (member_rounding(c, at, json, &d->rounding) && kind != 1 && kind != 2)
		ERROR_AT(c, AT_NAME(at, "round"), "BAD_VALUE", "Only numbers can be rounded.");
	if (kind == 1 && d->rounding.has && d->rounding.digits)
		ERROR_AT(c, AT_NAME(at, "round"), "BAD_VALUE",
			 "An integer is rounded to 0 digits.");
	member_need(c, at, json, "rule");
	if (!member_id(c, at, json, false, &id))
		return;
	d->id = (struct str){keep_text(c->keep, id.ptr, id.len), id.len};
	name_add(c, AT_NAME(at, "id"),
		 (struct name_ref){.id = d->id,
				   .slot = (uint16_t)(c->program.n_items + index),
				   .type = d->type,
				   .row_group = -1,
				   .item = -1,
				   .step = (int32_t)(MAX_ITEMS + index)});
}

void compile_derived(struct compiler *c, const struct path *at)
{
	json_t *array = member_array(c, at, c->document, "derived", MAX_DERIVED, false);
	json_t *element;
	size_t i;

	c->program.n_derived = (uint32_t)json_array_size(array);
	json_array_foreach (array, i, element)
		declare(c, AT_INDEX(AT_NAME(at, "derived"), i), element, (uint32_t)i);
}

static void compile_one(struct compiler *c, const struct path *at, json_t *json, struct derived *d,
			const struct scope *scope)
{
	json_t *rule = json_object_get(json, "rule");
	bool rounded = d->type.kind == TYPE_INT && d->rounding.has;

	if (rule && d->type.kind != TYPE_NONE)
		d->rule = compile_rule(c, AT_NAME(at, "rule"), rule, scope,
				       rounded ? TYPE_DEC : (enum type_kind)d->type.kind);
}

void compile_derived_rules(struct compiler *c, const struct path *at)
{
	json_t *array = json_object_get(c->document, "derived");

	for (uint32_t i = 0; i < c->program.n_derived; i++) {
		struct scope scope = {
			.row_group = -1, .step = (int32_t)(MAX_ITEMS + i), .feeds_outcome = true};

		compile_one(c, AT_INDEX(AT_NAME(at, "derived"), i), json_array_get(array, i),
			    &c->derived[i], &scope);
	}
}
