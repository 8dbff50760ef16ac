#pragma once

/*
 * The growing output of pbjson_write and the pieces it is made of.  Room is
 * reserved once a piece and stored into directly; the NUL comes at the end.
 * Internal to pbjson.
 */
#include "pbjson/pbjson.h"

struct writer {
	struct strbuf *buf;
	const struct pbjson_write_options *options;
	uint32_t depth;
};

/* Room for n bytes and a NUL at the end of the output. */
static inline char *room(struct writer *w, size_t n)
{
	if (w->buf->cap - w->buf->len <= n)
		strbuf_reserve(w->buf, n);
	return w->buf->ptr + w->buf->len;
}

static inline void put(struct writer *w, const char *s, size_t n)
{
	memcpy(room(w, n), s, n);
	w->buf->len += n;
}

static inline void put_char(struct writer *w, char c)
{
	*room(w, 1) = c;
	w->buf->len++;
}

void put_unsigned(struct writer *w, uint64_t n);
void put_signed(struct writer *w, int64_t n);
void put_quoted_unsigned(struct writer *w, uint64_t n);
void put_quoted_signed(struct writer *w, int64_t n);
/* NULL is "". */
void put_string(struct writer *w, const char *s);
/* The fewest digits that read back as the same number; narrow for float. */
void put_double(struct writer *w, double d, bool narrow);
void put_base64(struct writer *w, const ProtobufCBinaryData *bytes);
