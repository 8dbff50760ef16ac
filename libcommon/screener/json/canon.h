#pragma once

/*
 * Canonical JSON after RFC 8785 (JCS): the one byte string of a JSON value over
 * which identities and signatures are made.  Members are sorted by UTF-16 code
 * units, numbers are written as ECMAScript writes them, no white space.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

#define CANON_MAX_DEPTH	  256
#define CANON_NUMBER_TEXT 48

/*
 * The canonical form of a value, NUL-terminated in the arena.  INVALID_ARGUMENT:
 * "CANON_DEPTH" past CANON_MAX_DEPTH, "CANON_NUMBER" for NaN, infinities and
 * for integers that no double holds exactly (two documents must not share one form).
 */
struct status canon_json(struct arena *arena, const json_t *value, struct str *out);

/*
 * The canonical form of JSON text.  All numbers are read as IEEE 754 doubles, as
 * the RFC demands.  INVALID_ARGUMENT "CANON_JSON" when the text is no JSON, has
 * duplicate members, U+0000 or lone surrogates; else as canon_json.
 */
struct status canon_bytes(struct arena *arena, struct str json, struct str *out);

/* Number::toString of ECMAScript: shortest digits that read back the same.  False for NaN, ±∞. */
bool canon_number(char out[CANON_NUMBER_TEXT], double value);

/* <0, 0, >0: valid UTF-8 in the order of its UTF-16 code units. */
int canon_compare(struct str a, struct str b);
