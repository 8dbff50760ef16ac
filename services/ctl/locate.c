/* A walk through JSON text along a pointer; it trusts nothing but stops at the end. */
#include "locate.h"

struct cursor {
	struct str json;
	size_t at;
};

/* A NUL in the text is never one of a set. */
static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c);
}

static char peek(struct cursor *c)
{
	while (c->at < c->json.len && is_one_of(c->json.ptr[c->at], " \t\r\n"))
		c->at++;
	return c->at < c->json.len ? c->json.ptr[c->at] : '\0';
}

static void skip_string(struct cursor *c)
{
	for (c->at++; c->at < c->json.len && c->json.ptr[c->at] != '"'; c->at++)
		if (c->json.ptr[c->at] == '\\')
			c->at++;
	if (c->at < c->json.len)
		c->at++;
}

static void skip_value(struct cursor *c)
{
	size_t depth = 0;

	do {
		char first = peek(c);

		if (first == '"') {
			skip_string(c);
			continue;
		}
		if (first == '{' || first == '[')
			depth++;
		else if ((first == '}' || first == ']') && depth)
			depth--;
		c->at++;
		if (!is_one_of(first, "{}[],:"))
			while (c->at < c->json.len && !is_one_of(c->json.ptr[c->at], " \t\r\n,:]}"))
				c->at++;
	} while (depth && c->at < c->json.len);
}

/* Does the string at the cursor equal the token of a pointer ("~1" is "/")? */
static bool token_matches(struct cursor *c, struct str token)
{
	size_t from = c->at + 1, i = 0;

	skip_string(c);
	for (; i < token.len && from + 1 < c->at; i++, from++) {
		char expected = token.ptr[i];

		if (expected == '~' && i + 1 < token.len)
			expected = token.ptr[++i] == '1' ? '/' : '~';
		if (c->json.ptr[from] == '\\')
			from++;
		if (c->json.ptr[from] != expected)
			return false;
	}
	return i == token.len && from + 1 == c->at;
}

static bool enter_object(struct cursor *c, struct str token)
{
	for (c->at++; peek(c) == '"' || peek(c) == ',';) {
		if (peek(c) == ',') {
			c->at++;
			continue;
		}
		bool found = token_matches(c, token);

		if (peek(c) == ':')
			c->at++;
		peek(c);
		if (found)
			return true;
		skip_value(c);
	}
	return false;
}

static bool enter_array(struct cursor *c, struct str token)
{
	uint64_t index;

	if (!str_to_u64(token, &index))
		return false;
	for (c->at++; peek(c) && peek(c) != ']'; index--) {
		if (!index)
			return true;
		skip_value(c);
		if (peek(c) == ',')
			c->at++;
	}
	return false;
}

static void find(struct cursor *c, const char *pointer)
{
	struct str rest = str_of(pointer);

	peek(c);
	while (rest.len) {
		size_t from = c->at;

		rest.ptr++, rest.len--;
		const char *slash = memchr(rest.ptr, '/', rest.len);
		struct str token = {rest.ptr, slash ? (size_t)(slash - rest.ptr) : rest.len};
		char first = peek(c);
		bool found = first == '{'   ? enter_object(c, token)
			     : first == '[' ? enter_array(c, token)
					    : false;

		if (!found) {
			c->at = from;
			return;
		}
		rest = (struct str){rest.ptr + token.len, rest.len - token.len};
	}
}

struct place locate(struct str json, const char *pointer)
{
	struct cursor c = {.json = json};
	struct place place = {.line = 1};
	size_t start = 0, end;

	find(&c, pointer);
	place.offset = c.at < json.len ? c.at : 0;
	skip_value(&c);
	place.length = (c.at < json.len ? c.at : json.len) - place.offset;
	for (size_t i = 0; i < place.offset; i++)
		if (json.ptr[i] == '\n') {
			place.line++;
			start = i + 1;
		}
	place.column = (int)(place.offset - start) + 1;
	for (end = start; end < json.len && json.ptr[end] != '\n'; end++) {
	}
	place.source = (struct str){json.ptr + start, end - start};
	return place;
}
