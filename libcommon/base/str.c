#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/bytes8.h"
#include "base/utf8.h"

bool str_eq(struct str a, struct str b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

int str_compare(struct str a, struct str b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order = shorter ? memcmp(a.ptr, b.ptr, shorter) : 0;

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_eq_c(struct str a, const char *b)
{
	return str_eq(a, str_of(b));
}

static unsigned char lower(char c)
{
	return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool str_eq_nocase(struct str a, struct str b)
{
	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++)
		if (lower(a.ptr[i]) != lower(b.ptr[i]))
			return false;
	return true;
}

bool str_has_prefix(struct str s, const char *prefix)
{
	size_t len = strlen(prefix);

	return s.len >= len && memcmp(s.ptr, prefix, len) == 0;
}

bool str_has_suffix(struct str s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.len >= len && memcmp(s.ptr + s.len - len, suffix, len) == 0;
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s)
{
	while (s.len && is_space(s.ptr[0]))
		s = (struct str){s.ptr + 1, s.len - 1};
	while (s.len && is_space(s.ptr[s.len - 1]))
		s.len--;
	return s;
}

struct str str_take_until(struct str *s, char sep)
{
	const char *at = s->len ? memchr(s->ptr, sep, s->len) : NULL;
	size_t len = at ? (size_t)(at - s->ptr) : s->len;
	struct str head = {s->ptr, len};
	size_t skip = at ? len + 1 : len;

	*s = (struct str){s->ptr + skip, s->len - skip};
	return head;
}

bool str_to_u64(struct str s, uint64_t *out)
{
	uint64_t n = 0;

	if (s.len == 0)
		return false;
	for (size_t i = 0; i < s.len; i++) {
		unsigned digit = (unsigned char)s.ptr[i] - '0';

		if (digit > 9 || __builtin_mul_overflow(n, 10, &n) ||
		    __builtin_add_overflow(n, digit, &n))
			return false;
	}
	*out = n;
	return true;
}

bool str_to_i64(struct str s, int64_t *out)
{
	bool negative = s.len && s.ptr[0] == '-';
	uint64_t n;

	if (negative)
		s = (struct str){s.ptr + 1, s.len - 1};
	if (!str_to_u64(s, &n) || n > (uint64_t)INT64_MAX + negative)
		return false;
	*out = negative ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

char *str_dup(struct arena *arena, struct str s)
{
	return arena_strndup(arena, s.ptr, s.len);
}

struct strbuf strbuf_new(struct arena *arena)
{
	return (struct strbuf){.arena = arena, .ptr = arena_strndup(arena, "", 0), .cap = 1};
}

void strbuf_reserve(struct strbuf *buf, size_t more)
{
	size_t need = buf->len + more + 1;
	size_t cap = buf->cap ? buf->cap : 1;

	if (need <= buf->cap)
		return;
	while (cap < need)
		cap = cap < 64 ? 64 : cap * 2;
	buf->ptr = arena_grow(buf->arena, buf->ptr, buf->cap, cap);
	buf->cap = cap;
}

void strbuf_add(struct strbuf *buf, const char *s, size_t len)
{
	if (buf->cap - buf->len <= len)
		strbuf_reserve(buf, len);
	if (len)
		memcpy(buf->ptr + buf->len, s, len);
	buf->len += len;
	buf->ptr[buf->len] = '\0';
}

void strbuf_add_c(struct strbuf *buf, const char *s)
{
	strbuf_add(buf, s, strlen(s));
}

void strbuf_add_str(struct strbuf *buf, struct str s)
{
	strbuf_add(buf, s.ptr, s.len);
}

void strbuf_add_char(struct strbuf *buf, char c)
{
	strbuf_add(buf, &c, 1);
}

struct str u64_text(char digits[U64_DIGITS], uint64_t n)
{
	size_t at = U64_DIGITS;

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	return (struct str){digits + at, U64_DIGITS - at};
}

void strbuf_add_u64(struct strbuf *buf, uint64_t n)
{
	char digits[U64_DIGITS];

	strbuf_add_str(buf, u64_text(digits, n));
}

void strbuf_add_i64(struct strbuf *buf, int64_t n)
{
	if (n < 0)
		strbuf_add_char(buf, '-');
	strbuf_add_u64(buf, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void strbuf_printf(struct strbuf *buf, const char *fmt, ...)
{
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf->ptr + buf->len, buf->cap - buf->len, fmt, ap);
	va_end(ap);
	if (len < 0)
		abort();
	if ((size_t)len >= buf->cap - buf->len) {
		strbuf_reserve(buf, (size_t)len);
		va_start(ap, fmt);
		vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, ap);
		va_end(ap);
	}
	buf->len += (size_t)len;
}

struct str strbuf_str(const struct strbuf *buf)
{
	return (struct str){buf->ptr, buf->len};
}

static void add_json_escape(struct strbuf *buf, unsigned char c)
{
	static const char shorts[] = "\"\\\b\f\n\r\t";
	static const char names[] = "\"\\bfnrt";
	const char *at = c ? strchr(shorts, c) : NULL;

	if (at)
		strbuf_add(buf, (char[]){'\\', names[at - shorts]}, 2);
	else
		strbuf_printf(buf, "\\u%04x", c);
}

size_t json_plain_length(const char *s, size_t len)
{
	size_t n = 0;

	for (; len - n >= 8; n += 8) {
		uint64_t word = bytes8_load(s + n), quote = word ^ BYTES8_ONES * '"',
			 slash = word ^ BYTES8_ONES * '\\';

		/* A borrow only ever comes from a byte that is not plain itself. */
		if (((quote - BYTES8_ONES) | (slash - BYTES8_ONES) | (word - BYTES8_ONES * ' ') |
		     word) &
		    BYTES8_HIGHS)
			break;
	}
	while (n < len && (unsigned char)s[n] >= ' ' && (unsigned char)s[n] < 0x80 && s[n] != '"' &&
	       s[n] != '\\')
		n++;
	return n;
}

void strbuf_add_json(struct strbuf *buf, struct str s)
{
	size_t from = 0, n;

	strbuf_add_char(buf, '"');
	for (size_t i = 0; i < s.len;) {
		i += json_plain_length(s.ptr + i, s.len - i);
		if (i == s.len)
			break;
		n = utf8_sequence(s.ptr + i, s.len - i);
		if (n > 1) {
			i += n;
			continue;
		}
		strbuf_add(buf, s.ptr + from, i - from);
		if (n)
			add_json_escape(buf, (unsigned char)s.ptr[i]);
		else
			strbuf_add_c(buf, "\xef\xbf\xbd");
		from = ++i;
	}
	if (s.len)
		strbuf_add(buf, s.ptr + from, s.len - from);
	strbuf_add_char(buf, '"');
}
