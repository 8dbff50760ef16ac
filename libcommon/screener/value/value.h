#pragma once

/*
 * What a slot of an evaluation holds: a known value of the slot's static type,
 * or unknown with, when an evaluation failed, its cause.
 */
#include <stdbool.h>
#include <stdint.h>

#include "screener/value/number.h"

/* Kleene's three; the numbers are those of enum screener_truth. */
enum truth { FALSE3, TRUE3, UNKNOWN3 };

enum cause {
	CAUSE_NONE,
	CAUSE_OVERFLOW,
	CAUSE_DIVISION,
	CAUSE_NO_ROW,
	CAUSE_DOMAIN,
	CAUSE_LIMIT,
};

const char *cause_name(enum cause cause);

/* Rows of a repeating group: cells[row * n_children + child]. */
struct rows {
	uint32_t n;
	uint32_t n_children;
	struct value *cells;
	uint8_t *given; /* of enum given, as cells */
	uint8_t *shown; /* of enum truth, as cells; NULL: all are visible */
};

enum given { GIVEN_NOT, GIVEN_VALID, GIVEN_INVALID };

struct value {
	uint8_t known;
	uint8_t cause; /* enum cause, when not known */
	int32_t code;  /* index of the option; -1: free text of an open choice */
	union {
		struct number number; /* also boolean 0/1 and date as days, with den 1 */
		struct str text;      /* text, and the text of a code */
		uint64_t set;	      /* bit per option */
		struct rows *rows;
	};
};

static inline struct value value_unknown(enum cause cause)
{
	return (struct value){.cause = (uint8_t)cause};
}

static inline struct value value_number(struct number n)
{
	return (struct value){.known = 1, .number = n};
}

static inline struct value value_integer(int64_t n)
{
	return value_number(number_of(n));
}

static inline struct value value_text(struct str s)
{
	return (struct value){.known = 1, .code = -1, .text = s};
}

static inline struct value value_set(uint64_t set)
{
	return (struct value){.known = 1, .set = set};
}

static inline enum truth truth_not(enum truth t)
{
	return t == UNKNOWN3 ? UNKNOWN3 : t == TRUE3 ? FALSE3 : TRUE3;
}

static inline enum truth truth_of(bool b)
{
	return b ? TRUE3 : FALSE3;
}
