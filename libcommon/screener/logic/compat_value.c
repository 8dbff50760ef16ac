/* Conversions and comparisons of ECMA-262 for the values of the compat profile. */
#include "screener/logic/compat_value.h"

#include <math.h>
#include <stdlib.h>

#include "screener/json/canon.h"

#define MAX_NESTING 64

bool js_spend(struct js_budget *budget, size_t n)
{
	if (budget->left < n) {
		budget->left = 0;
		budget->spent = true;
		return false;
	}
	budget->left -= n;
	return true;
}

static struct js array_of_json(struct js_budget *budget, const json_t *json)
{
	size_t n = json_array_size(json);

	if (!js_spend(budget, n))
		return js_null();
	struct js *items = arena_array_of(budget->arena, struct js, n + 1);

	for (size_t i = 0; i < n; i++)
		items[i] = js_of_json(budget, json_array_get(json, i));
	return (struct js){.kind = JS_ARRAY, .items = items, .n = n};
}

struct js js_of_json(struct js_budget *budget, const json_t *json)
{
	switch (json ? json_typeof(json) : JSON_NULL) {
	case JSON_TRUE: return js_bool(true);
	case JSON_FALSE: return js_bool(false);
	case JSON_INTEGER: return js_number((double)json_integer_value(json));
	case JSON_REAL: return js_number(json_real_value(json));
	case JSON_STRING:
		return js_text((struct str){json_string_value(json), json_string_length(json)});
	case JSON_ARRAY: return array_of_json(budget, json);
	case JSON_OBJECT: return (struct js){.kind = JS_OBJECT, .object = json};
	case JSON_NULL: break;
	}
	return js_null();
}

static json_t *json_of_number(double number)
{
	if (!isfinite(number))
		return json_null();
	if (number == trunc(number) && fabs(number) <= 0x1p53)
		return json_integer((json_int_t)number);
	return json_real(number);
}

static json_t *json_of_text(struct js_budget *budget, struct str text)
{
	return js_spend(budget, text.len / 16) ? json_stringn(text.ptr, text.len) : json_null();
}

static json_t *json_of_array(struct js_budget *budget, struct js value, int depth)
{
	json_t *array = json_array();

	for (size_t i = 0; i < value.n && !budget->spent; i++)
		json_array_append_new(array, js_to_json(budget, value.items[i], depth + 1));
	return array;
}

static json_t *json_of_object(struct js_budget *budget, struct js value, int depth)
{
	json_t *object = json_object(), *own = (json_t *)value.object;

	for (void *it = own ? json_object_iter(own) : NULL; it && !budget->spent;
	     it = json_object_iter_next(own, it)) {
		struct js member = js_of_json(budget, json_object_iter_value(it));

		json_object_set_new(object, json_object_iter_key(it),
				    js_to_json(budget, member, depth + 1));
	}
	if (own)
		return object;
	json_object_set_new(object, "current", js_to_json(budget, value.scope[0], depth + 1));
	json_object_set_new(object, "accumulator", js_to_json(budget, value.scope[1], depth + 1));
	return object;
}

json_t *js_to_json(struct js_budget *budget, struct js value, int depth)
{
	if (depth > 2 * MAX_NESTING || !js_spend(budget, 1)) {
		budget->spent = true;
		return json_null();
	}
	switch (value.kind) {
	case JS_BOOL: return json_boolean(value.boolean);
	case JS_NUMBER: return json_of_number(value.number);
	case JS_STRING: return json_of_text(budget, value.text);
	case JS_ARRAY: return json_of_array(budget, value, depth);
	case JS_OBJECT: return json_of_object(budget, value, depth);
	case JS_NULL:
	case JS_UNDEFINED: break;
	}
	return json_null();
}

bool js_is_true(struct js value)
{
	switch (value.kind) {
	case JS_BOOL: return value.boolean;
	case JS_NUMBER: return value.number != 0 && !isnan(value.number);
	case JS_STRING: return value.text.len > 0;
	case JS_ARRAY: return value.n > 0;
	case JS_OBJECT: return true;
	case JS_NULL:
	case JS_UNDEFINED: break;
	}
	return false;
}

/* Equal lengths are compared to the end. */
static bool same_text(struct js_budget *budget, struct str a, struct str b)
{
	return a.len == b.len && (a.ptr == b.ptr || (js_spend(budget, a.len / 64) && str_eq(a, b)));
}

bool js_strict_equals(struct js_budget *budget, struct js a, struct js b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case JS_BOOL: return a.boolean == b.boolean;
	case JS_NUMBER: return a.number == b.number;
	case JS_STRING: return same_text(budget, a.text, b.text);
	case JS_ARRAY: return a.items == b.items;
	case JS_OBJECT: return a.object == b.object && a.scope == b.scope;
	case JS_NULL:
	case JS_UNDEFINED: break;
	}
	return true;
}

static bool is_nullish(struct js value)
{
	return value.kind == JS_NULL || value.kind == JS_UNDEFINED;
}

static bool is_object(struct js value)
{
	return value.kind == JS_ARRAY || value.kind == JS_OBJECT;
}

static struct js to_primitive(struct js_budget *budget, struct js value)
{
	return is_object(value) ? js_text(js_to_text(budget, value)) : value;
}

bool js_loose_equals(struct js_budget *budget, struct js a, struct js b)
{
	if (a.kind == b.kind)
		return js_strict_equals(budget, a, b);
	if (is_nullish(a) || is_nullish(b))
		return is_nullish(a) && is_nullish(b);
	if (is_object(a) && is_object(b))
		return false;
	a = to_primitive(budget, a);
	b = to_primitive(budget, b);
	if (a.kind == b.kind)
		return js_strict_equals(budget, a, b);
	return js_to_number(budget, a) == js_to_number(budget, b);
}

bool js_is_less(struct js_budget *budget, struct js a, struct js b, bool or_equal)
{
	a = to_primitive(budget, a);
	b = to_primitive(budget, b);
	if (a.kind == JS_STRING && b.kind == JS_STRING) {
		size_t shorter = a.text.len < b.text.len ? a.text.len : b.text.len;
		int order = canon_compare(a.text, b.text);

		js_spend(budget, shorter / 16);
		return or_equal ? order <= 0 : order < 0;
	}
	double x = js_to_number(budget, a), y = js_to_number(budget, b);

	return or_equal ? x <= y : x < y;
}

static struct str text_of_number(struct js_budget *budget, double number)
{
	char text[CANON_NUMBER_TEXT];

	if (isnan(number))
		return STR("NaN");
	if (!canon_number(text, number))
		return number > 0 ? STR("Infinity") : STR("-Infinity");
	return str_of(arena_strdup(budget->arena, text));
}

static void join(struct js_budget *budget, struct js value, struct strbuf *buf, int depth)
{
	if (depth > MAX_NESTING || !js_spend(budget, 1)) {
		budget->spent = true;
		return;
	}
	for (size_t i = 0; i < value.n && !budget->spent; i++) {
		if (i)
			strbuf_add_char(buf, ',');
		if (value.items[i].kind == JS_ARRAY)
			join(budget, value.items[i], buf, depth + 1);
		else if (!is_nullish(value.items[i])) {
			struct str text = js_to_text(budget, value.items[i]);

			if (js_spend(budget, 1 + text.len / 16))
				strbuf_add_str(buf, text);
		}
	}
}

struct str js_to_text(struct js_budget *budget, struct js value)
{
	struct strbuf buf;

	switch (value.kind) {
	case JS_UNDEFINED: return STR("undefined");
	case JS_NULL: return STR("null");
	case JS_BOOL: return value.boolean ? STR("true") : STR("false");
	case JS_NUMBER: return text_of_number(budget, value.number);
	case JS_STRING: return value.text;
	case JS_OBJECT: return STR("[object Object]");
	case JS_ARRAY: break;
	}
	buf = strbuf_new(budget->arena);
	strbuf_add_c(&buf, "");
	join(budget, value, &buf, 0);
	return strbuf_str(&buf);
}

size_t js_text_length(struct str text)
{
	size_t units = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		units += (c & 0xC0) != 0x80;
		units += c >= 0xF0;
	}
	return units;
}

struct str js_text_slice(struct js_budget *budget, struct str text, size_t from, size_t n)
{
	struct strbuf buf = strbuf_new(budget->arena);
	size_t unit = 0, at = 0;

	strbuf_add_c(&buf, "");
	if (!js_spend(budget, 1 + text.len / 16))
		return STR("");
	while (at < text.len && unit < from + n) {
		unsigned char c = (unsigned char)text.ptr[at];
		size_t bytes = c >= 0xF0 ? 4 : c >= 0xE0 ? 3 : c >= 0xC0 ? 2 : 1;
		size_t units = 1 + (bytes == 4);

		if (bytes > text.len - at)
			break;
		if (unit >= from && unit + units <= from + n)
			strbuf_add(&buf, text.ptr + at, bytes);
		else if (unit + units > from)
			strbuf_add_c(&buf, "\xef\xbf\xbd");
		unit += units;
		at += bytes;
	}
	return strbuf_str(&buf);
}

static bool index_of(struct str name, uint64_t n, uint64_t *out)
{
	return name.len && (name.ptr[0] != '0' || name.len == 1) && str_to_u64(name, out) &&
	       *out < n;
}

static bool member_of_object(struct js_budget *budget, struct js value, struct str name,
			     struct js *out)
{
	if (value.scope) {
		bool current = str_eq_c(name, "current");

		if (!current && !str_eq_c(name, "accumulator"))
			return false;
		*out = value.scope[current ? 0 : 1];
		return true;
	}
	const json_t *member =
		json_object_get(value.object, arena_strndup(budget->arena, name.ptr, name.len));

	if (member)
		*out = js_of_json(budget, member);
	return member != NULL;
}

bool js_member(struct js_budget *budget, struct js value, struct str name, struct js *out)
{
	uint64_t i;

	if (value.kind == JS_OBJECT)
		return member_of_object(budget, value, name, out);
	if (value.kind != JS_ARRAY && value.kind != JS_STRING)
		return false;
	if (value.kind == JS_STRING && !js_spend(budget, value.text.len / 16))
		return false;
	size_t n = value.kind == JS_ARRAY ? value.n : js_text_length(value.text);

	if (str_eq_c(name, "length")) {
		*out = js_number((double)n);
		return true;
	}
	if (!index_of(name, n, &i))
		return false;
	*out = value.kind == JS_ARRAY ? value.items[i]
				      : js_text(js_text_slice(budget, value.text, i, 1));
	return true;
}
