#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "pbjson/reader.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *p, const char *end)
{
	while (p < end && is_digit(*p))
		p++;
	return p;
}

size_t number_length(const char *start, const char *end)
{
	const char *p = start;

	if (p < end && *p == '-')
		p++;
	if (p == end || !is_digit(*p))
		return 0;
	p = *p == '0' ? p + 1 : skip_digits(p, end);
	if (p < end && *p == '.') {
		if (++p == end || !is_digit(*p))
			return 0;
		p = skip_digits(p, end);
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		if (++p < end && (*p == '+' || *p == '-'))
			p++;
		if (p == end || !is_digit(*p))
			return 0;
		p = skip_digits(p, end);
	}
	return (size_t)(p - start);
}

/* digits (with a point somewhere among them) times ten to the exponent. */
struct decimal {
	const char *from;
	const char *to;
	int64_t exponent;
};

#define EXPONENT_MAX 1000000000

/* More digits than any double needs to be rounded exactly (767). */
#define REAL_TEXT_MAX 1000

static struct decimal decimal_split(const char *p, const char *end)
{
	struct decimal d = {.from = p};
	int64_t fraction = 0, e = 0;
	bool negative = false;

	while (p < end && *p != 'e' && *p != 'E')
		p++;
	d.to = p;
	for (const char *q = d.from; q < d.to; q++)
		if (*q == '.')
			fraction = d.to - q - 1;
	if (p < end && ++p < end && (*p == '+' || *p == '-'))
		negative = *p++ == '-';
	for (; p < end && e < EXPONENT_MAX; p++)
		e = e * 10 + (*p - '0');
	d.exponent = (negative ? -e : e) - fraction;
	/* Zeros at either end only move the exponent. */
	while (d.from < d.to && (*d.from == '0' || *d.from == '.'))
		d.from++;
	while (d.from < d.to && (d.to[-1] == '0' || d.to[-1] == '.'))
		d.exponent += *--d.to == '0';
	return d;
}

static enum pbjson_reason exact_integer(const char *p, const char *end, uint64_t *magnitude)
{
	struct decimal d = decimal_split(p, end);
	uint64_t n = 0;

	if (d.from == d.to) {
		*magnitude = 0;
		return PBJSON_NONE;
	}
	if (d.exponent < 0)
		return PBJSON_NOT_INTEGER;
	for (const char *q = d.from; q < d.to; q++)
		if (*q != '.' && (__builtin_mul_overflow(n, 10, &n) ||
				  __builtin_add_overflow(n, (uint64_t)(*q - '0'), &n)))
			return PBJSON_RANGE;
	/* n is not zero, so this ends after at most twenty rounds. */
	for (int64_t e = d.exponent; e > 0; e--)
		if (__builtin_mul_overflow(n, 10, &n))
			return PBJSON_RANGE;
	*magnitude = n;
	return PBJSON_NONE;
}

enum pbjson_reason number_integer(struct str text, bool *negative, uint64_t *magnitude)
{
	const char *p = text.ptr, *end = text.ptr + text.len;
	uint64_t n = 0;

	*negative = p < end && *p == '-';
	p += *negative;
	/* Eighteen digits cannot overflow: nearly every number ends here. */
	if (end - p <= 18) {
		const char *q = p;

		for (; q < end && is_digit(*q); q++)
			n = n * 10 + (uint64_t)(*q - '0');
		if (q == end) {
			*magnitude = n;
			return PBJSON_NONE;
		}
	}
	return exact_integer(p, end, magnitude);
}

static bool special(struct str text, double *out)
{
	if (str_eq(text, STR("NaN")))
		*out = (double)NAN;
	else if (str_eq(text, STR("Infinity")))
		*out = (double)INFINITY;
	else if (str_eq(text, STR("-Infinity")))
		*out = -(double)INFINITY;
	else
		return false;
	return true;
}

static bool is_number(struct str text)
{
	return text.len && number_length(text.ptr, text.ptr + text.len) == text.len;
}

enum pbjson_reason number_double(struct arena *arena, struct str text, double *out)
{
	double d;

	if (special(text, out))
		return PBJSON_NONE;
	if (!is_number(text))
		return PBJSON_TYPE;
	if (text.len > REAL_TEXT_MAX)
		return PBJSON_RANGE;
	d = strtod(str_dup(arena, text), NULL);
	if (isinf(d))
		return PBJSON_RANGE;
	*out = d;
	return PBJSON_NONE;
}

enum pbjson_reason number_float(struct arena *arena, struct str text, float *out)
{
	double d;
	float f;

	if (special(text, &d)) {
		*out = (float)d;
		return PBJSON_NONE;
	}
	if (!is_number(text))
		return PBJSON_TYPE;
	if (text.len > REAL_TEXT_MAX)
		return PBJSON_RANGE;
	f = strtof(str_dup(arena, text), NULL);
	if (isinf(f))
		return PBJSON_RANGE;
	*out = f;
	return PBJSON_NONE;
}
