#pragma once

/*
 * JSON Patch (RFC 6902): the difference of two documents as operations, and
 * their application.  Patches are outside bytes: a patch is applied whole or
 * not at all, and what it may grow is limited.
 */
#include <jansson.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/status.h"

#define PATCH_MAX_OPERATIONS 10000
#define PATCH_MAX_COPIED     1000000 /* values made by copy and test together */

/*
 * Applies patch to doc, which stays as it is; *out is a new reference.
 * *failed_at (may be NULL) is the index of the operation that failed.
 * INVALID_ARGUMENT "PATCH_FORM" (no array of operations, a member is missing,
 * a pointer is no pointer), FAILED_PRECONDITION "PATCH_NO_TARGET",
 * "PATCH_TEST_FAILED", RESOURCE_EXHAUSTED "PATCH_TOO_LARGE".
 */
struct status patch_apply(struct arena *arena, const json_t *doc, const json_t *patch, json_t **out,
			  size_t *failed_at);

/*
 * Operations (add, remove, replace) that turn from into to, a new reference.
 * Elements of arrays are matched by their member "id", "code" or "name" where
 * all have a distinct one, otherwise by equality (longest common subsequence;
 * very long ones by position).  The same inputs give the same patch.
 */
json_t *patch_diff(struct arena *arena, const json_t *from, const json_t *to);

/* Equal as RFC 6902 4.6 says: numbers by value, objects in any order. */
bool patch_equal(const json_t *a, const json_t *b);
