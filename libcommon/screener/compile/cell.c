/* The cells of a decision table: DMN unary tests (unary.h) held against the type of their input. */
#include "screener/compile/compiler.h"

struct cell {
	struct compiler *c;
	const struct path *at;
	struct type type;
};

static bool bad(const struct cell *cell, const char *why)
{
	ERROR_AT(cell->c, cell->at, "BAD_CELL", "%s", why);
	return false;
}

static enum feel_kind kind_for(struct type type)
{
	switch (type.kind) {
	case TYPE_BOOL: return FEEL_BOOLEAN;
	case TYPE_INT:
	case TYPE_DEC: return FEEL_NUMBER;
	case TYPE_DATE: return FEEL_DATE;
	default: return FEEL_TEXT;
	}
}

/* A code stands for the number of its option: a free text equals no code. */
static bool take_code(const struct cell *cell, struct feel *value)
{
	const struct domain *d = &cell->c->domains[cell->type.of];
	struct str text = value->text;

	for (uint32_t i = 0; i < d->n; i++)
		if (str_eq(d->options[i].code, text)) {
			*value = (struct feel){.kind = FEEL_NUMBER, .number = number_of(i)};
			return true;
		}
	ERROR_AT(cell->c, cell->at, "UNKNOWN_OPTION", "\"%.*s\" is not the code of an option.",
		 (int)(text.len > 64 ? 64 : text.len), text.ptr);
	return false;
}

static bool take_value(const struct cell *cell, struct feel *value)
{
	if (cell->type.kind == TYPE_CODE)
		return take_code(cell, value);
	if (cell->type.kind == TYPE_INT && !number_is_integer(value->number))
		return bad(cell, "The input is an integer, so this number is one too.");
	if (cell->type.kind == TYPE_TEXT)
		value->text.ptr = keep_text(cell->c->keep, value->text.ptr, value->text.len);
	return true;
}

static bool take_range(const struct cell *cell, struct unary_range *range)
{
	bool equality = range->has_lo && range->has_hi && !range->lo_open && !range->hi_open &&
			feel_compare(&range->lo, &range->hi) == 0;

	if (equality) {
		if (!take_value(cell, &range->lo))
			return false;
		range->hi = range->lo;
		return true;
	}
	if (kind_for(cell->type) == FEEL_TEXT)
		return bad(cell, "Texts and codes have no order.");
	return (!range->has_lo || take_value(cell, &range->lo)) &&
	       (!range->has_hi || take_value(cell, &range->hi));
}

bool compile_cell(struct compiler *c, const struct path *at, struct str text, struct type type,
		  struct unary *out)
{
	struct cell cell = {c, at, type};
	struct feel_error error;
	struct unary unary;

	if (!unary_parse(c->arena, text, &unary, &error))
		return bad(&cell, error.message);
	if (unary.any || unary.kind != kind_for(type)) {
		ERROR_AT(c, at, "BAD_CELL", "The input is %s; the cell tests something else.",
			 type_name(type));
		return false;
	}
	for (size_t i = 0; i < unary.n; i++)
		if (!take_range(&cell, &unary.ranges[i]))
			return false;
	if (type.kind == TYPE_CODE)
		unary.kind = FEEL_NUMBER;
	*out = unary;
	return true;
}
