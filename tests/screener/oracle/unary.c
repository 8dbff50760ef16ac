/* The cells of decision tables: DMN unary tests. */
#include <stdlib.h>
#include <string.h>

#include "world.h"

static void skip(const char **p, const char *what)
{
	while (**p == ' ')
		(*p)++;
	if (strncmp(*p, what, strlen(what)) == 0)
		*p += strlen(what);
	while (**p == ' ')
		(*p)++;
}

static bool starts(const char *p, const char *what)
{
	return strncmp(p, what, strlen(what)) == 0;
}

/* Copies up to one of the characters in ends; room for 64 bytes. */
static void take(const char **p, const char *ends, char *out)
{
	size_t n = strcspn(*p, ends);

	snprintf(out, 64, "%.*s", (int)n, *p);
	*p += n;
}

/* How the input compares with the literal: -1, 0, 1; texts are the same or not. */
static int order_to_literal(const char **p, struct value input)
{
	struct fraction n = fraction_of(0);
	char text[64];
	int64_t day = 0;

	if (**p == '"') {
		skip(p, "\"");
		take(p, "\"", text);
		skip(p, "\"");
		return input.is_no_option || strcmp(text, input.text) != 0;
	}
	if (starts(*p, "date(")) {
		skip(p, "date(\"");
		take(p, "\"", text);
		skip(p, "\")");
		day_parse(text, &day);
		return fraction_compare(input.number, fraction_of(day));
	}
	if (starts(*p, "true") || starts(*p, "false")) {
		n = fraction_of(**p == 't');
		skip(p, n.num ? "true" : "false");
		return fraction_compare(input.number, n);
	}
	n.num = 0;
	for (size_t i = 0;; i++) {
		char c = (*p)[i];

		if ((c >= '0' && c <= '9') || c == '-' || (c == '.' && (*p)[i + 1] != '.'))
			continue;
		snprintf(text, sizeof text, "%.*s", (int)i, *p);
		*p += i;
		break;
	}
	fraction_parse(text, &n);
	return fraction_compare(input.number, n);
}

static bool interval(const char **p, struct value input)
{
	bool low_open = **p != '[', high_open;
	int low, high;

	(*p)++;
	low = order_to_literal(p, input);
	skip(p, "..");
	high = order_to_literal(p, input);
	high_open = **p != ']';
	(*p)++;
	return (low_open ? low > 0 : low >= 0) && (high_open ? high < 0 : high <= 0);
}

static bool one_test(const char **p, struct value input)
{
	skip(p, "");
	if (starts(*p, "<=")) {
		skip(p, "<=");
		return order_to_literal(p, input) <= 0;
	}
	if (starts(*p, ">=")) {
		skip(p, ">=");
		return order_to_literal(p, input) >= 0;
	}
	if (**p == '<') {
		skip(p, "<");
		return order_to_literal(p, input) < 0;
	}
	if (**p == '>') {
		skip(p, ">");
		return order_to_literal(p, input) > 0;
	}
	if (**p == '[' || **p == '(' || **p == ']')
		return interval(p, input);
	return order_to_literal(p, input) == 0;
}

struct value unary_test(const char *cell, struct value input)
{
	bool negated = starts(cell, "not("), yes = false;

	if (strcmp(cell, "-") == 0)
		return boolean_of(true);
	if (!input.known)
		return truth_of(IS_UNKNOWN, input.failed);
	if (negated)
		cell += 4;
	do {
		yes = one_test(&cell, input) || yes;
		skip(&cell, "");
	} while (*cell++ == ',');
	return boolean_of(yes != negated);
}
