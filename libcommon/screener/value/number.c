/*
 * Fractions of 64 bit integers.  Nothing here may overflow silently: every
 * product is 128 bit and every result is checked before it is narrowed.
 */
#include "screener/value/number.h"

#include <stdio.h>

typedef __int128 wide;
typedef unsigned __int128 uwide;

static uwide magnitude(wide n)
{
	return n < 0 ? -(uwide)n : (uwide)n;
}

static uwide common_divisor(uwide a, uwide b)
{
	while (b) {
		if (!(a >> 64) && !(b >> 64)) {
			uint64_t x = (uint64_t)a, y = (uint64_t)b;

			while (y) {
				uint64_t r = x % y;

				x = y;
				y = r;
			}
			return x;
		}
		uwide r = a % b;

		a = b;
		b = r;
	}
	return a;
}

/* den > 0 */
static bool narrow(wide num, wide den, struct number *out)
{
	uwide divisor;

	if (den != 1) {
		divisor = common_divisor(magnitude(num), (uwide)den);
		num /= (wide)divisor;
		den /= (wide)divisor;
	}
	if (num < INT64_MIN || num > INT64_MAX || den > INT64_MAX)
		return false;
	*out = (struct number){(int64_t)num, (int64_t)den};
	return true;
}

bool number_add(struct number a, struct number b, struct number *out)
{
	if (a.den == b.den)
		return narrow((wide)a.num + b.num, a.den, out);
	return narrow((wide)a.num * b.den + (wide)b.num * a.den, (wide)a.den * b.den, out);
}

bool number_sub(struct number a, struct number b, struct number *out)
{
	if (a.den == b.den)
		return narrow((wide)a.num - b.num, a.den, out);
	return narrow((wide)a.num * b.den - (wide)b.num * a.den, (wide)a.den * b.den, out);
}

bool number_mul(struct number a, struct number b, struct number *out)
{
	return narrow((wide)a.num * b.num, (wide)a.den * b.den, out);
}

bool number_div(struct number a, struct number b, struct number *out)
{
	wide num = (wide)a.num * b.den;
	wide den = (wide)a.den * b.num;

	if (!den)
		return false;
	return den < 0 ? narrow(-num, -den, out) : narrow(num, den, out);
}

int number_compare(struct number a, struct number b)
{
	wide left, right;

	if (a.den == b.den)
		return (a.num > b.num) - (a.num < b.num);
	left = (wide)a.num * b.den;
	right = (wide)b.num * a.den;
	return (left > right) - (left < right);
}

static const int64_t powers[] = {1,
				 10,
				 100,
				 1000,
				 10000,
				 100000,
				 1000000,
				 10000000,
				 100000000,
				 1000000000,
				 10000000000,
				 100000000000,
				 1000000000000,
				 10000000000000,
				 100000000000000,
				 1000000000000000,
				 10000000000000000,
				 100000000000000000,
				 1000000000000000000};

/* Is |n| = whole + rest/den to be rounded away from zero? */
static bool rounds_away(wide whole, wide rest, wide den, bool negative, enum number_rounding mode)
{
	switch (mode) {
	case ROUND_HALF_UP: return rest * 2 >= den;
	case ROUND_HALF_EVEN: return rest * 2 > den || (rest * 2 == den && (whole & 1));
	case ROUND_UP: return rest > 0;
	case ROUND_FLOOR: return rest > 0 && negative;
	case ROUND_CEILING: return rest > 0 && !negative;
	case ROUND_DOWN: break;
	}
	return false;
}

bool number_round(struct number n, unsigned digits, enum number_rounding mode, struct number *out)
{
	int64_t scale = powers[digits];
	wide scaled = (wide)magnitude((wide)n.num * scale);
	wide whole = scaled / n.den;

	if (rounds_away(whole, scaled % n.den, n.den, n.num < 0, mode))
		whole++;
	return narrow(n.num < 0 ? -whole : whole, scale, out);
}

bool number_rounding_parse(struct str name, enum number_rounding *out)
{
	static const char *const names[] = {"half_up", "half_even", "up",
					    "down",    "floor",	    "ceiling"};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (str_eq_c(name, names[i])) {
			*out = (enum number_rounding)i;
			return true;
		}
	return false;
}

struct digits {
	int64_t mantissa;
	int significant;
	int scale; /* value = mantissa * 10^(zeros - scale) */
	int zeros; /* that end the digits so far, not in the mantissa */
	bool too_long;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static void take_digit(struct digits *d, char c, bool fraction)
{
	d->scale += fraction;
	if (c == '0') {
		d->zeros += d->significant > 0;
		return;
	}
	d->significant += d->zeros + 1;
	if (d->significant > 17)
		d->too_long = true;
	else
		d->mantissa = d->mantissa * powers[d->zeros + 1] + (c - '0');
	d->zeros = 0;
}

static bool take_digits(struct str *s, struct digits *d, bool fraction)
{
	if (!s->len || !is_digit(*s->ptr))
		return false;
	for (; s->len && is_digit(*s->ptr); s->ptr++, s->len--)
		take_digit(d, *s->ptr, fraction);
	return true;
}

static bool take_exponent(struct str *s, struct digits *d)
{
	bool negative = false;
	int exponent = 0;

	s->ptr++, s->len--;
	if (s->len && (*s->ptr == '+' || *s->ptr == '-')) {
		negative = *s->ptr == '-';
		s->ptr++, s->len--;
	}
	if (!s->len || !is_digit(*s->ptr))
		return false;
	for (; s->len && is_digit(*s->ptr); s->ptr++, s->len--)
		if (exponent < 10000)
			exponent = exponent * 10 + (*s->ptr - '0');
	d->scale += negative ? exponent : -exponent;
	return true;
}

static bool scan_number_text(struct str s, struct digits *d, bool *negative)
{
	*negative = s.len && *s.ptr == '-';
	if (*negative)
		s.ptr++, s.len--;
	if (s.len > 1 && s.ptr[0] == '0' && is_digit(s.ptr[1]))
		return false;
	if (!take_digits(&s, d, false))
		return false;
	if (s.len && *s.ptr == '.') {
		s.ptr++, s.len--;
		if (!take_digits(&s, d, true))
			return false;
	}
	if (s.len && (*s.ptr == 'e' || *s.ptr == 'E') && !take_exponent(&s, d))
		return false;
	return s.len == 0;
}

/* What most answers are: an integer of few digits. */
static bool parse_short(struct str text, struct number *out)
{
	int64_t n = 0;

	if (!text.len || text.len > 15 || (*text.ptr == '0' && text.len > 1))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!is_digit(text.ptr[i]))
			return false;
		n = n * 10 + (text.ptr[i] - '0');
	}
	*out = number_of(n);
	return true;
}

enum number_error number_parse(struct str text, struct number *out)
{
	struct digits d = {};
	struct number n;
	bool negative;
	bool fits;

	if (parse_short(text, out))
		return NUMBER_OK;
	if (!scan_number_text(text, &d, &negative))
		return NUMBER_SYNTAX;
	if (d.too_long)
		return NUMBER_PRECISION;
	d.scale = d.mantissa ? d.scale - d.zeros : 0;
	if (d.scale < -15 || d.scale > 15 || (d.significant > 15 && d.scale > 0))
		return NUMBER_PRECISION;
	if (negative)
		d.mantissa = -d.mantissa;
	fits = d.scale > 0 ? narrow(d.mantissa, powers[d.scale], &n)
			   : narrow((wide)d.mantissa * powers[-d.scale], 1, &n);
	if (!fits || (n.den == 1 && (n.num > NUMBER_INT_MAX || n.num < -NUMBER_INT_MAX)))
		return NUMBER_PRECISION;
	*out = n;
	return NUMBER_OK;
}

static char *format_integer(char *end, uint64_t n)
{
	do
		*--end = (char)('0' + n % 10);
	while (n /= 10);
	return end;
}

/* Places after the point that n needs, or -1 when 18 are not enough. */
static int decimal_places(struct number n)
{
	for (int places = 0; places <= 18; places++)
		if (powers[places] % n.den == 0)
			return places;
	return -1;
}

bool number_format(char out[NUMBER_TEXT], struct number n)
{
	int places = n.den == 1 ? 0 : decimal_places(n);
	char reversed[64];
	char *end = reversed + sizeof reversed;
	char *p = end;
	uwide scaled;

	if (places < 0) {
		snprintf(out, NUMBER_TEXT, "%lld/%lld", (long long)n.num, (long long)n.den);
		return false;
	}
	scaled = magnitude((wide)n.num) * (uwide)(powers[places] / n.den);
	if (places) {
		for (int i = 0; i < places; i++, scaled /= 10)
			*--p = (char)('0' + (int)(scaled % 10));
		*--p = '.';
	}
	p = format_integer(p, (uint64_t)scaled);
	if (n.num < 0)
		*--p = '-';
	memcpy(out, p, (size_t)(end - p));
	out[end - p] = '\0';
	return true;
}
