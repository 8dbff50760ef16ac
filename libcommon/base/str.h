#pragma once

/*
 * Text as pointer and length (struct str, owns nothing, need not end in NUL)
 * and a growing buffer in an arena (struct strbuf).
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct arena;

struct str {
	const char *ptr;
	size_t len;
};

#define STR(literal) ((struct str){"" literal, sizeof(literal) - 1})
#define STR_FMT	     "%.*s"
#define STR_ARG(s)   (int)(s).len, (s).ptr

static inline struct str str_of(const char *s)
{
	return (struct str){s, s ? strlen(s) : 0};
}

bool str_eq(struct str a, struct str b);
bool str_eq_c(struct str a, const char *b);
/* <0, 0, >0: the order of the bytes; a text stands before what it is the beginning of. */
int str_compare(struct str a, struct str b);
/* ASCII only, independent of the locale. */
bool str_eq_nocase(struct str a, struct str b);
bool str_has_prefix(struct str s, const char *prefix);
bool str_has_suffix(struct str s, const char *suffix);
/* s without leading and trailing ASCII white space. */
struct str str_trim(struct str s);
/* Cuts *s before the first sep: the part before is returned, *s is what follows (empty at the end).
 */
struct str str_take_until(struct str *s, char sep);
/* The whole of s as a decimal number; no sign for u64, no space, no overflow. */
bool str_to_i64(struct str s, int64_t *out);
bool str_to_u64(struct str s, uint64_t *out);
/* NUL-terminated copy in the arena. */
char *str_dup(struct arena *arena, struct str s);

/* A buffer that grows in an arena; buf->ptr is always NUL-terminated after a call. */
struct strbuf {
	struct arena *arena;
	char *ptr;
	size_t len;
	size_t cap;
};

struct strbuf strbuf_new(struct arena *arena);
void strbuf_reserve(struct strbuf *buf, size_t more);
void strbuf_add(struct strbuf *buf, const char *s, size_t len);
void strbuf_add_c(struct strbuf *buf, const char *s);
void strbuf_add_str(struct strbuf *buf, struct str s);
void strbuf_add_char(struct strbuf *buf, char c);
#define U64_DIGITS 20

/* n in decimal, in the last of the digits that are given. */
struct str u64_text(char digits[U64_DIGITS], uint64_t n);

/* In decimal digits. */
void strbuf_add_u64(struct strbuf *buf, uint64_t n);
void strbuf_add_i64(struct strbuf *buf, int64_t n);
void strbuf_printf(struct strbuf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
struct str strbuf_str(const struct strbuf *buf);
/* Bytes at the start of s that stand for themselves in JSON text: plain ASCII. */
size_t json_plain_length(const char *s, size_t len);
/* s as a JSON string with its quotes; invalid UTF-8 becomes U+FFFD. */
void strbuf_add_json(struct strbuf *buf, struct str s);
