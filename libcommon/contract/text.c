#include "contract/text.h"

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
