/* Number(text) and parseFloat(text) of ECMA-262 for the compat profile. */
#include <math.h>
#include <stdlib.h>

#include "screener/logic/compat_value.h"

/* White space and line ends of ECMA-262, those outside ASCII included. */
static size_t space_length(struct str s)
{
	static const char *const wide[] = {"\xc2\xa0",	   "\xe1\x9a\x80", "\xe2\x80\xa8",
					   "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f",
					   "\xe3\x80\x80", "\xef\xbb\xbf"};

	if (s.len && (s.ptr[0] == ' ' || (s.ptr[0] >= '\t' && s.ptr[0] <= '\r')))
		return 1;
	for (size_t i = 0; i < sizeof wide / sizeof wide[0]; i++)
		if (str_has_prefix(s, wide[i]))
			return strlen(wide[i]);
	if (s.len >= 3 && memcmp(s.ptr, "\xe2\x80", 2) == 0 && (unsigned char)s.ptr[2] <= 0x8a)
		return 3;
	return 0;
}

static struct str skip_space(struct str s)
{
	for (size_t n = space_length(s); n; n = space_length(s)) {
		s.ptr += n;
		s.len -= n;
	}
	return s;
}

static size_t take_digits(struct str s, size_t at)
{
	while (at < s.len && s.ptr[at] >= '0' && s.ptr[at] <= '9')
		at++;
	return at;
}

/* The length of the longest prefix that is a StrDecimalLiteral, 0 if none. */
static size_t decimal_length(struct str s)
{
	size_t sign = s.len && (s.ptr[0] == '+' || s.ptr[0] == '-'), at, digits, e;

	if (str_has_prefix((struct str){s.ptr + sign, s.len - sign}, "Infinity"))
		return sign + 8;
	at = take_digits(s, sign);
	digits = at - sign;
	if (at < s.len && s.ptr[at] == '.') {
		size_t end = take_digits(s, at + 1);

		if (digits + (end - at - 1) == 0)
			return 0;
		digits += end - at - 1;
		at = end;
	}
	if (!digits)
		return 0;
	if (at == s.len || (s.ptr[at] != 'e' && s.ptr[at] != 'E'))
		return at;
	e = at + 1 + (at + 1 < s.len && (s.ptr[at + 1] == '+' || s.ptr[at + 1] == '-'));
	return take_digits(s, e) > e ? take_digits(s, e) : at;
}

static double decimal_value(struct js_budget *budget, struct str s, size_t n)
{
	js_spend(budget, n / 16);
	return strtod(arena_strndup(budget->arena, s.ptr, n), NULL);
}

static double number_of_radix(struct str digits, int base)
{
	double value = 0;

	if (!digits.len)
		return NAN;
	for (size_t i = 0; i < digits.len; i++) {
		int c = digits.ptr[i] | 0x20;
		int digit = c >= '0' && c <= '9'   ? c - '0'
			    : c >= 'a' && c <= 'f' ? c - 'a' + 10
						   : 99;

		if (digit >= base)
			return NAN;
		value = value * base + digit;
	}
	return value;
}

static double number_of_text(struct js_budget *budget, struct str s)
{
	if (!js_spend(budget, s.len / 16))
		return NAN;
	s = skip_space(s);
	if (s.len > 1 && s.ptr[0] == '0') {
		int kind = s.ptr[1] | 0x20;
		int base = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;

		if (base)
			return number_of_radix(str_trim((struct str){s.ptr + 2, s.len - 2}), base);
	}
	if (!s.len)
		return 0;
	size_t n = decimal_length(s);

	if (!n || skip_space((struct str){s.ptr + n, s.len - n}).len)
		return NAN;
	return decimal_value(budget, s, n);
}

double js_to_number(struct js_budget *budget, struct js value)
{
	switch (value.kind) {
	case JS_NULL: return 0;
	case JS_BOOL: return value.boolean;
	case JS_NUMBER: return value.number;
	case JS_STRING: return number_of_text(budget, value.text);
	case JS_ARRAY:
	case JS_OBJECT: return number_of_text(budget, js_to_text(budget, value));
	case JS_UNDEFINED: break;
	}
	return NAN;
}

double js_parse_float(struct js_budget *budget, struct js value)
{
	if (value.kind == JS_NUMBER)
		return value.number;
	struct str text = js_to_text(budget, value), s;
	size_t n;

	if (!js_spend(budget, text.len / 16))
		return NAN;
	s = skip_space(text);
	n = decimal_length(s);

	return n ? decimal_value(budget, s, n) : NAN;
}
