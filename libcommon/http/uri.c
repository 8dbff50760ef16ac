#include "http/uri.h"

#include "base/arena.h"
#include "base/encoding.h"
#include "base/utf8.h"

static bool needs_decoding(struct str raw, bool plus)
{
	return raw.len &&
	       (memchr(raw.ptr, '%', raw.len) || (plus && memchr(raw.ptr, '+', raw.len)));
}

/* One character at raw[*at]; false for a bad escape or NUL. */
static bool decode_one(struct str raw, size_t *at, bool plus, char *out)
{
	char c = raw.ptr[*at];

	if (c == '%') {
		if (raw.len - *at < 3 || !hex_decode(out, 1, (struct str){raw.ptr + *at + 1, 2}))
			return false;
		*at += 3;
		return *out != '\0';
	}
	*out = c == '+' && plus ? ' ' : c;
	++*at;
	return c != '\0';
}

bool uri_decode(struct arena *arena, struct str raw, bool plus, struct str *out)
{
	struct str text = raw;

	if (needs_decoding(raw, plus)) {
		char *copy = arena_alloc(arena, raw.len + 1);
		size_t n = 0;

		for (size_t i = 0; i < raw.len; n++)
			if (!decode_one(raw, &i, plus, &copy[n]))
				return false;
		copy[n] = '\0';
		text = (struct str){copy, n};
	} else if (raw.len && memchr(raw.ptr, '\0', raw.len)) {
		return false;
	}
	if (!utf8_is_valid(text.ptr, text.len))
		return false;
	*out = text;
	return true;
}

bool uri_query_next(struct str *query, struct str *name, struct str *value)
{
	while (query->len) {
		struct str piece = str_take_until(query, '&');

		if (piece.len == 0)
			continue;
		*name = str_take_until(&piece, '=');
		*value = piece;
		return true;
	}
	return false;
}
