/* Answers as FORMAT.md "Items" reads them: absent, valid with a value, or invalid. */
#include <ctype.h>
#include <regex.h>
#include <string.h>

#include "world.h"

static bool is_type(const struct oracle_item *item, const char *type)
{
	return strcmp(item->type, type) == 0;
}

static bool number_member(const json_t *json, const char *name, struct fraction *out)
{
	return fraction_of_json(json_object_get(json, name), out);
}

static enum given number_in_range(const json_t *item, struct fraction n, struct value *out)
{
	struct fraction limit, from = fraction_of(0), distance, steps;

	if (number_member(item, "min", &limit)) {
		if (fraction_compare(n, limit) < 0)
			return INVALID;
		from = limit;
	}
	if (number_member(item, "max", &limit) && fraction_compare(n, limit) > 0)
		return INVALID;
	if (number_member(item, "step", &limit) &&
	    (!fraction_subtract(n, from, &distance) || !fraction_divide(distance, limit, &steps) ||
	     !fraction_is_integer(steps)))
		return INVALID;
	*out = number_of(n);
	return VALID;
}

/* (answer + offset_before) x factor + offset */
static bool converted(const json_t *rule, struct fraction *n)
{
	const char *before = json_string_value(json_object_get(rule, "offset_before"));
	const char *factor = json_string_value(json_object_get(rule, "factor"));
	const char *offset = json_string_value(json_object_get(rule, "offset"));
	struct fraction by;

	if (before && (!fraction_parse(before, &by) || !fraction_add(*n, by, n)))
		return false;
	if (!fraction_parse(factor, &by) || !fraction_multiply(*n, by, n))
		return false;
	return !offset || (fraction_parse(offset, &by) && fraction_add(*n, by, n));
}

static bool in_own_unit(const json_t *item, const char *unit, struct fraction *n)
{
	json_t *units = json_object_get(item, "units"), *rule;
	size_t i;

	if (strcmp(unit, json_string_value(json_object_get(item, "unit"))) == 0)
		return true;
	json_array_foreach (units, i, rule)
		if (strcmp(json_string_value(json_object_get(rule, "code")), unit) == 0)
			return converted(rule, n);
	return false;
}

static enum given read_quantity(const json_t *item, json_t *answer, struct value *out)
{
	json_t *unit = json_object_get(answer, "unit");
	struct fraction n;

	if (!fraction_of_json(json_is_object(answer) ? json_object_get(answer, "value") : answer,
			      &n))
		return INVALID;
	if (json_is_object(answer) &&
	    (!json_is_string(unit) || !in_own_unit(item, json_string_value(unit), &n)))
		return INVALID;
	return number_in_range(item, n, out);
}

static bool date_limit(const json_t *item, const char *name, int64_t today, int64_t *out)
{
	const char *text = json_string_value(json_object_get(item, name));
	int64_t n = 0;

	if (!text)
		return false;
	if (strncmp(text, "today", 5) != 0)
		return day_parse(text, out);
	*out = today;
	if (!text[5])
		return true;
	for (const char *p = text + 6; p[1]; p++)
		n = n * 10 + (*p - '0');
	return day_add(today, text[5] == '-' ? -n : n, text[strlen(text) - 1], out);
}

static enum given read_date(const json_t *item, json_t *answer, int64_t today, struct value *out)
{
	int64_t day, limit;

	if (!json_is_string(answer) || !day_parse(json_string_value(answer), &day) ||
	    (date_limit(item, "min", today, &limit) && day < limit) ||
	    (date_limit(item, "max", today, &limit) && day > limit))
		return INVALID;
	*out = date_of(day);
	return VALID;
}

/* The restricted patterns as extended regular expressions of POSIX, which know no \d. */
static bool matches(const char *pattern, const char *text)
{
	char whole[256] = "^(";
	regex_t regex;
	size_t n = 2;
	bool yes;

	for (; *pattern && n < sizeof whole - 16; pattern++) {
		if (pattern[0] != '\\' || pattern[1] != 'd') {
			whole[n++] = *pattern;
			continue;
		}
		n += (size_t)snprintf(whole + n, 16, "[0-9]");
		pattern++;
	}
	snprintf(whole + n, 3, ")$");
	if (regcomp(&regex, whole, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	yes = regexec(&regex, text, 0, NULL, 0) == 0;
	regfree(&regex);
	return yes;
}

/* Random texts are ASCII: a byte is a code point. */
static bool text_fits(const json_t *item, const char *text)
{
	json_t *least = json_object_get(item, "min_length");
	json_t *most = json_object_get(item, "max_length");
	json_t *pattern = json_object_get(item, "pattern");
	json_int_t length = (json_int_t)strlen(text);

	return length >= (least ? json_integer_value(least) : 1) &&
	       length <= (most ? json_integer_value(most) : 1000) &&
	       (!pattern || matches(json_string_value(pattern), text));
}

static json_t *option_of(const json_t *item, const char *code)
{
	json_t *options = json_object_get(item, "options"), *option;
	size_t i;

	json_array_foreach (options, i, option)
		if (strcmp(json_string_value(json_object_get(option, "code")), code) == 0)
			return option;
	return NULL;
}

static enum given read_choice(const json_t *item, json_t *answer, struct value *out)
{
	json_t *option = json_is_string(answer) ? option_of(item, json_string_value(answer)) : NULL;

	if (!option)
		return INVALID;
	*out = text_value(json_string_value(json_object_get(option, "code")));
	return VALID;
}

/* A text in which nothing can be seen is no answer. Random texts are ASCII. */
static bool is_blank(const char *text)
{
	while (*text && (unsigned char)*text <= ' ')
		text++;
	return !*text;
}

/* Without regard to case and to how much space there is between words. */
static bool names(const char *text, const char *name)
{
	while (*text == ' ')
		text++;
	for (; *name; name++, text++) {
		if (tolower((unsigned char)*text) != tolower((unsigned char)*name))
			return false;
		while (*text == ' ' && text[1] == ' ')
			text++;
	}
	return is_blank(text);
}

/* The label of an option in any locale. */
static bool is_labelled(const struct oracle_item *item, const char *code, const char *text)
{
	json_t *texts;
	const char *locale;
	char key[200];

	snprintf(key, sizeof key, "item.%s.option.%s", item->id, code);
	json_object_foreach (item->i18n, locale, texts) {
		const char *label = json_string_value(json_object_get(texts, key));

		if (label && names(text, label))
			return true;
	}
	return false;
}

static enum given read_free_text(const struct oracle_item *item, const char *text,
				 struct value *out)
{
	json_t *options = json_object_get(item->json, "options"), *option;
	json_t *exact = option_of(item->json, text);
	int n = 0;
	size_t i;

	*out = text_value(text);
	out->is_no_option = !exact;
	if (exact)
		return VALID;
	json_array_foreach (options, i, option) {
		const char *code = json_string_value(json_object_get(option, "code"));

		if (!names(text, code) && !is_labelled(item, code, text))
			continue;
		*out = text_value(code);
		n++;
	}
	return n > 1 ? INVALID : VALID;
}

static enum given read_open_choice(const struct oracle_item *item, json_t *answer,
				   struct value *out)
{
	json_t *other = json_object_get(answer, "other");
	const char *text = json_string_value(other);

	if (!json_is_object(answer))
		return read_choice(item->json, answer, out);
	if (text && is_blank(text))
		return ABSENT;
	if (!text || !text_fits(item->json, text))
		return INVALID;
	return read_free_text(item, text, out);
}

static enum given read_multi(const json_t *item, json_t *answer, struct value *out)
{
	json_t *least = json_object_get(item, "min_choices");
	json_t *most = json_object_get(item, "max_choices");
	size_t n = json_array_size(answer), i;
	json_t *element;

	if (!json_is_array(answer))
		return INVALID;
	json_array_foreach (answer, i, element) {
		json_t *option = json_is_string(element)
					 ? option_of(item, json_string_value(element))
					 : NULL;

		if (!option || (n > 1 && json_is_true(json_object_get(option, "exclusive"))))
			return INVALID;
	}
	if (n < (size_t)(least ? json_integer_value(least) : 1) ||
	    (most && n > (size_t)json_integer_value(most)))
		return INVALID;
	*out = (struct value){.kind = KIND_SET, .known = true, .set = answer};
	return VALID;
}

static enum given read_state(const json_t *item, json_t *answer, struct value *out)
{
	json_t *only = json_object_get(item, "only");

	if (!json_is_string(answer) || !set_has(only, json_string_value(answer)))
		return INVALID;
	*out = text_value(json_string_value(answer));
	return VALID;
}

static enum given read_text(const struct oracle_item *item, json_t *answer, struct value *out)
{
	const char *text = json_string_value(answer);

	if (!text)
		return INVALID;
	if (is_type(item, "text") && is_blank(text))
		return ABSENT;
	if (is_type(item, "zip") ? !matches("[0-9]{5}(-[0-9]{4})?", text)
				 : !text_fits(item->json, text))
		return INVALID;
	*out = text_value(text);
	return VALID;
}

static enum given read_number(const struct oracle_item *item, json_t *answer, struct value *out)
{
	struct fraction n;

	if (!fraction_of_json(answer, &n) || (is_type(item, "integer") && !fraction_is_integer(n)))
		return INVALID;
	return number_in_range(item->json, n, out);
}

enum given read_answer(const struct oracle_item *item, json_t *answer, int64_t today,
		       struct value *out)
{
	*out = unknown();
	if (!answer || json_is_null(answer))
		return ABSENT;
	if (is_type(item, "boolean") || is_type(item, "attestation")) {
		if (!json_is_boolean(answer))
			return INVALID;
		*out = boolean_of(json_is_true(answer));
		return VALID;
	}
	if (is_type(item, "integer") || is_type(item, "decimal"))
		return read_number(item, answer, out);
	if (is_type(item, "quantity"))
		return read_quantity(item->json, answer, out);
	if (is_type(item, "date"))
		return read_date(item->json, answer, today, out);
	if (is_type(item, "choice"))
		return read_choice(item->json, answer, out);
	if (is_type(item, "open_choice"))
		return read_open_choice(item, answer, out);
	if (is_type(item, "multi"))
		return read_multi(item->json, answer, out);
	if (is_type(item, "state"))
		return read_state(item->json, answer, out);
	return read_text(item, answer, out);
}

struct value read_literal(const struct oracle_item *item, json_t *json)
{
	struct fraction n;
	int64_t day;

	if (json_is_boolean(json))
		return boolean_of(json_is_true(json));
	if (fraction_of_json(json, &n))
		return number_of(n);
	if (json_is_array(json))
		return (struct value){.kind = KIND_SET, .known = true, .set = json};
	if (is_type(item, "date") && day_parse(json_string_value(json), &day))
		return date_of(day);
	return text_value(json_string_value(json));
}
