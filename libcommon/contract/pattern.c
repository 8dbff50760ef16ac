#include "contract/pattern.h"

#include <stdint.h>
#include <stdlib.h>

struct atom {
	uint64_t set[4]; /* one bit a byte */
	unsigned min;
	unsigned max;
};

static void set_add(struct atom *atom, unsigned char c)
{
	atom->set[c / 64] |= (uint64_t)1 << c % 64;
}

static bool set_has(const struct atom *atom, unsigned char c)
{
	return atom->set[c / 64] >> c % 64 & 1;
}

/* One character of a class, an escape resolved; NULL at the end of the pattern. */
static const char *read_char(const char *p, unsigned char *out)
{
	if (*p == '\\')
		p++;
	if (*p == '\0')
		return NULL;
	*out = (unsigned char)*p;
	return p + 1;
}

static const char *read_class(const char *p, struct atom *atom)
{
	bool negated = *p == '^';

	if (negated)
		p++;
	do {
		unsigned char from, to;

		p = read_char(p, &from);
		if (!p)
			return NULL;
		to = from;
		if (p[0] == '-' && p[1] && p[1] != ']') {
			p = read_char(p + 1, &to);
			if (!p || to < from)
				return NULL;
		}
		for (unsigned c = from; c <= to; c++)
			set_add(atom, (unsigned char)c);
		if (*p == '\0')
			return NULL;
	} while (*p != ']');
	for (int i = 0; negated && i < 4; i++)
		atom->set[i] = ~atom->set[i];
	return p + 1;
}

static const char *read_count(const char *p, struct atom *atom)
{
	char *end;

	atom->min = (unsigned)strtoul(p, &end, 10);
	if (end == p)
		return NULL;
	atom->max = atom->min;
	if (*end == ',') {
		p = end + 1;
		atom->max = *p == '}' ? UINT32_MAX : (unsigned)strtoul(p, &end, 10);
		if (*p == '}')
			end = (char *)p;
	}
	return *end == '}' && atom->max >= atom->min ? end + 1 : NULL;
}

static const char *read_quantifier(const char *p, struct atom *atom)
{
	atom->min = atom->max = 1;
	switch (*p) {
	case '?': atom->min = 0; return p + 1;
	case '*':
		atom->min = 0;
		atom->max = UINT32_MAX;
		return p + 1;
	case '+': atom->max = UINT32_MAX; return p + 1;
	case '{': return read_count(p + 1, atom);
	default: return p;
	}
}

/* The atom at p with its quantifier; what follows, or NULL when it is malformed. */
static const char *read_atom(const char *p, struct atom *atom)
{
	unsigned char c;

	*atom = (struct atom){};
	if (*p == '[') {
		p = read_class(p + 1, atom);
	} else if (*p == '.') {
		for (int i = 0; i < 4; i++)
			atom->set[i] = UINT64_MAX;
		p++;
	} else {
		if (*p && strchr("?*+{}()|^$]", *p))
			return NULL;
		p = read_char(p, &c);
		if (p)
			set_add(atom, c);
	}
	return p ? read_quantifier(p, atom) : NULL;
}

static bool overlap(const struct atom *a, const struct atom *b)
{
	for (int i = 0; i < 4; i++)
		if (a->set[i] & b->set[i])
			return true;
	return false;
}

bool field_pattern_is_valid(const char *pattern, const char **why)
{
	struct atom atom, open = {}; /* characters that an atom before could still take */

	*why = "a pattern is characters and [classes] with ? * + {n} {n,m}; it is anchored by "
	       "itself";
	if (*pattern == '\0')
		return false;
	while (*pattern) {
		pattern = read_atom(pattern, &atom);
		if (!pattern)
			return false;
		if (overlap(&open, &atom)) {
			*why = "can be matched in two ways: after a repeated or optional class "
			       "another one must follow";
			return false;
		}
		if (atom.min > 0)
			open = (struct atom){};
		for (int i = 0; atom.min != atom.max && i < 4; i++)
			open.set[i] |= atom.set[i];
	}
	return true;
}

bool field_pattern_matches(const char *pattern, struct str text)
{
	struct atom atom;
	size_t at = 0;

	while (*pattern) {
		size_t n = 0;

		pattern = read_atom(pattern, &atom);
		if (!pattern)
			return false;
		while (n < atom.max && at < text.len &&
		       set_has(&atom, (unsigned char)text.ptr[at])) {
			n++;
			at++;
		}
		if (n < atom.min)
			return false;
	}
	return at == text.len;
}
