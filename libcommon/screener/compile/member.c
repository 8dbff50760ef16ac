/* Reading the members of a document's objects: every surprise is a finding, nothing is guessed. */
#include "screener/compile/compiler.h"

#include <stdio.h>
#include <stdlib.h>

static bool is_allowed(const char *name, const char *const *allowed)
{
	if (strncmp(name, "x_", 2) == 0)
		return true;
	for (; *allowed; allowed++)
		if (strcmp(name, *allowed) == 0)
			return true;
	return false;
}

bool member_check(struct compiler *c, const struct path *at, json_t *object,
		  const char *const *allowed)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object)) {
		ERROR_AT(c, at, "WRONG_TYPE", "An object is expected here.");
		return false;
	}
	json_object_foreach (object, name, value)
		if (!is_allowed(name, allowed))
			ERROR_AT(c, AT_NAME(at, name), "UNKNOWN_MEMBER",
				 "There is no member \"%s\" here.", name);
	return true;
}

json_t *member_need(struct compiler *c, const struct path *at, json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	if (!value)
		ERROR_AT(c, at, "MISSING_MEMBER", "The member \"%s\" is required.", name);
	return value;
}

bool member_string(struct compiler *c, const struct path *at, json_t *object, const char *name,
		   struct str *out)
{
	json_t *value = json_object_get(object, name);

	if (!value)
		return false;
	if (!json_is_string(value)) {
		ERROR_AT(c, AT_NAME(at, name), "WRONG_TYPE", "A string is expected here.");
		return false;
	}
	*out = json_str(value);
	return true;
}

bool id_is_valid(struct str id, bool upper)
{
	if (!id.len || id.len > MAX_ID)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		char ch = id.ptr[i];
		bool letter = (ch >= 'a' && ch <= 'z') || (upper && ch >= 'A' && ch <= 'Z');

		if (!letter && (i == 0 || (ch != '_' && (ch < '0' || ch > '9'))))
			return false;
	}
	return true;
}

bool code_is_valid(struct str code)
{
	if (!code.len || code.len > MAX_ID)
		return false;
	for (size_t i = 0; i < code.len; i++)
		if (code.ptr[i] <= ' ' || code.ptr[i] > '~' || strchr("\"\\", code.ptr[i]))
			return false;
	return true;
}

bool member_id(struct compiler *c, const struct path *at, json_t *object, bool upper,
	       struct str *out)
{
	struct str id;

	if (!member_need(c, at, object, "id") || !member_string(c, at, object, "id", &id))
		return false;
	if (!id_is_valid(id, upper)) {
		ERROR_AT(c, AT_NAME(at, "id"), "BAD_VALUE",
			 "An id is a letter followed by at most 63 letters, digits and _%s.",
			 upper ? "" : ", all in lower case");
		return false;
	}
	*out = id;
	return true;
}

bool member_bool(struct compiler *c, const struct path *at, json_t *object, const char *name)
{
	json_t *value = json_object_get(object, name);

	if (value && !json_is_boolean(value))
		ERROR_AT(c, AT_NAME(at, name), "WRONG_TYPE", "true or false is expected here.");
	return json_is_true(value);
}

bool member_uint(struct compiler *c, const struct path *at, json_t *object, const char *name,
		 uint32_t low, uint32_t high, uint32_t *out)
{
	json_t *value = json_object_get(object, name);

	if (!value)
		return false;
	if (!json_is_integer(value) || json_integer_value(value) < low ||
	    json_integer_value(value) > high) {
		ERROR_AT(c, AT_NAME(at, name), "BAD_VALUE", "An integer from %u to %u is expected.",
			 low, high);
		return false;
	}
	*out = (uint32_t)json_integer_value(value);
	return true;
}

json_t *member_array(struct compiler *c, const struct path *at, json_t *object, const char *name,
		     size_t max, bool required)
{
	json_t *value = required ? member_need(c, at, object, name) : json_object_get(object, name);

	if (!value)
		return NULL;
	if (!json_is_array(value)) {
		ERROR_AT(c, AT_NAME(at, name), "WRONG_TYPE", "An array is expected here.");
		return NULL;
	}
	if (json_array_size(value) > max) {
		ERROR_AT(c, AT_NAME(at, name), "TOO_MANY", "At most %zu are allowed here.", max);
		return NULL;
	}
	if (required && json_array_size(value) == 0) {
		ERROR_AT(c, AT_NAME(at, name), "BAD_VALUE", "At least one is needed here.");
		return NULL;
	}
	return value;
}

int member_enum(struct compiler *c, const struct path *at, json_t *object, const char *name,
		const char *const *names, bool required)
{
	struct str value;

	if (required && !member_need(c, at, object, name))
		return -1;
	if (!member_string(c, at, object, name, &value))
		return -1;
	for (int i = 0; names[i]; i++)
		if (str_eq_c(value, names[i]))
			return i;
	ERROR_AT(c, AT_NAME(at, name), "BAD_VALUE", "\"%.*s\" is none of the values of \"%s\".",
		 (int)(value.len > 64 ? 64 : value.len), value.ptr, name);
	return -1;
}

bool member_rounding(struct compiler *c, const struct path *at, json_t *object,
		     struct rounding *out)
{
	json_t *value = json_object_get(object, "round");
	json_t *digits = json_array_get(value, 0);
	enum number_rounding mode;

	if (!value)
		return false;
	if (json_array_size(value) != 2 || !json_is_integer(digits) ||
	    json_integer_value(digits) < 0 || json_integer_value(digits) > 9 ||
	    !json_is_string(json_array_get(value, 1)) ||
	    !number_rounding_parse(json_str(json_array_get(value, 1)), &mode)) {
		ERROR_AT(c, AT_NAME(at, "round"), "BAD_VALUE",
			 "Rounding is [digits from 0 to 9, mode], for example [1, \"half_up\"].");
		return false;
	}
	*out = (struct rounding){true, (uint8_t)json_integer_value(digits), mode};
	return true;
}

static bool duration_parse(struct str s, struct screener_duration *out)
{
	bool clock = str_has_prefix(s, "PT");
	int64_t n;
	char unit;

	if (s.len < 3 || *s.ptr != 'P')
		return false;
	unit = s.ptr[s.len - 1];
	s.ptr += clock ? 2 : 1, s.len -= clock ? 3 : 2;
	if (s.len > 5 || !s.len || *s.ptr == '-' || !str_to_i64(s, &n) || n <= 0)
		return false;
	*out = (struct screener_duration){};
	if (clock && (unit == 'H' || unit == 'M'))
		out->seconds = n * (unit == 'H' ? 3600 : 60);
	else if (!clock && (unit == 'D' || unit == 'W'))
		out->seconds = n * 86400 * (unit == 'W' ? 7 : 1);
	else if (!clock && (unit == 'M' || unit == 'Y'))
		out->months = (int32_t)(n * (unit == 'Y' ? 12 : 1));
	else
		return false;
	return true;
}

bool member_duration(struct compiler *c, const struct path *at, json_t *object, const char *name,
		     struct screener_duration *out)
{
	struct str text;

	if (!member_string(c, at, object, name, &text))
		return false;
	if (duration_parse(text, out))
		return true;
	ERROR_AT(c, AT_NAME(at, name), "BAD_VALUE",
		 "A duration is a positive number with one unit, for example P7D, P6M or PT36H.");
	return false;
}

/*
 * jansson hands reals over as doubles.  Fifteen significant digits survive that
 * trip, so the decimal the author wrote is the one with at most fifteen digits
 * that gives this double; if there is none he wrote more.
 */
static enum number_error real_parse(double real, struct number *out)
{
	char text[40];

	snprintf(text, sizeof text, "%.15g", real);
	if (strtod(text, NULL) != real)
		return NUMBER_PRECISION;
	return number_parse(str_of(text), out);
}

bool json_exact(struct compiler *c, const struct path *at, json_t *json, struct number *out)
{
	json_int_t n = json_integer_value(json);

	if (json_is_real(json)) {
		if (real_parse(json_real_value(json), out) == NUMBER_OK)
			return true;
		ERROR_AT(c, at, "NUMBER_TOO_LONG",
			 "A number has at most 15 significant digits and 15 places.");
		return false;
	}
	if (!json_is_integer(json)) {
		ERROR_AT(c, at, "WRONG_TYPE", "A number is expected here.");
		return false;
	}
	if (n > NUMBER_INT_MAX || n < -NUMBER_INT_MAX) {
		ERROR_AT(c, at, "NUMBER_TOO_LONG",
			 "An integer lies between -9007199254740991 and 9007199254740991.");
		return false;
	}
	*out = number_of(n);
	return true;
}

bool json_decimal(struct compiler *c, const struct path *at, json_t *json, struct number *out)
{
	if (!json_is_string(json))
		return json_exact(c, at, json, out);
	switch (number_parse(json_str(json), out)) {
	case NUMBER_OK: return true;
	case NUMBER_SYNTAX:
		ERROR_AT(c, at, "BAD_VALUE", "This string is not a decimal number.");
		break;
	case NUMBER_PRECISION:
		ERROR_AT(c, at, "NUMBER_TOO_LONG",
			 "A number has at most 15 significant digits and 15 places.");
		break;
	}
	return false;
}

static bool integer_parse(struct str text, struct number *out)
{
	return number_parse(text, out) == NUMBER_OK && number_is_integer(*out);
}

bool json_fraction(struct compiler *c, const struct path *at, json_t *json, struct number *out)
{
	const char *text = json_string_value(json), *bar = text ? strchr(text, '/') : NULL;
	struct number num, den;

	if (!bar)
		return json_decimal(c, at, json, out);
	if (integer_parse((struct str){text, (size_t)(bar - text)}, &num) &&
	    integer_parse(str_of(bar + 1), &den) && den.num > 0 && number_div(num, den, out))
		return true;
	ERROR_AT(c, at, "BAD_VALUE",
		 "A fraction is two integers, the second one greater than 0, for example 5/9.");
	return false;
}
