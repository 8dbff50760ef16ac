#pragma once

/*
 * The answers of a session as JSON text.  Values are never read as numbers here:
 * they are kept digit for digit as they were given.
 */
#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

/* Of the merged object, in bytes. */
#define ANSWERS_MAX 65536

struct answer_merge {
	struct str merged;    /* the whole object */
	const char **changed; /* names whose value is another now */
	size_t n_changed;
	struct str before; /* their old values, {"age":50,"sex":null} */
	const char **given;
	size_t n_given;
};

/*
 * Lays the given members over the stored ones; null takes an answer back.  Both
 * are JSON objects.  INVALID_ARGUMENT "ANSWERS_NOT_JSON" (also when a member is given twice),
 * "ANSWERS_TOO_DEEP", "ANSWERS_TOO_LARGE".  Everything is in the arena.
 */
struct status answers_merge(struct arena *arena, struct str stored, struct str given,
			    struct answer_merge *out);
