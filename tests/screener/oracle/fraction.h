#pragma once

/*
 * Exact numbers of the oracle: fractions of two signed 64 bit integers, lowest terms, den > 0.
 * Each operation works on 128 bits and fails (false, *out untouched) when the reduced result
 * does not fit, or for a division by zero.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct fraction {
	int64_t num, den;
};

enum rounding { HALF_UP, HALF_EVEN, ROUND_UP, ROUND_DOWN, ROUND_FLOOR, ROUND_CEILING };

struct fraction fraction_of(int64_t n);
int fraction_compare(struct fraction a, struct fraction b);
bool fraction_is_integer(struct fraction a);
bool fraction_add(struct fraction a, struct fraction b, struct fraction *out);
bool fraction_subtract(struct fraction a, struct fraction b, struct fraction *out);
bool fraction_multiply(struct fraction a, struct fraction b, struct fraction *out);
bool fraction_divide(struct fraction a, struct fraction b, struct fraction *out);
/* To digits decimal places. */
bool fraction_round(struct fraction a, int digits, enum rounding how, struct fraction *out);
/* The mode that FORMAT.md names so. */
enum rounding rounding_named(const char *name);
/* "12.50", "-3", "5/9"; false for another text, or one that does not fit. */
bool fraction_parse(const char *text, struct fraction *out);
/* A JSON number. A decimal has at most 15 significant digits, so a double loses none of them. */
bool fraction_of_json(const json_t *json, struct fraction *out);
