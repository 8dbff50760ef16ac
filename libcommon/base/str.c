#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/bytes8.h"

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

/* The length of the well-formed sequence at s, 0 when there is none. */
static size_t utf8_sequence(const unsigned char *s, size_t len)
{
	if (s[0] < 0x80)
		return 1;
	if (s[0] < 0xc2 || s[0] > 0xf4)
		return 0;
	if (len < 2 || (s[1] & 0xc0) != 0x80)
		return 0;
	if (s[0] < 0xe0)
		return 2;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	if (len < 3 || (s[2] & 0xc0) != 0x80)
		return 0;
	if (s[0] < 0xf0)
		return 3;
	return len >= 4 && (s[3] & 0xc0) == 0x80 ? 4 : 0;
}

bool utf8_is_valid(const char *s, size_t len)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < len;) {
		/* Most text is ASCII. */
		while (len - i >= 8 && !bytes8_any_high(bytes8_load(p + i)))
			i += 8;
		if (i == len)
			break;
		size_t n = utf8_sequence(p + i, len - i);
		if (n == 0)
			return false;
		i += n;
	}
	return true;
}

size_t utf8_length(const char *s, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += ((unsigned char)s[i] & 0xc0) != 0x80;
	return n;
}

size_t utf8_put(char *out, uint32_t c)
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 63));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 63));
		out[2] = (char)(0x80 | (c & 63));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 63));
	out[2] = (char)(0x80 | (c >> 6 & 63));
	out[3] = (char)(0x80 | (c & 63));
	return 4;
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
	const unsigned char *p = (const unsigned char *)s.ptr;
	size_t from = 0, n;

	strbuf_add_char(buf, '"');
	for (size_t i = 0; i < s.len;) {
		i += json_plain_length(s.ptr + i, s.len - i);
		if (i == s.len)
			break;
		n = utf8_sequence(p + i, s.len - i);
		if (n > 1) {
			i += n;
			continue;
		}
		strbuf_add(buf, s.ptr + from, i - from);
		if (n)
			add_json_escape(buf, p[i]);
		else
			strbuf_add_c(buf, "\xef\xbf\xbd");
		from = ++i;
	}
	if (s.len)
		strbuf_add(buf, s.ptr + from, s.len - from);
	strbuf_add_char(buf, '"');
}

void hex_encode(char *out, const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *p = data;

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * len] = '\0';
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (lower(c) >= 'a' && lower(c) <= 'f')
		return lower(c) - 'a' + 10;
	return -1;
}

bool hex_decode(void *out, size_t len, struct str hex)
{
	unsigned char *p = out;

	if (hex.len != 2 * len)
		return false;
	for (size_t i = 0; i < len; i++) {
		int hi = hex_digit(hex.ptr[2 * i]), lo = hex_digit(hex.ptr[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		p[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

static char *base64_with(struct arena *arena, const void *data, size_t len, const char *tail,
			 bool pad)
{
	static const char common[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
	const unsigned char *p = data;
	char *out = arena_alloc(arena, (len + 2) / 3 * 4 + 1);
	char *o = out;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = len - i < 3 ? len - i : 3;
		uint32_t v = (uint32_t)p[i] << 16 | (n > 1 ? (uint32_t)p[i + 1] << 8 : 0) |
			     (n > 2 ? p[i + 2] : 0);

		for (size_t k = 0; k <= n; k++) {
			uint32_t six = v >> (18 - 6 * k) & 63;
			*o++ = six < 62 ? common[six] : tail[six - 62];
		}
		for (size_t k = n; pad && k < 3; k++)
			*o++ = '=';
	}
	*o = '\0';
	return out;
}

char *base64url_encode(struct arena *arena, const void *data, size_t len)
{
	return base64_with(arena, data, len, "-_", false);
}

char *base64_encode(struct arena *arena, const void *data, size_t len)
{
	return base64_with(arena, data, len, "+/", true);
}

static int base64_digit(char c, bool url, bool std)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if ((url && c == '-') || (std && c == '+'))
		return 62;
	if ((url && c == '_') || (std && c == '/'))
		return 63;
	return -1;
}

static bool base64_parse(struct arena *arena, struct str t, bool std, uint8_t **out, size_t *len)
{
	uint8_t *bytes = arena_alloc(arena, t.len / 4 * 3 + 3);
	uint32_t acc = 0;
	size_t n = 0;
	int bits = 0;

	if (t.len % 4 == 1)
		return false;
	for (size_t i = 0; i < t.len; i++) {
		int digit = base64_digit(t.ptr[i], true, std);

		if (digit < 0)
			return false;
		acc = acc << 6 | (uint32_t)digit;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			bytes[n++] = (uint8_t)(acc >> bits);
			acc &= (1u << bits) - 1;
		}
	}
	if (acc != 0 && !std)
		return false;
	*out = bytes;
	*len = n;
	return true;
}

bool base64url_decode(struct arena *arena, struct str text, uint8_t **out, size_t *len)
{
	return base64_parse(arena, text, false, out, len);
}

bool base64_decode_any(struct arena *arena, struct str text, uint8_t **out, size_t *len)
{
	size_t padding = 0;

	while (padding < 2 && text.len && text.ptr[text.len - 1] == '=') {
		text.len--;
		padding++;
	}
	if (padding && (text.len + padding) % 4 != 0)
		return false;
	return base64_parse(arena, text, true, out, len);
}

uint32_t fnv1a_32(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

uint64_t fnv1a_64(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}
