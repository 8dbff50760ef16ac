/* Numbers, text and bytes as JSON writes them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "pbjson/writer.h"

#define NUMBER_TEXT 32

void put_unsigned(struct writer *w, uint64_t n)
{
	char digits[U64_DIGITS];
	struct str text = u64_text(digits, n);

	put(w, text.ptr, text.len);
}

void put_signed(struct writer *w, int64_t n)
{
	if (n < 0)
		put_char(w, '-');
	put_unsigned(w, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void put_quoted_unsigned(struct writer *w, uint64_t n)
{
	put_char(w, '"');
	put_unsigned(w, n);
	put_char(w, '"');
}

void put_quoted_signed(struct writer *w, int64_t n)
{
	put_char(w, '"');
	put_signed(w, n);
	put_char(w, '"');
}

static void put_text(struct writer *w, const char *s, size_t len)
{
	char *out;

	if (json_plain_length(s, len) < len) {
		w->buf->ptr[w->buf->len] = '\0';
		strbuf_add_json(w->buf, (struct str){s, len});
		return;
	}
	out = room(w, len + 2);
	out[0] = '"';
	memcpy(out + 1, s, len);
	out[len + 1] = '"';
	w->buf->len += len + 2;
}

void put_string(struct writer *w, const char *s)
{
	put_text(w, s ? s : "", s ? strlen(s) : 0);
}

void put_double(struct writer *w, double d, bool narrow)
{
	char text[NUMBER_TEXT];
	int first = narrow ? 6 : 15, last = narrow ? 9 : 17;
	int len = 0;

	if (isnan(d) || isinf(d)) {
		put_string(w, isnan(d) ? "NaN" : d > 0 ? "Infinity" : "-Infinity");
		return;
	}
	/* The fewest digits that read back as the same number. */
	for (int digits = first; digits <= last; digits++) {
		len = snprintf(text, sizeof text, "%.*g", digits, d);
		if (narrow ? strtof(text, NULL) == (float)d : strtod(text, NULL) == d)
			break;
	}
	put(w, text, (size_t)len);
}

void put_base64(struct writer *w, const ProtobufCBinaryData *bytes)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	size_t whole = bytes->len / 3 * 3, rest = bytes->len - whole;
	char *out = room(w, (bytes->len + 2) / 3 * 4 + 2);
	const uint8_t *p = bytes->data;

	*out++ = '"';
	for (size_t i = 0; i < bytes->len; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 |
			     (i + 1 < bytes->len ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < bytes->len ? p[i + 2] : 0);

		*out++ = alphabet[v >> 18];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = i < whole || rest > 1 ? alphabet[v >> 6 & 63] : '=';
		*out++ = i < whole ? alphabet[v & 63] : '=';
	}
	*out++ = '"';
	w->buf->len = (size_t)(out - w->buf->ptr);
}
