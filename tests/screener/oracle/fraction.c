/* Exact fractions, the slow and obvious way: 128 bits, then lowest terms. */
#include "fraction.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef __int128 wide;

static wide wide_abs(wide n)
{
	return n < 0 ? -n : n;
}

static bool reduced(wide num, wide den, struct fraction *out)
{
	wide a = wide_abs(num), b = wide_abs(den);

	if (den == 0)
		return false;
	while (b) {
		wide rest = a % b;

		a = b;
		b = rest;
	}
	num /= a;
	den /= a;
	if (den < 0) {
		num = -num;
		den = -den;
	}
	if (num < INT64_MIN || num > INT64_MAX || den > INT64_MAX)
		return false;
	*out = (struct fraction){(int64_t)num, (int64_t)den};
	return true;
}

struct fraction fraction_of(int64_t n)
{
	return (struct fraction){n, 1};
}

int fraction_compare(struct fraction a, struct fraction b)
{
	wide left = (wide)a.num * b.den, right = (wide)b.num * a.den;

	return (left > right) - (left < right);
}

bool fraction_is_integer(struct fraction a)
{
	return a.den == 1;
}

bool fraction_add(struct fraction a, struct fraction b, struct fraction *out)
{
	return reduced((wide)a.num * b.den + (wide)b.num * a.den, (wide)a.den * b.den, out);
}

bool fraction_subtract(struct fraction a, struct fraction b, struct fraction *out)
{
	return reduced((wide)a.num * b.den - (wide)b.num * a.den, (wide)a.den * b.den, out);
}

bool fraction_multiply(struct fraction a, struct fraction b, struct fraction *out)
{
	return reduced((wide)a.num * b.num, (wide)a.den * b.den, out);
}

bool fraction_divide(struct fraction a, struct fraction b, struct fraction *out)
{
	return b.num != 0 && reduced((wide)a.num * b.den, (wide)a.den * b.num, out);
}

static bool is_away_from_zero(wide below, wide rest, wide den, bool negative, enum rounding how)
{
	switch (how) {
	case HALF_UP: return 2 * rest >= den;
	case HALF_EVEN: return 2 * rest > den || (2 * rest == den && below % 2 != 0);
	case ROUND_UP: return rest > 0;
	case ROUND_DOWN: return false;
	case ROUND_FLOOR: return negative && rest > 0;
	case ROUND_CEILING: break;
	}
	return !negative && rest > 0;
}

bool fraction_round(struct fraction a, int digits, enum rounding how, struct fraction *out)
{
	bool negative = a.num < 0;
	wide scale = 1, size, below;

	for (int i = 0; i < digits; i++)
		scale *= 10;
	size = wide_abs(a.num) * scale;
	below = size / a.den;
	if (is_away_from_zero(below, size % a.den, a.den, negative, how))
		below++;
	return reduced(negative ? -below : below, scale, out);
}

enum rounding rounding_named(const char *name)
{
	static const char *const names[] = {"half_up", "half_even", "up", "down", "floor"};

	for (int i = 0; i < 5; i++)
		if (strcmp(name, names[i]) == 0)
			return (enum rounding)i;
	return ROUND_CEILING;
}

bool fraction_parse(const char *text, struct fraction *out)
{
	bool negative = *text == '-', point = false;
	wide num = 0, den = 1;
	struct fraction over;

	for (text += negative; *text && *text != '/'; text++) {
		if (*text == '.' && !point) {
			point = true;
			continue;
		}
		if (*text < '0' || *text > '9' || num > (wide)INT64_MAX || den > (wide)INT64_MAX)
			return false;
		num = num * 10 + (*text - '0');
		den *= point ? 10 : 1;
	}
	if (!reduced(negative ? -num : num, den, out))
		return false;
	return !*text || (fraction_parse(text + 1, &over) && fraction_divide(*out, over, out));
}

/* Very small and very large numbers are printed with an exponent: 1e-15. */
static bool parse_printed(char *text, struct fraction *out)
{
	char *exponent = strchr(text, 'e');
	struct fraction ten = fraction_of(10);
	long power = exponent ? strtol(exponent + 1, NULL, 10) : 0;

	if (exponent)
		*exponent = '\0';
	if (!fraction_parse(text, out))
		return false;
	for (; power > 0; power--)
		if (!fraction_multiply(*out, ten, out))
			return false;
	for (; power < 0; power++)
		if (!fraction_divide(*out, ten, out))
			return false;
	return true;
}

bool fraction_of_json(const json_t *json, struct fraction *out)
{
	char text[64];

	if (json_is_integer(json)) {
		*out = fraction_of(json_integer_value(json));
		return true;
	}
	if (!json_is_real(json))
		return false;
	snprintf(text, sizeof text, "%.15g", json_real_value(json));
	return parse_printed(text, out);
}
