/*
 * Any bytes laid over any stored answers: what comes out is answers again, takes the same bytes
 * a second time without a change, and never grows past its limit.
 */
#include <stdlib.h>

#include "consumer/answers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool condition)
{
	if (!condition)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new((size_t)1 << 24);
	struct str given = {(const char *)data, size};
	struct answer_merge first, second;

	if (is_ok(answers_merge(arena, STR("{\"age\":50,\"sex\":\"M\",\"note\":null}"), given,
				&first))) {
		must(first.merged.len <= ANSWERS_MAX && first.n_changed <= first.n_given);
		must(is_ok(answers_merge(arena, first.merged, given, &second)));
		must(second.n_changed == 0 && str_eq(first.merged, second.merged));
		must(is_ok(answers_merge(arena, first.merged, first.before, &second)));
	}
	arena_free(&arena);
	return 0;
}
