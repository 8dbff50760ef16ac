/* Arbitrary bytes as JSON: a canonical form is its own canonical form. */
#include <stdlib.h>

#include "screener/json/canon.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 24);
	struct str once, twice;

	if (is_ok(canon_bytes(arena, (struct str){(const char *)data, size}, &once)) &&
	    (is_failed(canon_bytes(arena, once, &twice)) || !str_eq(once, twice)))
		abort();
	arena_free(&arena);
	return 0;
}
