#pragma once

/*
 * Reads one flat JSON object, as JOSE headers and our claims are: the values are
 * strings, integers, booleans or arrays of strings.  Anything else, a name
 * twice, U+0000, invalid UTF-8 or trailing bytes refuse the whole.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct arena;

#define FLAT_JSON_MEMBERS 32
#define FLAT_JSON_ITEMS	  512

enum flat_json_kind { FLAT_STRING, FLAT_INTEGER, FLAT_BOOL, FLAT_STRINGS };

struct flat_json_member {
	const char *name;
	enum flat_json_kind kind;
	const char *string;
	int64_t integer;
	bool boolean;
	const char *const *items;
	size_t n_items;
};

struct flat_json {
	struct flat_json_member members[FLAT_JSON_MEMBERS];
	size_t n;
};

/* Everything in *out lives in the arena. */
bool flat_json_parse(struct arena *arena, struct str text, struct flat_json *out);

/* NULL when there is none. */
const struct flat_json_member *flat_json_find(const struct flat_json *object, const char *name);
