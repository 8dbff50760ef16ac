/* Ranges, lengths, patterns, units and values of items as the document writes them. */
#include "screener/compile/compiler.h"

static void compile_numbers(struct compiler *c, const struct path *at, json_t *json,
			    struct item *item)
{
	static const char *const names[] = {"min", "max", "step"};
	struct limits *l = &item->limits;
	struct number *const into[] = {&l->min, &l->max, &l->step};
	bool *const has[] = {&l->has_min, &l->has_max, &l->has_step};

	for (int i = 0; i < 3; i++) {
		json_t *value = json_object_get(json, names[i]);

		if (!value)
			continue;
		*has[i] = json_exact(c, AT_NAME(at, names[i]), value, into[i]);
		if (*has[i] && item->type == SCREENER_INTEGER && !number_is_integer(*into[i]))
			ERROR_AT(c, AT_NAME(at, names[i]), "BAD_VALUE",
				 "The item is an integer, so this is one too.");
	}
	if (l->has_min && l->has_max && number_compare(l->min, l->max) > 0)
		ERROR_AT(c, at, "BAD_VALUE", "\"min\" is greater than \"max\": no answer fits.");
	if (l->has_step && l->step.num <= 0)
		ERROR_AT(c, AT_NAME(at, "step"), "BAD_VALUE", "A step is greater than 0.");
}

/* "today", "today-18Y", "today+30D" */
static bool relative_date(struct str s, struct date_limit *out)
{
	int64_t n = 0;

	if (!str_has_prefix(s, "today"))
		return false;
	s.ptr += 5, s.len -= 5;
	*out = (struct date_limit){.kind = LIMIT_TODAY};
	if (!s.len)
		return true;
	if (s.len < 3 || (*s.ptr != '+' && *s.ptr != '-') ||
	    !calendar_unit_parse((struct str){s.ptr + s.len - 1, 1}, &out->unit))
		return false;
	if (s.ptr[1] == '-' || !str_to_i64((struct str){s.ptr + 1, s.len - 2}, &n) || n > 100000)
		return false;
	out->n = (int32_t)(*s.ptr == '-' ? -n : n);
	return true;
}

static void compile_date_limit(struct compiler *c, const struct path *at, json_t *json,
			       const char *name, struct date_limit *out)
{
	struct str text;

	if (!member_string(c, at, json, name, &text))
		return;
	if (date_parse(text, &out->date))
		out->kind = LIMIT_DATE;
	else if (!relative_date(text, out))
		ERROR_AT(c, AT_NAME(at, name), "BAD_VALUE",
			 "A date is YYYY-MM-DD or relative, for example today-18Y.");
}

static void compile_pattern(struct compiler *c, const struct path *at, json_t *json,
			    struct item *item)
{
	struct str text;

	if (!member_string(c, at, json, "pattern", &text))
		return;
	item->pattern = pattern_compile(c->arena, c->keep, text);
	if (!item->pattern)
		ERROR_AT(c, AT_NAME(at, "pattern"), "BAD_PATTERN",
			 "This is not a pattern of the restricted form.");
}

static void compile_offset(struct compiler *c, const struct path *at, json_t *json,
			   const char *name, struct number *out)
{
	json_t *value = json_object_get(json, name);

	*out = number_of(0);
	if (value)
		json_fraction(c, AT_NAME(at, name), value, out);
}

static void compile_unit(struct compiler *c, const struct path *at, json_t *json,
			 struct unit_rule *out)
{
	static const char *const members[] = {"code", "offset_before", "factor", "offset", NULL};
	json_t *factor;
	struct str code;

	if (!member_check(c, at, json, members))
		return;
	if (member_need(c, at, json, "code") && member_string(c, at, json, "code", &code)) {
		if (code_is_valid(code))
			out->code = (struct str){keep_text(c->keep, code.ptr, code.len), code.len};
		else
			ERROR_AT(c, AT_NAME(at, "code"), "BAD_VALUE", "This is no UCUM unit.");
	}
	factor = member_need(c, at, json, "factor");
	if (factor && json_fraction(c, AT_NAME(at, "factor"), factor, &out->factor) &&
	    out->factor.num <= 0)
		ERROR_AT(c, AT_NAME(at, "factor"), "BAD_VALUE", "A factor is greater than 0.");
	compile_offset(c, at, json, "offset_before", &out->before);
	compile_offset(c, at, json, "offset", &out->offset);
}

static void compile_units(struct compiler *c, const struct path *at, json_t *json,
			  struct item *item)
{
	json_t *array = member_array(c, at, json, "units", 20, false);
	size_t n = json_array_size(array);
	struct unit_rule *units = keep_array_of(c->keep, struct unit_rule, n);
	struct str unit;

	if (member_need(c, at, json, "unit") && member_string(c, at, json, "unit", &unit)) {
		if (!code_is_valid(unit))
			ERROR_AT(c, AT_NAME(at, "unit"), "BAD_VALUE", "This is no UCUM unit.");
		item->unit = (struct str){keep_text(c->keep, unit.ptr, unit.len), unit.len};
		item->value.of = unit_index(c, AT_NAME(at, "unit"), item->unit);
	}
	for (size_t i = 0; i < n; i++)
		compile_unit(c, AT_INDEX(AT_NAME(at, "units"), i), json_array_get(array, i),
			     &units[i]);
	item->units = units;
	item->n_units = (uint32_t)n;
}

static void compile_counts(struct compiler *c, const struct path *at, json_t *json,
			   struct item *item, const char *low, const char *high, uint32_t most)
{
	struct limits *l = &item->limits;

	l->min_count = item->type == SCREENER_MULTI;
	l->max_count = most;
	member_uint(c, at, json, low, 0, most, &l->min_count);
	member_uint(c, at, json, high, 0, most, &l->max_count);
	if (l->min_count > l->max_count)
		ERROR_AT(c, at, "BAD_VALUE", "\"%s\" is greater than \"%s\".", low, high);
}

static void compile_lengths(struct compiler *c, const struct path *at, json_t *json,
			    struct item *item)
{
	struct limits *l = &item->limits;

	l->min_length = 1;
	l->max_length = DEFAULT_TEXT;
	member_uint(c, at, json, "min_length", 0, MAX_TEXT, &l->min_length);
	member_uint(c, at, json, "max_length", 1, MAX_TEXT, &l->max_length);
	if (l->min_length > l->max_length)
		ERROR_AT(c, at, "BAD_VALUE", "\"min_length\" is greater than \"max_length\".");
	compile_pattern(c, at, json, item);
}

/* ISO 4217 writes currencies with three capitals. */
static bool is_currency(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < 'A' || text.ptr[i] > 'Z')
			return false;
	return text.len == 3;
}

static void compile_notes(struct compiler *c, const struct path *at, json_t *json)
{
	struct str text;

	if (member_string(c, at, json, "unit", &text) && !code_is_valid(text))
		ERROR_AT(c, AT_NAME(at, "unit"), "BAD_VALUE", "This is no UCUM unit.");
	if (member_string(c, at, json, "money", &text) && !is_currency(text))
		ERROR_AT(c, AT_NAME(at, "money"), "BAD_VALUE",
			 "A currency has three capital letters, for example USD.");
}

static void compile_literals(struct compiler *c, const struct path *at, json_t *json,
			     struct item *item)
{
	json_t *hidden = json_object_get(json, "when_hidden");
	json_t *initial = json_object_get(json, "initial");
	struct value ignored;

	if (hidden)
		item->has_hidden = item_literal(c, AT_NAME(at, "when_hidden"), hidden, item,
						&item->when_hidden);
	if (hidden && !item->conditional)
		ERROR_AT(c, AT_NAME(at, "when_hidden"), "BAD_VALUE",
			 "The item is never hidden: neither it nor its group has a \"show_if\".");
	if (initial)
		(void)item_literal(c, AT_NAME(at, "initial"), initial, item, &ignored);
}

void compile_limits(struct compiler *c, const struct path *at, json_t *json, struct item *item)
{
	switch (item->type) {
	case SCREENER_INTEGER:
	case SCREENER_DECIMAL:
		compile_notes(c, at, json);
		compile_numbers(c, at, json, item);
		break;
	case SCREENER_QUANTITY:
		compile_units(c, at, json, item);
		compile_numbers(c, at, json, item);
		break;
	case SCREENER_DATE:
		compile_date_limit(c, at, json, "min", &item->limits.first);
		compile_date_limit(c, at, json, "max", &item->limits.last);
		break;
	case SCREENER_TEXT:
	case SCREENER_OPEN_CHOICE: compile_lengths(c, at, json, item); break;
	case SCREENER_MULTI:
		compile_counts(c, at, json, item, "min_choices", "max_choices", MAX_SET);
		break;
	case SCREENER_GROUP:
		compile_counts(c, at, json, item, "min_rows", "max_rows", MAX_ROWS);
		break;
	default: break;
	}
	compile_literals(c, at, json, item);
}

static int32_t option_index(const struct domain *d, json_t *json)
{
	for (uint32_t i = 0; json_is_string(json) && i < d->n; i++)
		if (str_eq(d->options[i].code, json_str(json)))
			return (int32_t)i;
	return -1;
}

static bool code_literal(struct compiler *c, const struct path *at, json_t *json,
			 const struct domain *d, struct value *out)
{
	int32_t i = option_index(d, json);

	if (i < 0) {
		ERROR_AT(c, at, "UNKNOWN_OPTION", "This is not the code of an option.");
		return false;
	}
	*out = value_text(d->options[i].code);
	out->code = i;
	return true;
}

static bool set_literal(struct compiler *c, const struct path *at, json_t *json,
			const struct domain *d, struct value *out)
{
	struct value one;
	json_t *element;
	size_t i;

	if (!json_is_array(json)) {
		ERROR_AT(c, at, "WRONG_TYPE", "An array of codes is expected here.");
		return false;
	}
	*out = value_set(0);
	json_array_foreach (json, i, element) {
		if (!code_literal(c, AT_INDEX(at, i), element, d, &one))
			return false;
		out->set |= (uint64_t)1 << one.code;
	}
	return true;
}

static bool text_literal(struct compiler *c, const struct path *at, json_t *json, bool date,
			 struct value *out)
{
	date_days days;

	if (!json_is_string(json)) {
		ERROR_AT(c, at, "WRONG_TYPE", "A string is expected here.");
		return false;
	}
	if (!date) {
		*out = value_text((struct str){
			keep_text(c->keep, json_string_value(json), json_string_length(json)),
			json_string_length(json)});
		return true;
	}
	if (!date_parse(json_str(json), &days)) {
		ERROR_AT(c, at, "BAD_VALUE", "A date is YYYY-MM-DD.");
		return false;
	}
	*out = value_integer(days);
	return true;
}

static bool number_literal(struct compiler *c, const struct path *at, json_t *json, bool integer,
			   struct value *out)
{
	struct number n;

	if (!json_exact(c, at, json, &n))
		return false;
	if (integer && !number_is_integer(n)) {
		ERROR_AT(c, at, "WRONG_TYPE", "An integer is expected here.");
		return false;
	}
	*out = value_number(n);
	return true;
}

static bool rows_literal(struct compiler *c, const struct path *at, json_t *json, struct value *out)
{
	if (!json_is_array(json) || json_array_size(json)) {
		ERROR_AT(c, at, "BAD_VALUE", "The only value a hidden group may have is [].");
		return false;
	}
	*out = (struct value){.known = 1, .rows = keep_alloc(c->keep, sizeof(struct rows))};
	return true;
}

bool item_literal(struct compiler *c, const struct path *at, json_t *json, const struct item *item,
		  struct value *out)
{
	switch (item->value.kind) {
	case TYPE_BOOL:
		if (!json_is_boolean(json)) {
			ERROR_AT(c, at, "WRONG_TYPE", "true or false is expected here.");
			return false;
		}
		*out = value_integer(json_is_true(json));
		return true;
	case TYPE_INT: return number_literal(c, at, json, true, out);
	case TYPE_DEC:
	case TYPE_QTY: return number_literal(c, at, json, false, out);
	case TYPE_DATE: return text_literal(c, at, json, true, out);
	case TYPE_TEXT: return text_literal(c, at, json, false, out);
	case TYPE_CODE: return code_literal(c, at, json, &c->domains[item->value.of], out);
	case TYPE_SET: return set_literal(c, at, json, &c->domains[item->value.of], out);
	case TYPE_ROWS: return rows_literal(c, at, json, out);
	default: ERROR_AT(c, at, "WRONG_TYPE", "An item of this type has no value."); return false;
	}
}
