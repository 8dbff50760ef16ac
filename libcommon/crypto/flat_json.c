#include "crypto/flat_json.h"

#include "base/arena.h"
#include "base/encoding.h"
#include "base/utf8.h"

struct reader {
	struct arena *arena;
	const char *p;
	const char *end;
};

static void skip_space(struct reader *r)
{
	while (r->p < r->end && (*r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'))
		r->p++;
}

static bool take(struct reader *r, char c)
{
	skip_space(r);
	if (r->p == r->end || *r->p != c)
		return false;
	r->p++;
	return true;
}

static bool peek(struct reader *r, char c)
{
	skip_space(r);
	return r->p < r->end && *r->p == c;
}

static bool take_word(struct reader *r, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(r->end - r->p) < len || memcmp(r->p, word, len) != 0)
		return false;
	r->p += len;
	return true;
}

static bool take_hex4(struct reader *r, uint32_t *out)
{
	uint8_t b[2];

	if (r->end - r->p < 4 || !hex_decode(b, 2, (struct str){r->p, 4}))
		return false;
	r->p += 4;
	*out = (uint32_t)b[0] << 8 | b[1];
	return true;
}

/* After "\u": one code point, a surrogate pair counting as one; never U+0000. */
static bool take_unicode(struct reader *r, uint32_t *out)
{
	uint32_t high, low;

	if (!take_hex4(r, &high))
		return false;
	if (high >= 0xd800 && high < 0xdc00) {
		if (!take_word(r, "\\u") || !take_hex4(r, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		*out = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
		return true;
	}
	*out = high;
	return high != 0 && (high < 0xdc00 || high > 0xdfff);
}

static bool take_escape(struct reader *r, char **w)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *at;
	uint32_t c;

	if (r->p == r->end || *r->p == '\0')
		return false;
	if (*r->p == 'u') {
		r->p++;
		if (!take_unicode(r, &c))
			return false;
		*w += utf8_put(*w, c);
		return true;
	}
	at = strchr(from, *r->p++);
	if (!at)
		return false;
	*(*w)++ = to[at - from];
	return true;
}

static bool take_string(struct reader *r, const char **out)
{
	char *text, *w;

	if (!take(r, '"'))
		return false;
	/* Decoding never makes it longer. */
	text = w = arena_alloc(r->arena, (size_t)(r->end - r->p) + 1);
	while (r->p < r->end && *r->p != '"') {
		char c = *r->p++;

		if ((unsigned char)c < 0x20)
			return false;
		if (c != '\\')
			*w++ = c;
		else if (!take_escape(r, &w))
			return false;
	}
	*w = '\0';
	*out = text;
	return take(r, '"') && utf8_is_valid(text, (size_t)(w - text));
}

/* No fraction, no exponent, no leading zero. */
static bool take_integer(struct reader *r, int64_t *out)
{
	const char *start = r->p, *first;

	if (r->p < r->end && *r->p == '-')
		r->p++;
	first = r->p;
	while (r->p < r->end && *r->p >= '0' && *r->p <= '9')
		r->p++;
	if (r->p == first || (*first == '0' && r->p - first > 1))
		return false;
	return str_to_i64((struct str){start, (size_t)(r->p - start)}, out);
}

static bool take_strings(struct reader *r, struct flat_json_member *m)
{
	const char **items = arena_array_of(r->arena, const char *, FLAT_JSON_ITEMS);

	m->items = items;
	if (!take(r, '['))
		return false;
	if (take(r, ']'))
		return true;
	do {
		if (m->n_items == FLAT_JSON_ITEMS || !take_string(r, &items[m->n_items++]))
			return false;
	} while (take(r, ','));
	return take(r, ']');
}

static bool take_value(struct reader *r, struct flat_json_member *m)
{
	if (peek(r, '"')) {
		m->kind = FLAT_STRING;
		return take_string(r, &m->string);
	}
	if (peek(r, '[')) {
		m->kind = FLAT_STRINGS;
		return take_strings(r, m);
	}
	if (peek(r, 't') || peek(r, 'f')) {
		m->kind = FLAT_BOOL;
		m->boolean = *r->p == 't';
		return take_word(r, m->boolean ? "true" : "false");
	}
	m->kind = FLAT_INTEGER;
	return take_integer(r, &m->integer);
}

static bool take_member(struct reader *r, struct flat_json *object)
{
	struct flat_json_member m = {};

	if (object->n == FLAT_JSON_MEMBERS || !take_string(r, &m.name) || !take(r, ':') ||
	    !take_value(r, &m) || flat_json_find(object, m.name))
		return false;
	object->members[object->n++] = m;
	return true;
}

bool flat_json_parse(struct arena *arena, struct str text, struct flat_json *out)
{
	struct reader r = {arena, text.ptr, text.ptr + text.len};

	out->n = 0;
	if (!take(&r, '{'))
		return false;
	if (!take(&r, '}')) {
		do {
			if (!take_member(&r, out))
				return false;
		} while (take(&r, ','));
		if (!take(&r, '}'))
			return false;
	}
	skip_space(&r);
	return r.p == r.end;
}

const struct flat_json_member *flat_json_find(const struct flat_json *object, const char *name)
{
	for (size_t i = 0; i < object->n; i++)
		if (strcmp(object->members[i].name, name) == 0)
			return &object->members[i];
	return NULL;
}
