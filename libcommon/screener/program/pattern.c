/* A position automaton: each position is a set of characters that may be skipped or repeated. */
#include "screener/program/pattern.h"

struct position {
	uint64_t ascii[2]; /* bit per character */
	bool other;	   /* code points from 128 */
	bool optional;
	bool loops;
	bool ends; /* no character: the end of an alternative */
};

struct pattern {
	uint32_t n;
	struct position list[];
};

struct parse {
	struct str rest;
	struct position *list;
	uint32_t n;
};

static bool put(struct parse *p, struct position position)
{
	if (p->n == PATTERN_MAX_POSITIONS)
		return false;
	p->list[p->n++] = position;
	return true;
}

static void add_range(struct position *p, unsigned from, unsigned to)
{
	for (unsigned c = from; c <= to; c++)
		p->ascii[c >> 6] |= (uint64_t)1 << (c & 63);
}

static bool add_escape(struct position *p, char c)
{
	switch (c) {
	case 'd': add_range(p, '0', '9'); return true;
	case 's':
		add_range(p, ' ', ' ');
		add_range(p, '\t', '\r');
		return true;
	case 'w':
		add_range(p, '0', '9');
		add_range(p, 'a', 'z');
		add_range(p, 'A', 'Z');
		add_range(p, '_', '_');
		return true;
	default: break;
	}
	if (!strchr("\\.[]{}()*+?|^$/-", c) || !c)
		return false;
	add_range(p, (unsigned char)c, (unsigned char)c);
	return true;
}

static char take(struct parse *p)
{
	char c = p->rest.len ? *p->rest.ptr : '\0';

	if (p->rest.len)
		p->rest.ptr++, p->rest.len--;
	return c;
}

static char look(const struct parse *p)
{
	return p->rest.len ? *p->rest.ptr : '\0';
}

static bool take_class(struct parse *p, struct position *out)
{
	bool negated = look(p) == '^';
	char c;

	if (negated)
		take(p);
	if (look(p) == ']')
		return false;
	while ((c = take(p)) != ']') {
		if (c <= 0)
			return false;
		if (c == '\\') {
			if (!add_escape(out, take(p)))
				return false;
		} else if (look(p) == '-' && p->rest.len > 1 && p->rest.ptr[1] != ']') {
			take(p);
			if (look(p) < c || look(p) == '\\')
				return false;
			add_range(out, (unsigned char)c, (unsigned char)take(p));
		} else {
			add_range(out, (unsigned char)c, (unsigned char)c);
		}
	}
	if (negated) {
		out->ascii[0] = ~out->ascii[0];
		out->ascii[1] = ~out->ascii[1];
		out->other = true;
	}
	return true;
}

static bool take_atom(struct parse *p, struct position *out)
{
	char c = take(p);

	if (c <= 0 || strchr("]{}()*+?^$", c))
		return false;
	if (c == '[')
		return take_class(p, out);
	if (c == '\\')
		return add_escape(out, take(p));
	if (c == '.') {
		add_range(out, 0, 127);
		out->other = true;
		return true;
	}
	add_range(out, (unsigned char)c, (unsigned char)c);
	return true;
}

static bool take_count(struct parse *p, unsigned *out)
{
	unsigned n = 0;
	int digits = 0;

	for (; look(p) >= '0' && look(p) <= '9' && digits < 3; digits++)
		n = n * 10 + (unsigned)(take(p) - '0');
	*out = n;
	return digits && n <= 64;
}

static bool put_counted(struct parse *p, struct position atom)
{
	unsigned least, most;

	if (!take_count(p, &least))
		return false;
	most = least;
	if (look(p) == ',') {
		take(p);
		if (!take_count(p, &most))
			return false;
	}
	if (take(p) != '}' || most < least || !most)
		return false;
	for (unsigned i = 0; i < most; i++) {
		atom.optional = i >= least;
		if (!put(p, atom))
			return false;
	}
	return true;
}

static bool put_quantified(struct parse *p, struct position atom)
{
	char c = look(p);

	if (c == '{') {
		take(p);
		return put_counted(p, atom);
	}
	atom.optional = c == '?' || c == '*';
	atom.loops = c == '*' || c == '+';
	if (atom.optional || atom.loops)
		take(p);
	return put(p, atom);
}

const struct pattern *pattern_compile(struct arena *scratch, struct keep *keep, struct str text)
{
	struct parse p = {.rest = text};
	struct pattern *pattern;

	p.list = arena_array_of(scratch, struct position, PATTERN_MAX_POSITIONS);
	while (p.rest.len) {
		struct position atom = {};

		if (look(&p) == '|') {
			take(&p);
			if (!put(&p, (struct position){.ends = true}))
				return NULL;
			continue;
		}
		if (!take_atom(&p, &atom) || !put_quantified(&p, atom))
			return NULL;
	}
	if (!put(&p, (struct position){.ends = true}))
		return NULL;
	pattern = keep_alloc(keep, sizeof *pattern + p.n * sizeof *p.list);
	pattern->n = p.n;
	memcpy(pattern->list, p.list, p.n * sizeof *p.list);
	return pattern;
}

static bool accepts(const struct position *p, unsigned char c)
{
	return c < 128 ? p->ascii[c >> 6] >> (c & 63) & 1 : p->other;
}

static void open_from(const struct pattern *pattern, uint8_t *active, uint32_t i)
{
	while (!active[i]) {
		active[i] = 1;
		if (!pattern->list[i].optional)
			return;
		i++;
	}
}

static void open_start(const struct pattern *pattern, uint8_t *active)
{
	open_from(pattern, active, 0);
	for (uint32_t i = 0; i + 1 < pattern->n; i++)
		if (pattern->list[i].ends)
			open_from(pattern, active, i + 1);
}

bool pattern_matches(const struct pattern *pattern, struct str text)
{
	uint8_t sets[2][PATTERN_MAX_POSITIONS + 1] = {};
	uint8_t *now = sets[0], *next = sets[1], *swap;

	open_start(pattern, now);
	for (size_t at = 0; at < text.len; at++) {
		unsigned char c = (unsigned char)text.ptr[at];

		if ((c & 0xc0) == 0x80)
			continue;
		memset(next, 0, PATTERN_MAX_POSITIONS + 1);
		for (uint32_t i = 0; i < pattern->n; i++) {
			if (!now[i] || !accepts(&pattern->list[i], c))
				continue;
			if (pattern->list[i].loops)
				open_from(pattern, next, i);
			open_from(pattern, next, i + 1);
		}
		swap = now, now = next, next = swap;
	}
	for (uint32_t i = 0; i < pattern->n; i++)
		if (now[i] && pattern->list[i].ends)
			return true;
	return false;
}

/* The one of this number among those accepted, from the first again when there are fewer. */
static char printable(const struct position *p, unsigned number)
{
	char some[128];
	unsigned n = 0;

	for (unsigned char c = '!'; c < 127; c++)
		if (accepts(p, c))
			some[n++] = (char)c;
	if (!n)
		return accepts(p, ' ') ? ' ' : '\0';
	return some[number % n];
}

bool pattern_sample(const struct pattern *pattern, unsigned variant,
		    char out[PATTERN_MAX_POSITIONS + 1])
{
	size_t n = 0;

	for (uint32_t i = 0; !pattern->list[i].ends; i++) {
		if (pattern->list[i].optional)
			continue;
		out[n] = printable(&pattern->list[i], variant);
		if (!out[n++])
			return false;
	}
	out[n] = '\0';
	return n > 0;
}
