/*
 * Arbitrary bytes as [document, patch, other document]: applying does no harm, and
 * the difference of the documents leads from one to the other.
 */
#include <stdint.h>
#include <stdlib.h>

#include "screener/exchange/patch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_difference(struct arena *arena, const json_t *from, const json_t *to)
{
	json_t *patch = patch_diff(arena, from, to), *out = NULL;
	bool fits = json_array_size(patch) <= PATCH_MAX_OPERATIONS;

	if (fits &&
	    (is_failed(patch_apply(arena, from, patch, &out, NULL)) || !patch_equal(out, to)))
		abort();
	json_decref(out);
	json_decref(patch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *triple = json_loadb((const char *)data, size, 0, NULL), *out = NULL;
	size_t failed_at;

	if (json_array_size(triple) > 1 &&
	    is_ok(patch_apply(arena, json_array_get(triple, 0), json_array_get(triple, 1), &out,
			      &failed_at)))
		json_decref(out);
	if (json_array_size(triple) > 2)
		check_difference(arena, json_array_get(triple, 0), json_array_get(triple, 2));
	json_decref(triple);
	arena_free(&arena);
	return 0;
}
