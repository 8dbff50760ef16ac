/* The reader of answers: outside bytes, so it refuses everything that is not JSON. */
#include "screener/json/scan.h"

#include "base/encoding.h"
#include "base/utf8.h"

struct scan scan_new(struct arena *arena, struct str json)
{
	return (struct scan){.at = json.ptr, .end = json.ptr + json.len, .arena = arena};
}

static bool fail(struct scan *s)
{
	s->failed = true;
	return false;
}

static void skip_space(struct scan *s)
{
	while (s->at < s->end &&
	       (*s->at == ' ' || *s->at == '\n' || *s->at == '\t' || *s->at == '\r'))
		s->at++;
}

char scan_peek(struct scan *s)
{
	if (s->failed)
		return 0;
	skip_space(s);
	if (s->at == s->end)
		return 0;
	if (*s->at == '-' || (*s->at >= '0' && *s->at <= '9'))
		return '0';
	return strchr("{[\"tfn", *s->at) ? *s->at : 0;
}

static bool take(struct scan *s, char c)
{
	if (s->failed)
		return false;
	skip_space(s);
	if (s->at == s->end || *s->at != c)
		return false;
	s->at++;
	return true;
}

static bool take_hex4(struct scan *s, uint32_t *out)
{
	uint32_t n = 0;

	if (s->end - s->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*s->at++);

		if (digit < 0)
			return false;
		n = n << 4 | (uint32_t)digit;
	}
	*out = n;
	return true;
}

/* After "\u"; a NUL is refused, for texts end up in C strings and in PostgreSQL. */
static bool take_unicode(struct scan *s, uint32_t *out)
{
	uint32_t high, low;

	if (!take_hex4(s, &high) || !high || (high >= 0xdc00 && high < 0xe000))
		return false;
	if (high < 0xd800 || high >= 0xe000) {
		*out = high;
		return true;
	}
	if (s->end - s->at < 6 || s->at[0] != '\\' || s->at[1] != 'u')
		return false;
	s->at += 2;
	if (!take_hex4(s, &low) || low < 0xdc00 || low >= 0xe000)
		return false;
	*out = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
	return true;
}

static bool take_escape(struct scan *s, char *out, size_t *len)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *found;
	uint32_t c;

	if (s->at == s->end)
		return false;
	if (*s->at == 'u') {
		s->at++;
		if (!take_unicode(s, &c))
			return false;
		*len += utf8_put(out + *len, c);
		return true;
	}
	found = memchr(from, *s->at++, sizeof from - 1);
	if (!found)
		return false;
	out[(*len)++] = to[found - from];
	return true;
}

/* from is the first byte after the quote; s->at stands on the first backslash. */
static bool unescape(struct scan *s, const char *from, struct str *out)
{
	const char *close = s->at;
	char *text;
	size_t len;

	while (close < s->end && *close != '"')
		close += *close == '\\' ? 2 : 1;
	if (close >= s->end)
		return false;
	text = arena_alloc(s->arena, (size_t)(close - from));
	len = (size_t)(s->at - from);
	memcpy(text, from, len);
	while (s->at < close) {
		if ((unsigned char)*s->at < 0x20)
			return false;
		if (*s->at != '\\') {
			text[len++] = *s->at++;
			continue;
		}
		s->at++;
		if (!take_escape(s, text, &len))
			return false;
	}
	s->at = close + 1;
	*out = (struct str){text, len};
	return true;
}

bool scan_string(struct scan *s, struct str *out)
{
	const char *from;

	if (!take(s, '"'))
		return fail(s);
	from = s->at;
	while (s->at < s->end && *s->at != '"' && *s->at != '\\' && (unsigned char)*s->at >= 0x20)
		s->at++;
	if (s->at == s->end)
		return fail(s);
	if (*s->at == '"') {
		*out = (struct str){from, (size_t)(s->at - from)};
		s->at++;
	} else if (*s->at != '\\' || !unescape(s, from, out)) {
		return fail(s);
	}
	return utf8_is_valid(out->ptr, out->len) ? true : fail(s);
}

static bool skip_digits(struct scan *s)
{
	const char *from = s->at;

	while (s->at < s->end && *s->at >= '0' && *s->at <= '9')
		s->at++;
	return s->at > from;
}

bool scan_number(struct scan *s, struct str *out)
{
	const char *from;

	if (scan_peek(s) != '0')
		return fail(s);
	from = s->at;
	if (*s->at == '-')
		s->at++;
	if (s->end - s->at > 1 && s->at[0] == '0' && s->at[1] >= '0' && s->at[1] <= '9')
		return fail(s);
	if (!skip_digits(s))
		return fail(s);
	if (s->at < s->end && *s->at == '.') {
		s->at++;
		if (!skip_digits(s))
			return fail(s);
	}
	if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
		s->at++;
		if (s->at < s->end && (*s->at == '+' || *s->at == '-'))
			s->at++;
		if (!skip_digits(s))
			return fail(s);
	}
	*out = (struct str){from, (size_t)(s->at - from)};
	return true;
}

static bool take_word(struct scan *s, struct str word)
{
	if (s->failed)
		return false;
	skip_space(s);
	if ((size_t)(s->end - s->at) < word.len || memcmp(s->at, word.ptr, word.len) != 0)
		return false;
	s->at += word.len;
	return true;
}

bool scan_bool(struct scan *s, bool *out)
{
	if (take_word(s, STR("true")))
		*out = true;
	else if (take_word(s, STR("false")))
		*out = false;
	else
		return fail(s);
	return true;
}

bool scan_null(struct scan *s)
{
	return take_word(s, STR("null")) ? true : fail(s);
}

bool scan_enter(struct scan *s, char bracket)
{
	if (!take(s, bracket))
		return fail(s);
	if (++s->depth > SCAN_MAX_DEPTH) {
		s->too_deep = true;
		return fail(s);
	}
	return true;
}

/* Before a member or element: true when there is one. */
static bool go_on(struct scan *s, bool *first, char close)
{
	if (take(s, close)) {
		s->depth--;
		return false;
	}
	if (!*first && !take(s, ','))
		return fail(s);
	*first = false;
	return !s->failed;
}

bool scan_member(struct scan *s, bool *first, struct str *name)
{
	if (!go_on(s, first, '}') || !scan_string(s, name))
		return false;
	return take(s, ':') ? true : fail(s);
}

bool scan_element(struct scan *s, bool *first)
{
	return go_on(s, first, ']');
}

bool scan_skip(struct scan *s)
{
	struct str ignored;
	bool first = true, flag;

	switch (scan_peek(s)) {
	case '{':
		scan_enter(s, '{');
		while (scan_member(s, &first, &ignored))
			if (!scan_skip(s))
				return false;
		return !s->failed;
	case '[':
		scan_enter(s, '[');
		while (scan_element(s, &first))
			if (!scan_skip(s))
				return false;
		return !s->failed;
	case '"': return scan_string(s, &ignored);
	case '0': return scan_number(s, &ignored);
	case 't':
	case 'f': return scan_bool(s, &flag);
	case 'n': return scan_null(s);
	default: return fail(s);
	}
}

bool scan_is_done(struct scan *s)
{
	if (s->failed)
		return false;
	skip_space(s);
	return s->at == s->end;
}
