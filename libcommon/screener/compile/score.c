/* Scores: what they add up, what missing items do, and the bands they fall into. */
#include "screener/compile/expr.h"

static bool compile_band(struct compiler *c, const struct path *at, json_t *json, struct band *out)
{
	json_t *code = json_array_get(json, 2);

	if (json_array_size(json) != 3 || !json_is_string(code) || !code_is_valid(json_str(code))) {
		ERROR_AT(c, at, "BAD_VALUE", "A band is [low, high, \"code\"].");
		return false;
	}
	out->code = json_str(code);
	out->code.ptr = keep_text(c->keep, out->code.ptr, out->code.len);
	if (!json_exact(c, AT_INDEX(at, 0), json_array_get(json, 0), &out->low) ||
	    !json_exact(c, AT_INDEX(at, 1), json_array_get(json, 1), &out->high))
		return false;
	if (number_compare(out->low, out->high) <= 0)
		return true;
	ERROR_AT(c, at, "BAND_OVERLAP", "The band ends below its beginning.");
	return false;
}

static uint32_t option_of(struct option *options, uint32_t *n, struct str code)
{
	uint32_t i = 0;

	while (i < *n && !str_eq(options[i].code, code))
		i++;
	if (i == *n)
		options[(*n)++].code = code;
	return i;
}

static void compile_bands(struct compiler *c, const struct path *at, json_t *json, struct score *s)
{
	json_t *array = member_array(c, at, json, "bands", MAX_OPTIONS, false);
	size_t n = json_array_size(array);
	struct band *bands = keep_array_of(c->keep, struct band, n);
	struct option *options = keep_array_of(c->keep, struct option, n);
	uint32_t n_options = 0;

	for (size_t i = 0; i < n; i++) {
		const struct path *here = AT_INDEX(AT_NAME(at, "bands"), i);

		if (!compile_band(c, here, json_array_get(array, i), &bands[i]))
			return;
		if (i && number_compare(bands[i - 1].high, bands[i].low) >= 0)
			ERROR_AT(c, here, "BAND_OVERLAP",
				 "Bands ascend and do not overlap; this one starts too low.");
		bands[i].option = option_of(options, &n_options, bands[i].code);
	}
	s->bands = bands;
	s->n_bands = (uint32_t)n;
	s->domain = domain_add(c, options, n_options);
}

static void declare_names(struct compiler *c, const struct path *at, const struct score *s,
			  uint32_t index)
{
	uint16_t slot = (uint16_t)(c->program.n_items + c->program.n_derived + 2 * index);
	struct name_ref ref = {.id = s->id,
			       .slot = slot,
			       .type = {.kind = TYPE_DEC},
			       .row_group = -1,
			       .item = -1,
			       .step = (int32_t)(MAX_ITEMS + MAX_DERIVED + index)};

	name_add(c, AT_NAME(at, "id"), ref);
	if (!s->n_bands)
		return;
	ref.id = s->band_id;
	ref.slot++;
	ref.type = (struct type){TYPE_CODE, s->domain};
	name_add(c, AT_NAME(at, "id"), ref);
}

static void declare(struct compiler *c, const struct path *at, json_t *json, uint32_t index)
{
	static const char *const members[] = {"id",	     "method", "items", "missing",
					      "max_missing", "round",  "bands", NULL};
	static const char *const methods[] = {"sum", "mean", "count", NULL};
	static const char *const policies[] = {"unknown", "zero", "prorate", NULL};
	struct score *s = &c->scores[index];
	const char *band_id;
	int method, missing;
	struct str id;

	*s = (struct score){};
	if (!member_check(c, at, json, members))
		return;
	method = member_enum(c, at, json, "method", methods, true);
	missing = member_enum(c, at, json, "missing", policies, true);
	s->method = method < 0 ? SCORE_SUM : method;
	s->missing = missing < 0 ? MISSING_UNKNOWN : missing;
	if (member_uint(c, at, json, "max_missing", 0, MAX_ITEMS, &s->max_missing) &&
	    s->missing == MISSING_UNKNOWN)
		ERROR_AT(c, AT_NAME(at, "max_missing"), "BAD_VALUE",
			 "With \"unknown\" no item may be missing.");
	if (!member_rounding(c, at, json, &s->rounding) &&
	    (s->method == SCORE_MEAN || s->missing == MISSING_PRORATE))
		ERROR_AT(c, at, "MISSING_MEMBER", "A mean and a prorated score need \"round\".");
	compile_bands(c, at, json, s);
	member_array(c, at, json, "items", MAX_ITEMS, true);
	if (!member_id(c, at, json, false, &id))
		return;
	s->id = (struct str){keep_text(c->keep, id.ptr, id.len), id.len};
	band_id = arena_printf(c->arena, "%s.band", s->id.ptr);
	s->band_id = (struct str){keep_text(c->keep, band_id, id.len + 5), id.len + 5};
	declare_names(c, at, s, index);
}

void compile_scores(struct compiler *c, const struct path *at)
{
	json_t *array = member_array(c, at, c->document, "scores", MAX_SCORES, false);
	json_t *element;
	size_t i;

	c->program.n_scores = (uint32_t)json_array_size(array);
	json_array_foreach (array, i, element)
		declare(c, AT_INDEX(AT_NAME(at, "scores"), i), element, (uint32_t)i);
}

static bool all_scored(const struct domain *d)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (!d->options[i].has_score)
			return false;
	return true;
}

static bool check_input(struct compiler *c, const struct path *at, const struct name_ref *ref)
{
	switch (ref->type.kind) {
	case TYPE_BOOL:
	case TYPE_INT:
	case TYPE_DEC: return true;
	case TYPE_CODE:
	case TYPE_SET:
		if (all_scored(&c->domains[ref->type.of]))
			return true;
		ERROR_AT(c, at, "BAD_VALUE", "Every option of \"%.*s\" needs a \"score\".",
			 STR_ARG(ref->id));
		return false;
	default:
		ERROR_AT(c, at, "TYPE_MISMATCH", "\"%.*s\" cannot be added up.", STR_ARG(ref->id));
		return false;
	}
}

static void compile_inputs(struct compiler *c, const struct path *at, json_t *json, uint32_t index)
{
	struct scope scope = {.row_group = -1,
			      .step = (int32_t)(MAX_ITEMS + MAX_DERIVED + index),
			      .feeds_outcome = true};
	json_t *array = json_object_get(json, "items");
	size_t n = json_array_size(array);
	uint16_t *slots = keep_array_of(c->keep, uint16_t, n);
	struct type *types = keep_array_of(c->keep, struct type, n);

	for (size_t i = 0; i < n; i++) {
		const struct path *here = AT_INDEX(AT_NAME(at, "items"), i);
		const struct name_ref *ref = name_of(c, here, json_array_get(array, i));

		if (!ref || !name_use(c, here, ref, &scope) || !check_input(c, here, ref))
			continue;
		slots[i] = ref->slot;
		types[i] = ref->type;
	}
	c->scores[index].slots = slots;
	c->scores[index].types = types;
	c->scores[index].n_slots = (uint32_t)n;
}

void compile_score_inputs(struct compiler *c, const struct path *at)
{
	json_t *array = json_object_get(c->document, "scores");

	for (uint32_t i = 0; i < c->program.n_scores; i++)
		compile_inputs(c, AT_INDEX(AT_NAME(at, "scores"), i), json_array_get(array, i), i);
}
