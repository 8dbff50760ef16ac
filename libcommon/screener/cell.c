/*
 * The cells of a decision table: DMN unary tests (unary.h) held against the
 * type of their input and turned into the values of the program.
 */
#include "screener/compiler.h"
#include "screener/unary.h"

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

static bool code_value(const struct cell *cell, struct str text, struct value *out)
{
	const struct domain *d = &cell->c->domains[cell->type.of];

	for (uint32_t i = 0; i < d->n; i++)
		if (str_eq(d->options[i].code, text)) {
			*out = value_text(d->options[i].code);
			out->code = (int32_t)i;
			return true;
		}
	ERROR_AT(cell->c, cell->at, "UNKNOWN_OPTION", "\"%.*s\" is not the code of an option.",
		 (int)(text.len > 64 ? 64 : text.len), text.ptr);
	return false;
}

static bool convert(const struct cell *cell, const struct feel *from, struct value *out)
{
	struct str text;

	switch (from->kind) {
	case FEEL_BOOLEAN: *out = value_integer(from->boolean); return true;
	case FEEL_DATE: *out = value_integer(from->date); return true;
	case FEEL_NUMBER:
		*out = value_number(from->number);
		if (cell->type.kind != TYPE_INT || number_is_integer(from->number))
			return true;
		return bad(cell, "The input is an integer, so this number is one too.");
	default: break;
	}
	if (cell->type.kind == TYPE_CODE)
		return code_value(cell, from->text, out);
	text = (struct str){keep_text(cell->c->keep, from->text.ptr, from->text.len),
			    from->text.len};
	*out = value_text(text);
	return true;
}

static bool convert_range(const struct cell *cell, const struct unary_range *from,
			  struct cell_range *out)
{
	bool equality = from->has_lo && from->has_hi && !from->lo_open && !from->hi_open &&
			feel_compare(&from->lo, &from->hi) == 0;

	*out = (struct cell_range){.has_low = from->has_lo,
				   .has_high = from->has_hi,
				   .low_open = from->lo_open,
				   .high_open = from->hi_open};
	if (!equality && kind_for(cell->type) == FEEL_TEXT)
		return bad(cell, "Texts and codes have no order.");
	return (!from->has_lo || convert(cell, &from->lo, &out->low)) &&
	       (!from->has_hi || convert(cell, &from->hi, &out->high));
}

/* An open end of a whole-number range is the closed end one further in. */
static bool make_plain(const struct cell *cell, const struct cell_range *r, struct cell_test *out)
{
	if (cell->type.kind == TYPE_CODE) {
		out->low = out->high = r->low.code;
		return true;
	}
	if (cell->type.kind == TYPE_DEC || cell->type.kind == TYPE_TEXT)
		return false;
	out->low = r->has_low ? r->low.number.num + r->low_open : INT64_MIN;
	out->high = r->has_high ? r->high.number.num - r->high_open : INT64_MAX;
	return true;
}

bool compile_cell(struct compiler *c, const struct path *at, struct str text, struct type type,
		  struct cell_test *out)
{
	struct cell cell = {c, at, type};
	struct cell_range *ranges;
	struct feel_error error;
	struct unary unary;

	if (!unary_parse(c->arena, text, &unary, &error))
		return bad(&cell, error.message);
	if (unary.any || unary.kind != kind_for(type)) {
		ERROR_AT(c, at, "BAD_CELL", "The input is %s; the cell tests something else.",
			 type_name(type));
		return false;
	}
	ranges = keep_array_of(c->keep, struct cell_range, unary.n);
	for (size_t i = 0; i < unary.n; i++)
		if (!convert_range(&cell, &unary.ranges[i], &ranges[i]))
			return false;
	*out = (struct cell_test){
		.ranges = ranges, .n = (uint32_t)unary.n, .negated = unary.negated};
	out->plain = unary.n == 1 && make_plain(&cell, ranges, out);
	return true;
}
