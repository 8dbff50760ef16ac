/* One answer: read strictly by the item's type, then held against its limits. */
#include "base/utf8.h"
#include "screener/eval/answer.h"
#include "screener/value/unicode.h"

static const char *type_problem(struct answer_parse *parse)
{
	scan_skip(&parse->scan);
	return "TYPE";
}

static const char *read_bool(struct answer_parse *parse, struct value *out)
{
	char next = scan_peek(&parse->scan);
	bool flag;

	if (next != 't' && next != 'f')
		return type_problem(parse);
	if (!scan_bool(&parse->scan, &flag))
		return "TYPE";
	*out = value_integer(flag);
	return NULL;
}

static const char *read_plain_number(struct answer_parse *parse, struct number *out)
{
	struct str text;

	if (scan_peek(&parse->scan) != '0')
		return type_problem(parse);
	if (!scan_number(&parse->scan, &text))
		return "TYPE";
	switch (number_parse(text, out)) {
	case NUMBER_OK: return NULL;
	case NUMBER_PRECISION: return "PRECISION";
	case NUMBER_SYNTAX: break;
	}
	return "TYPE";
}

static const char *check_number(const struct limits *l, struct number n)
{
	struct number offset = n;

	if (l->has_min && number_compare(n, l->min) < 0)
		return "RANGE_MIN";
	if (l->has_max && number_compare(n, l->max) > 0)
		return "RANGE_MAX";
	if (!l->has_step)
		return NULL;
	if (l->has_min && !number_sub(n, l->min, &offset))
		return "PRECISION";
	if (!number_div(offset, l->step, &offset))
		return "PRECISION";
	return number_is_integer(offset) ? NULL : "STEP";
}

static const char *read_number(struct answer_parse *parse, const struct item *item,
			       struct value *out)
{
	struct number n;
	const char *problem = read_plain_number(parse, &n);

	if (problem)
		return problem;
	if (item->type == SCREENER_INTEGER && !number_is_integer(n))
		return "TYPE";
	*out = value_number(n);
	return check_number(&item->limits, n);
}

static const char *convert(const struct item *item, struct str unit, struct number *n)
{
	if (str_eq(unit, item->unit))
		return NULL;
	for (uint32_t i = 0; i < item->n_units; i++) {
		const struct unit_rule *rule = &item->units[i];

		if (!str_eq(rule->code, unit))
			continue;
		if (!number_add(*n, rule->before, n) || !number_mul(*n, rule->factor, n) ||
		    !number_add(*n, rule->offset, n))
			return "PRECISION";
		return NULL;
	}
	return "UNIT";
}

static const char *read_quantity_object(struct answer_parse *parse, const struct item *item,
					struct number *n)
{
	const char *problem = "TYPE";
	struct str name, unit = item->unit;
	bool first = true, has_value = false, has_unit = false;

	scan_enter(&parse->scan, '{');
	while (scan_member(&parse->scan, &first, &name)) {
		if (str_eq_c(name, "value") && !has_value) {
			has_value = true;
			problem = read_plain_number(parse, n);
		} else if (str_eq_c(name, "unit") && !has_unit && scan_peek(&parse->scan) == '"') {
			has_unit = true;
			scan_string(&parse->scan, &unit);
		} else {
			scan_skip(&parse->scan);
			problem = "TYPE";
			has_value = true;
		}
	}
	return problem ? problem : convert(item, unit, n);
}

static const char *read_quantity(struct answer_parse *parse, const struct item *item,
				 struct value *out)
{
	const char *problem;
	struct number n;

	if (scan_peek(&parse->scan) == '{')
		problem = read_quantity_object(parse, item, &n);
	else
		problem = read_plain_number(parse, &n);
	if (problem)
		return problem;
	*out = value_number(n);
	return check_number(&item->limits, n);
}

static bool limit_date(const struct date_limit *limit, date_days today, date_days *out)
{
	if (limit->kind == LIMIT_NONE)
		return false;
	*out = limit->date;
	return limit->kind == LIMIT_DATE || calendar_add(today, limit->n, limit->unit, out);
}

static const char *read_date(struct answer_parse *parse, const struct item *item, struct value *out)
{
	date_days today = parse->answers->today;
	date_days date, limit;
	struct str text;

	if (scan_peek(&parse->scan) != '"')
		return type_problem(parse);
	if (!scan_string(&parse->scan, &text) || !date_parse(text, &date))
		return "DATE";
	*out = value_integer(date);
	if (limit_date(&item->limits.first, today, &limit) && date < limit)
		return "RANGE_MIN";
	if (limit_date(&item->limits.last, today, &limit) && date > limit)
		return "RANGE_MAX";
	return NULL;
}

static const char *no_answer(struct value *out)
{
	*out = value_unknown(CAUSE_NONE);
	return NULL;
}

static const char *check_text(const struct item *item, struct str text)
{
	size_t length = utf8_length(text.ptr, text.len);

	if (length < item->limits.min_length)
		return "LENGTH_MIN";
	if (length > item->limits.max_length)
		return "LENGTH_MAX";
	if (item->pattern && !pattern_matches(item->pattern, text))
		return "PATTERN";
	return NULL;
}

static bool is_zip(struct str s)
{
	if (s.len != 5 && s.len != 10)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (i == 5 ? s.ptr[i] != '-' : s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

static const char *read_text(struct answer_parse *parse, const struct item *item, struct value *out)
{
	struct str text;

	if (scan_peek(&parse->scan) != '"')
		return type_problem(parse);
	if (!scan_string(&parse->scan, &text))
		return "TYPE";
	if (unicode_is_blank(text))
		return no_answer(out);
	*out = value_text(text);
	if (item->type == SCREENER_ZIP)
		return is_zip(text) ? NULL : "PATTERN";
	return check_text(item, text);
}

static int32_t option_index(const struct domain *d, struct str code)
{
	for (uint32_t i = 0; i < d->n; i++)
		if (str_eq(d->options[i].code, code))
			return (int32_t)i;
	return -1;
}

/* Free text: that of an option is the option; there is no answer where nothing can be seen. */
static const char *take_other(struct answer_parse *parse, const struct item *item, struct str text,
			      struct value *out)
{
	const struct domain *d = &parse->program->domains[item->value.of];
	int32_t index = option_index(d, text);

	if (utf8_length(text.ptr, text.len) > MAX_TEXT)
		return "LENGTH_MAX";
	if (unicode_is_blank(text))
		return no_answer(out);
	if (index < 0)
		index = domain_option_named(d, parse->arena, text);
	if (index == OPTION_AMBIGUOUS)
		return "OPTION";
	if (index >= 0) {
		*out = value_text(d->options[index].code);
		out->code = index;
		return NULL;
	}
	*out = value_text(text);
	return check_text(item, text);
}

static const char *read_other(struct answer_parse *parse, const struct item *item,
			      struct value *out)
{
	const char *problem = "TYPE";
	struct str name, text;
	bool first = true;
	int members = 0;

	scan_enter(&parse->scan, '{');
	while (scan_member(&parse->scan, &first, &name)) {
		if (members++ || !str_eq_c(name, "other") || scan_peek(&parse->scan) != '"') {
			problem = type_problem(parse);
			members = 2;
		} else if (scan_string(&parse->scan, &text)) {
			problem = take_other(parse, item, text, out);
		}
	}
	return problem;
}

static const char *read_code(struct answer_parse *parse, const struct item *item, struct value *out)
{
	const struct domain *d = &parse->program->domains[item->value.of];
	struct str code;
	int32_t index;

	if (item->type == SCREENER_OPEN_CHOICE && scan_peek(&parse->scan) == '{')
		return read_other(parse, item, out);
	if (scan_peek(&parse->scan) != '"')
		return type_problem(parse);
	if (!scan_string(&parse->scan, &code))
		return "TYPE";
	index = option_index(d, code);
	if (index < 0)
		return "OPTION";
	*out = value_text(d->options[index].code);
	out->code = index;
	return NULL;
}

static const char *check_set(const struct item *item, const struct domain *d, uint64_t set)
{
	uint32_t n = (uint32_t)__builtin_popcountll(set);

	if ((set & d->exclusive) && n > 1)
		return "EXCLUSIVE";
	if (n < item->limits.min_count)
		return "CHOICES_MIN";
	return n > item->limits.max_count ? "CHOICES_MAX" : NULL;
}

static const char *read_set(struct answer_parse *parse, const struct item *item, struct value *out)
{
	const struct domain *d = &parse->program->domains[item->value.of];
	const char *problem = NULL;
	uint64_t set = 0;
	bool first = true;

	if (scan_peek(&parse->scan) != '[')
		return type_problem(parse);
	scan_enter(&parse->scan, '[');
	while (scan_element(&parse->scan, &first)) {
		struct str code;
		int32_t index;

		if (scan_peek(&parse->scan) != '"') {
			problem = type_problem(parse);
			continue;
		}
		if (!scan_string(&parse->scan, &code))
			return "TYPE";
		index = option_index(d, code);
		if (index < 0)
			problem = "OPTION";
		else if (set >> index & 1)
			problem = "DUPLICATE";
		else
			set |= (uint64_t)1 << index;
	}
	*out = value_set(set);
	return problem ? problem : check_set(item, d, set);
}

const char *answer_read(struct answer_parse *parse, const struct item *item, struct value *out)
{
	switch (item->value.kind) {
	case TYPE_BOOL: return read_bool(parse, out);
	case TYPE_INT:
	case TYPE_DEC: return read_number(parse, item, out);
	case TYPE_QTY: return read_quantity(parse, item, out);
	case TYPE_DATE: return read_date(parse, item, out);
	case TYPE_TEXT: return read_text(parse, item, out);
	case TYPE_CODE: return read_code(parse, item, out);
	case TYPE_SET: return read_set(parse, item, out);
	default: return type_problem(parse);
	}
}
