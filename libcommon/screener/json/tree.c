/*
 * jansson reads byte by byte; the scanner passes over a string at once.  What
 * the scanner does not take (deep nesting, duplicates, everything that is no
 * JSON) is given to jansson, whose verdict it is.
 */
#include "screener/json/tree.h"

#include <stdio.h>

#include "screener/json/scan.h"

static json_t *read_value(struct scan *s);

static json_t *read_object(struct scan *s)
{
	json_t *object = json_object();
	bool first = true;
	struct str name;
	size_t n = 0;

	scan_enter(s, '{');
	while (scan_member(s, &first, &name)) {
		json_t *value = read_value(s);

		if (!value || json_object_setn_new_nocheck(object, name.ptr, name.len, value) ||
		    json_object_size(object) != ++n)
			s->failed = true;
	}
	return object;
}

static json_t *read_array(struct scan *s)
{
	json_t *array = json_array();
	bool first = true;

	scan_enter(s, '[');
	while (scan_element(s, &first)) {
		json_t *value = read_value(s);

		if (!value || json_array_append_new(array, value))
			s->failed = true;
	}
	return array;
}

static json_t *read_string(struct scan *s)
{
	struct str text;

	return scan_string(s, &text) ? json_stringn_nocheck(text.ptr, text.len) : NULL;
}

static json_t *read_number(struct scan *s)
{
	struct str text;
	int64_t n;

	if (!scan_number(s, &text))
		return NULL;
	if (text.len <= 18 && str_to_i64(text, &n))
		return json_integer(n);
	return json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);
}

static json_t *read_value(struct scan *s)
{
	bool flag = false;

	switch (scan_peek(s)) {
	case '{': return read_object(s);
	case '[': return read_array(s);
	case '"': return read_string(s);
	case '0': return read_number(s);
	case 't':
	case 'f': return scan_bool(s, &flag) ? json_boolean(flag) : NULL;
	case 'n': return scan_null(s) ? json_null() : NULL;
	default: return NULL;
	}
}

json_t *json_tree_read(struct str text, json_error_t *error)
{
	struct arena *arena = arena_new(SIZE_MAX);
	struct scan scan = scan_new(arena, text);
	char begin = scan_peek(&scan);
	json_t *json = begin == '{' || begin == '[' ? read_value(&scan) : NULL;
	bool is_read = json && scan_is_done(&scan);

	arena_free(&arena);
	if (is_read)
		return json;
	json_decref(json);
	return json_any_read(text, JSON_REJECT_DUPLICATES, error);
}

json_t *json_any_read(struct str text, size_t flags, json_error_t *error)
{
	json_t *json = json_loadb(text.ptr, text.len, flags, error);

	if (!json || !memchr(text.ptr, '\0', text.len))
		return json;
	json_decref(json);
	if (error) {
		*error = (json_error_t){.line = 1, .column = 1};
		snprintf(error->text, sizeof error->text, "a NUL byte is no JSON");
	}
	return NULL;
}

struct str json_str(const json_t *string)
{
	return (struct str){json_string_value(string), json_string_length(string)};
}
