/* Literals of FEEL: read, compared, and carried to and from JSON. */
#include "screener/value/feel.h"

#include "screener/json/canon.h"

const char *feel_kind_name(enum feel_kind kind)
{
	switch (kind) {
	case FEEL_BOOLEAN: return "boolean";
	case FEEL_NUMBER: return "number";
	case FEEL_TEXT: return "string";
	case FEEL_DATE: return "date";
	case FEEL_NULL: break;
	}
	return "Any";
}

size_t feel_skip_space(struct str text, size_t at)
{
	while (at < text.len && strchr(" \t\r\n", text.ptr[at]) && text.ptr[at])
		at++;
	return at;
}

static bool fail_at(struct feel_error *error, size_t at, const char *message)
{
	*error = (struct feel_error){at, message};
	return false;
}

static bool is_digit(struct str text, size_t at)
{
	return at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9';
}

/* "1..5" is a 1, then a range: a point belongs to a number only before a digit. */
static bool read_number(struct str text, size_t *at, struct feel *out, struct feel_error *error)
{
	char copy[64];
	size_t from = *at, end = from + (text.ptr[from] == '-'), n = 0;

	if (is_digit(text, end) ||
	    (end < text.len && text.ptr[end] == '.' && is_digit(text, end + 1)))
		for (; is_digit(text, end) ||
		       (end < text.len && text.ptr[end] == '.' && is_digit(text, end + 1));
		     end++) {
		}
	if (end - from > sizeof copy - 3)
		return fail_at(error, from, "This number has too many digits.");
	/* JSON's grammar wants a digit before the point and no leading zeros. */
	for (size_t i = from; i < end; i++) {
		bool leads = n == 0 || (n == 1 && copy[0] == '-');

		if (leads && text.ptr[i] == '0' && is_digit(text, i + 1))
			continue;
		if (leads && text.ptr[i] == '.')
			copy[n++] = '0';
		copy[n++] = text.ptr[i];
	}
	switch (number_parse((struct str){copy, n}, &out->number)) {
	case NUMBER_OK: break;
	case NUMBER_SYNTAX: return fail_at(error, from, "A number was expected here.");
	case NUMBER_PRECISION: return fail_at(error, from, "This number has too many digits.");
	}
	out->kind = FEEL_NUMBER;
	*at = end;
	return true;
}

static bool add_escape(struct strbuf *buf, struct str text, size_t *at)
{
	static const char names[] = "n\nt\tr\rf\fb\b\"\"''\\\\//";

	if (*at >= text.len)
		return false;
	const char *name = text.ptr[*at] ? strchr(names, text.ptr[*at]) : NULL;

	if (!name || (name - names) % 2)
		return false;
	strbuf_add_char(buf, name[1]);
	return true;
}

static bool read_text(struct arena *arena, struct str text, size_t *at, struct str *out,
		      struct feel_error *error)
{
	struct strbuf buf = strbuf_new(arena);
	size_t i = *at + 1;

	strbuf_add_c(&buf, "");
	for (; i < text.len && text.ptr[i] != '"'; i++) {
		if (text.ptr[i] != '\\') {
			strbuf_add_char(&buf, text.ptr[i]);
			continue;
		}
		i++;
		if (!add_escape(&buf, text, &i))
			return fail_at(error, i - 1, "This escape is not supported.");
	}
	if (i >= text.len)
		return fail_at(error, *at, "This text has no closing quote.");
	*out = strbuf_str(&buf);
	*at = i + 1;
	return true;
}

static bool read_date(struct arena *arena, struct str text, size_t *at, bool call, struct feel *out,
		      struct feel_error *error)
{
	size_t from = *at;
	struct str written;

	if (*at >= text.len || text.ptr[*at] != '"')
		return fail_at(error, from, "A date in quotes was expected here.");
	if (!read_text(arena, text, at, &written, error))
		return false;
	if (!date_parse(written, &out->date))
		return fail_at(error, from, "This is no date of the form YYYY-MM-DD.");
	if (call) {
		*at = feel_skip_space(text, *at);
		if (*at >= text.len || text.ptr[*at] != ')')
			return fail_at(error, *at, "The closing bracket of date(...) is missing.");
		++*at;
	}
	out->kind = FEEL_DATE;
	return true;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

static bool read_word(struct arena *arena, struct str text, size_t *at, struct feel *out,
		      struct feel_error *error)
{
	size_t from = *at, end = from;

	while (end < text.len && is_name_char(text.ptr[end]))
		end++;
	struct str word = {text.ptr + from, end - from};

	*at = end;
	if (str_eq_c(word, "true") || str_eq_c(word, "false")) {
		*out = (struct feel){.kind = FEEL_BOOLEAN, .boolean = word.ptr[0] == 't'};
		return true;
	}
	if (str_eq_c(word, "null")) {
		*out = (struct feel){};
		return true;
	}
	*at = feel_skip_space(text, end);
	if (!str_eq_c(word, "date") || *at >= text.len || text.ptr[*at] != '(')
		return fail_at(error, from, "Only literals are supported here.");
	*at = feel_skip_space(text, *at + 1);
	return read_date(arena, text, at, true, out, error);
}

bool feel_literal(struct arena *arena, struct str text, size_t *at, struct feel *out,
		  struct feel_error *error)
{
	*at = feel_skip_space(text, *at);
	if (*at >= text.len)
		return fail_at(error, *at, "A value is missing here.");
	switch (text.ptr[*at]) {
	case '"': out->kind = FEEL_TEXT; return read_text(arena, text, at, &out->text, error);
	case '@': ++*at; return read_date(arena, text, at, false, out, error);
	case '-':
	case '.': return read_number(text, at, out, error);
	default: break;
	}
	return is_digit(text, *at) ? read_number(text, at, out, error)
				   : read_word(arena, text, at, out, error);
}

bool feel_parse(struct arena *arena, struct str text, struct feel *out, struct feel_error *error)
{
	size_t at = 0;

	if (!feel_literal(arena, text, &at, out, error))
		return false;
	at = feel_skip_space(text, at);
	return at == text.len || fail_at(error, at, "There is more than one value here.");
}

bool feel_parse_list(struct arena *arena, struct str text, struct feel **out, size_t *n,
		     struct feel_error *error)
{
	size_t capacity = 0, at = 0, count = 0;
	struct feel *values = NULL;

	for (;;) {
		if (count == capacity) {
			size_t grown = capacity ? 2 * capacity : 4;

			values = arena_grow(arena, values, capacity * sizeof *values,
					    grown * sizeof *values);
			capacity = grown;
		}
		if (!feel_literal(arena, text, &at, &values[count++], error))
			return false;
		at = feel_skip_space(text, at);
		if (at == text.len)
			break;
		if (text.ptr[at++] != ',')
			return fail_at(error, at - 1, "A comma was expected here.");
	}
	*out = values;
	*n = count;
	return true;
}

int feel_compare(const struct feel *a, const struct feel *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	switch (a->kind) {
	case FEEL_BOOLEAN: return a->boolean - b->boolean;
	case FEEL_NUMBER: return number_compare(a->number, b->number);
	case FEEL_TEXT: return str_compare(a->text, b->text);
	case FEEL_DATE: return (a->date > b->date) - (a->date < b->date);
	case FEEL_NULL: break;
	}
	return 0;
}

/* The shortest decimal of a double is what its writer wrote, up to 15 digits. */
static bool number_of_json(const json_t *json, struct number *out)
{
	char text[CANON_NUMBER_TEXT];

	if (json_is_integer(json)) {
		*out = number_of(json_integer_value(json));
		return true;
	}
	return canon_number(text, json_real_value(json)) &&
	       number_parse(str_of(text), out) == NUMBER_OK;
}

bool feel_of_json(struct arena *arena, const json_t *json, enum feel_kind wanted, struct feel *out)
{
	struct feel value = {};
	struct str text = {json_string_value(json), json_string_length(json)};

	if (!json || json_is_null(json)) {
		*out = value;
		return true;
	}
	if (json_is_boolean(json)) {
		value = (struct feel){.kind = FEEL_BOOLEAN, .boolean = json_is_true(json)};
	} else if (json_is_number(json)) {
		value.kind = FEEL_NUMBER;
		if (!number_of_json(json, &value.number))
			return false;
	} else if (json_is_string(json) && wanted == FEEL_DATE) {
		value.kind = FEEL_DATE;
		if (!date_parse(text, &value.date))
			return false;
	} else if (json_is_string(json)) {
		value.kind = FEEL_TEXT;
		value.text = (struct str){str_dup(arena, text), text.len};
	} else {
		return false;
	}
	if (wanted != FEEL_NULL && wanted != value.kind)
		return false;
	*out = value;
	return true;
}

static json_t *json_of_number(struct number number)
{
	char text[NUMBER_TEXT];

	if (number_is_integer(number))
		return json_integer(number.num);
	if (!number_format(text, number))
		return json_string(text); /* a fraction that no decimal writes exactly */
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	return json ? json : json_string(text);
}

json_t *feel_to_json(const struct feel *value)
{
	char date[DATE_TEXT];

	switch (value->kind) {
	case FEEL_BOOLEAN: return json_boolean(value->boolean);
	case FEEL_NUMBER: return json_of_number(value->number);
	case FEEL_TEXT: return json_stringn(value->text.ptr, value->text.len);
	case FEEL_DATE: date_format(date, value->date); return json_string(date);
	case FEEL_NULL: break;
	}
	return json_null();
}
