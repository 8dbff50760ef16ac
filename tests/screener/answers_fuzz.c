/* Arbitrary bytes as answers: refused, or an evaluation whose trace is JSON. */
#include <jansson.h>
#include <stdlib.h>

#include "kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kit kit;
	struct arena *arena = arena_new(1 << 24);
	struct str json = {(const char *)data, size};
	struct screener_answers *answers;
	struct screener_result result;

	if (!kit.screener)
		kit = kit_rule("boolean", "{'and':[{'some':['g',{'<':[{'var':'ga'},{'var':'i'}]}]},"
					  "{'<':[{'/':[{'var':'d'},{'var':'e'}]},7]}]}");
	if (is_ok(screener_answers_parse(kit.screener, arena, json, 20000, &answers))) {
		struct strbuf trace = strbuf_new(arena);
		json_t *read;

		screener_eval(kit.screener, answers, arena, SCREENER_FULL, &result);
		screener_trace_json(&result, &trace);
		read = json_loadb(trace.ptr, trace.len, JSON_REJECT_DUPLICATES, NULL);
		if (!read)
			abort();
		json_decref(read);
	}
	arena_free(&arena);
	return 0;
}
