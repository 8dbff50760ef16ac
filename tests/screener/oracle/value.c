/* Values of the oracle. */
#include "value.h"

#include <string.h>

struct value unknown(void)
{
	return (struct value){};
}

struct value failed(void)
{
	return (struct value){.failed = true};
}

struct value boolean_of(bool b)
{
	return (struct value){.kind = KIND_BOOLEAN, .known = true, .number = fraction_of(b)};
}

struct value number_of(struct fraction n)
{
	return (struct value){.kind = KIND_NUMBER, .known = true, .number = n};
}

struct value integer_of(int64_t n)
{
	return number_of(fraction_of(n));
}

struct value date_of(int64_t days)
{
	return (struct value){.kind = KIND_DATE, .known = true, .number = fraction_of(days)};
}

struct value text_value(const char *text)
{
	return (struct value){.kind = KIND_TEXT, .known = true, .text = text};
}

struct value truth_of(enum kleene truth, bool is_failed)
{
	if (truth != IS_UNKNOWN)
		return boolean_of(truth == IS_TRUE);
	return is_failed ? failed() : unknown();
}

enum kleene kleene_of(struct value v)
{
	if (!v.known)
		return IS_UNKNOWN;
	return v.number.num ? IS_TRUE : IS_FALSE;
}

bool same_text(struct value a, struct value b)
{
	return !a.is_no_option && !b.is_no_option && strcmp(a.text, b.text) == 0;
}

bool set_has(json_t *set, const char *code)
{
	json_t *element;
	size_t i;

	json_array_foreach (set, i, element)
		if (strcmp(json_string_value(element), code) == 0)
			return true;
	return false;
}
