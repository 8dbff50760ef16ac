#pragma once

/*
 * Values and literals of FEEL, the expression language of DMN, as far as
 * decision tables need them.  Null stands for "not known": whatever is compared
 * with it is unknown.
 *
 * DMN 1.5, chapter 10.3 (Object Management Group).
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/str.h"
#include "screener/value/number.h"

enum feel_kind { FEEL_NULL, FEEL_BOOLEAN, FEEL_NUMBER, FEEL_TEXT, FEEL_DATE };

struct feel {
	enum feel_kind kind;
	union {
		bool boolean;
		struct number number;
		struct str text;
		date_days date;
	};
};

/* Where in an expression it went wrong (a byte offset), and a plain sentence. */
struct feel_error {
	size_t at;
	const char *message;
};

/* "number"; the names DMN's typeRef has. */
const char *feel_kind_name(enum feel_kind kind);

/*
 * Reads one literal at text.ptr[*at] and moves *at past it: a number, "text",
 * true, false, null, date("2026-01-31") or @"2026-01-31".
 */
bool feel_literal(struct arena *arena, struct str text, size_t *at, struct feel *out,
		  struct feel_error *error);

/* text is one literal and nothing else. */
bool feel_parse(struct arena *arena, struct str text, struct feel *out, struct feel_error *error);

/* Literals separated by commas, as in outputValues. */
bool feel_parse_list(struct arena *arena, struct str text, struct feel **out, size_t *n,
		     struct feel_error *error);

/* <0, 0, >0; of different kinds by kind.  Text by code points. */
int feel_compare(const struct feel *a, const struct feel *b);

/*
 * A JSON value as FEEL: numbers exactly as they are written in decimal; text
 * becomes a date where the wanted kind is FEEL_DATE.  What is no such value
 * (arrays, objects, another kind than wanted, unless FEEL_NULL) gives false.
 */
bool feel_of_json(struct arena *arena, const json_t *json, enum feel_kind wanted, struct feel *out);

/* A new reference; a date is text. */
json_t *feel_to_json(const struct feel *value);

size_t feel_skip_space(struct str text, size_t at);
