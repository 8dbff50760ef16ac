#include "contract/text.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/utf8.h"

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_label(struct str label)
{
	if (label.len == 0 || label.len > 63 || label.ptr[0] == '-' ||
	    label.ptr[label.len - 1] == '-')
		return false;
	for (size_t i = 0; i < label.len; i++)
		if (!is_alnum(label.ptr[i]) && label.ptr[i] != '-')
			return false;
	return true;
}

/* Dot-separated labels; *labels is their number. */
static bool is_domain(struct str domain, size_t *labels)
{
	*labels = 0;
	if (domain.len == 0 || domain.len > 253 || domain.ptr[domain.len - 1] == '.')
		return false;
	while (domain.len) {
		if (!is_label(str_take_until(&domain, '.')))
			return false;
		++*labels;
	}
	return true;
}

static bool is_local_part(struct str local)
{
	static const char specials[] = "!#$%&'*+-/=?^_`{|}~.";

	if (local.len == 0 || local.len > 64 || local.ptr[0] == '.' ||
	    local.ptr[local.len - 1] == '.')
		return false;
	for (size_t i = 0; i < local.len; i++) {
		char c = local.ptr[i];

		if (!is_alnum(c) && !(c && strchr(specials, c)))
			return false;
		if (c == '.' && local.ptr[i + 1] == '.')
			return false;
	}
	return true;
}

bool text_is_email(struct str text)
{
	struct str domain = text;
	struct str local = str_take_until(&domain, '@');
	size_t labels;

	return text.len <= 254 && is_local_part(local) && is_domain(domain, &labels) && labels >= 2;
}

bool text_is_uri(struct str text)
{
	struct str rest, authority, host;

	if (str_has_prefix(text, "https://"))
		rest = (struct str){text.ptr + 8, text.len - 8};
	else if (str_has_prefix(text, "http://"))
		rest = (struct str){text.ptr + 7, text.len - 7};
	else
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f ||
		    strchr("\"<>\\^`{|}", text.ptr[i]))
			return false;
	authority = rest;
	for (size_t i = 0; i < rest.len; i++) {
		if (strchr("/?#", rest.ptr[i])) {
			authority.len = i;
			break;
		}
	}
	if (authority.len && memchr(authority.ptr, '@', authority.len))
		return false;
	if (authority.len && authority.ptr[0] == '[')
		return memchr(authority.ptr, ']', authority.len) != NULL;
	host = str_take_until(&authority, ':');
	return is_domain(host, &(size_t){0});
}

/* Controls (C0, C1), line and paragraph separators, and what turns the direction of text around. */
static bool is_hidden(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c <= 0x9f) || (c >= 0x200b && c <= 0x200f) ||
	       (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

/* The code point at *at, which moves behind it; the text is valid UTF-8. */
static uint32_t next_code_point(struct str text, size_t *at)
{
	unsigned char lead = (unsigned char)text.ptr[(*at)++];
	uint32_t c = lead < 0x80   ? lead
		     : lead < 0xe0 ? lead & 0x1f
		     : lead < 0xf0 ? lead & 0x0f
				   : lead & 0x07;

	while (*at < text.len && ((unsigned char)text.ptr[*at] & 0xc0) == 0x80)
		c = c << 6 | ((unsigned char)text.ptr[(*at)++] & 0x3f);
	return c;
}

static bool contains(struct str text, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i + n <= text.len; i++)
		if (strncasecmp(text.ptr + i, word, n) == 0)
			return true;
	return false;
}

/*
 * "shop.example", "SHOP.EXAMPLE": a point between letters.  "St.Mary", "J.R. Smith" and
 * "Inc." are none: after the point stands a capital behind small letters, or nothing.
 */
static bool looks_like_domain(struct str word)
{
	bool has_small = false;

	for (size_t i = 0; i < word.len; i++)
		has_small = has_small || (word.ptr[i] >= 'a' && word.ptr[i] <= 'z');
	for (size_t i = 1; i + 2 < word.len; i++) {
		bool is_small = word.ptr[i + 1] >= 'a' && word.ptr[i + 1] <= 'z';

		if (word.ptr[i] == '.' && is_alnum(word.ptr[i - 1]) && is_alnum(word.ptr[i + 1]) &&
		    is_alnum(word.ptr[i + 2]) && (is_small || (!has_small && i > 1)))
			return true;
	}
	return false;
}

bool text_is_name(struct str text)
{
	if (!utf8_is_valid(text.ptr, text.len) || contains(text, "://") || contains(text, "www.") ||
	    contains(text, "@"))
		return false;
	for (size_t at = 0; at < text.len;)
		if (is_hidden(next_code_point(text, &at)))
			return false;
	while (text.len)
		if (looks_like_domain(str_take_until(&text, ' ')))
			return false;
	return true;
}
