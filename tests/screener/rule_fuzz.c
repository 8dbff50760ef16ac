/* Arbitrary bytes as a rule in a document with an item of each kind. */
#include <stdlib.h>

#include "kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const answers[] = {
		"{}",
		"{'b':true,'b2':false,'i':9007199254740991,'j':0,'d':-0.5,'e':3,'q':70,'h':1,"
		"'dt':'2024-02-29','dt2':'9999-12-31','t':'a','z':'73301','st':'TX','c':'a',"
		"'c2':'b','o':{'other':'q'},'m':['k'],'g':[{'ga':1,'gb':true},{'ga':2}]}",
	};
	struct arena *arena = arena_new(1 << 24);
	struct kit kit =
		kit_rule("boolean", str_dup(arena, (struct str){(const char *)data, size}));

	for (size_t i = 0; kit.screener && i < sizeof answers / sizeof *answers; i++) {
		kit_eval(&kit, answers[i]);
		if (!kit_trace(&kit))
			abort();
	}
	kit_free(&kit);
	arena_free(&arena);
	return 0;
}
