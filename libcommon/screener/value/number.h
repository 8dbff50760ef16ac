#pragma once

/*
 * Exact numbers: a fraction of two signed 64 bit integers in lowest terms with
 * a positive denominator.  Intermediate results are 128 bit; a result that does
 * not fit is refused, never wrapped or rounded.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct number {
	int64_t num;
	int64_t den; /* > 0; 1 for integers */
};

/* What a document or an answer may hold exactly in any JSON reader: 2^53 - 1. */
#define NUMBER_INT_MAX 9007199254740991

#define NUMBER_TEXT 48

static inline struct number number_of(int64_t n)
{
	return (struct number){n, 1};
}

static inline bool number_is_integer(struct number n)
{
	return n.den == 1;
}

/* False, *out untouched, when the result does not fit (or a divisor is 0). */
bool number_add(struct number a, struct number b, struct number *out);
bool number_sub(struct number a, struct number b, struct number *out);
bool number_mul(struct number a, struct number b, struct number *out);
bool number_div(struct number a, struct number b, struct number *out);

/* <0, 0, >0, exact for all pairs. */
int number_compare(struct number a, struct number b);

enum number_rounding {
	ROUND_HALF_UP, /* ties away from zero */
	ROUND_HALF_EVEN,
	ROUND_UP, /* away from zero */
	ROUND_DOWN,
	ROUND_FLOOR,
	ROUND_CEILING,
};

/* digits 0 to 9 after the point. */
bool number_round(struct number n, unsigned digits, enum number_rounding mode, struct number *out);
bool number_rounding_parse(struct str name, enum number_rounding *out);

enum number_error { NUMBER_OK, NUMBER_SYNTAX, NUMBER_PRECISION };

/*
 * A number as JSON writes it.  PRECISION: more than 15 significant digits (16
 * for integers up to NUMBER_INT_MAX) or a value that leaves 10^±15.  Zeros at
 * the end are no digits of a value, however many they are.
 */
enum number_error number_parse(struct str text, struct number *out);

/*
 * The shortest exact decimal ("-7.25") and true, or "1/3" and false when there
 * is none of at most 18 places.
 */
bool number_format(char out[NUMBER_TEXT], struct number n);
