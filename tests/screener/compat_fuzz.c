/* Arbitrary bytes as [rule, data] of the compat profile. */
#include <stdint.h>

#include "screener/logic/compat.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *pair = json_loadb((const char *)data, size, 0, NULL), *out = NULL;

	if (json_array_size(pair) &&
	    is_ok(compat_apply(arena, json_array_get(pair, 0), json_array_get(pair, 1), &out)))
		json_decref(out);
	json_decref(pair);
	arena_free(&arena);
	return 0;
}
