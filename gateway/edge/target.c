#include "edge/target.h"

#include "base/encoding.h"

/* Path and query characters of RFC 3986: unreserved, sub-delims, ":", "@", "/", "?", "%". */
static const bool is_target[256] = {
	['-'] = 1, ['.'] = 1,  ['_'] = 1,	  ['~'] = 1,	     ['!'] = 1,		['$'] = 1,
	['&'] = 1, ['\''] = 1, ['('] = 1,	  [')'] = 1,	     ['*'] = 1,		['+'] = 1,
	[','] = 1, [';'] = 1,  ['='] = 1,	  [':'] = 1,	     ['@'] = 1,		['/'] = 1,
	['?'] = 1, ['%'] = 1,  ['0' ... '9'] = 1, ['A' ... 'Z'] = 1, ['a' ... 'z'] = 1,
};

/* Only in queries, where careless clients leave them unescaped: no reader differs on them. */
static const bool is_query_too[256] = {['['] = 1, [']'] = 1, ['|'] = 1, ['^'] = 1, ['`'] = 1};

/* "%" needs two hex digits, and the byte must not be NUL. */
static bool escape_is_fine(struct str s, size_t at)
{
	int high, low;

	if (at + 2 >= s.len)
		return false;
	high = hex_digit(s.ptr[at + 1]);
	low = hex_digit(s.ptr[at + 2]);
	return high >= 0 && low >= 0 && high + low > 0;
}

static bool characters_are_fine(struct str s, bool query)
{
	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];

		if (!is_target[c] && !(query && is_query_too[c]))
			return false;
		if (c == '%' && !escape_is_fine(s, i))
			return false;
	}
	return true;
}

/* "." or "..", each dot possibly written %2e. */
static bool is_dot_segment(struct str segment)
{
	size_t dots = 0;

	while (segment.len) {
		size_t n = 1;

		if (segment.len >= 3 && segment.ptr[0] == '%' && segment.ptr[1] == '2' &&
		    (segment.ptr[2] == 'e' || segment.ptr[2] == 'E'))
			n = 3;
		else if (segment.ptr[0] != '.')
			return false;
		segment.ptr += n;
		segment.len -= n;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static bool has_dot_segment(struct str path)
{
	while (path.len)
		if (is_dot_segment(str_take_until(&path, '/')))
			return true;
	return false;
}

enum edge_refusal edge_target_parse(struct edge_head *head)
{
	struct str target = head->target;
	const char *mark = memchr(target.ptr, '?', target.len);

	if (target.len > EDGE_URI_MAX)
		return EDGE_URI_TOO_LONG;
	if (str_eq_c(target, "*") && head->method == EDGE_OPTIONS) {
		head->path = target;
		return EDGE_FINE;
	}
	if (target.ptr[0] != '/')
		return EDGE_BAD_TARGET;
	head->path = (struct str){target.ptr, mark ? (size_t)(mark - target.ptr) : target.len};
	if (mark)
		head->query = (struct str){mark + 1, target.len - head->path.len - 1};
	if (!characters_are_fine(head->path, false) || !characters_are_fine(head->query, true))
		return EDGE_BAD_TARGET;
	return has_dot_segment(head->path) ? EDGE_DOT_SEGMENT : EDGE_FINE;
}
