/* Arbitrary bytes as a DMN model, evaluated for a few inputs. */
#include <libxml/parser.h>

#include "screener/exchange/dmn.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const inputs[] = {"{}", "{\"a\":1.5,\"b\":\"x\",\"c\":true}"};
	struct arena *arena = arena_new(1 << 24);
	struct screener_findings findings;
	struct dmn *dmn;

	xmlInitParser();
	if (is_ok(dmn_load(arena, (struct str){(const char *)data, size}, &dmn, &findings)))
		for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
			json_t *values = json_loads(inputs[i], 0, NULL), *out = NULL;

			if (is_ok(dmn_evaluate(dmn, arena, values, NULL, &out)))
				json_decref(out);
			json_decref(values);
		}
	arena_free(&arena);
	return 0;
}
