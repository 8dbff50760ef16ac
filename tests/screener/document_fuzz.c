/*
 * Arbitrary bytes as a document: refused with findings, or a program that
 * evaluates, twice with the same trace, and whose own tests run.
 */
#include <stdlib.h>

#include "screener/screener.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool held)
{
	if (!held)
		abort();
}

static struct strbuf trace_of(const struct screener *screener, struct arena *arena)
{
	struct screener_answers *answers;
	struct screener_result result;
	struct strbuf trace = strbuf_new(arena);

	must(is_ok(screener_answers_parse(screener, arena, STR("{\"n\":4,\"age\":40,\"b\":true}"),
					  20000, &answers)));
	screener_eval(screener, answers, arena, SCREENER_FULL, &result);
	must(!result.decided == !!result.held);
	must(result.decided || !result.outcome->issues_code);
	screener_trace_json(&result, &trace);
	return trace;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 26);
	struct str document = {(const char *)data, size};
	struct screener *screener = NULL;
	struct screener_findings findings;
	size_t n;

	if (is_ok(screener_compile(arena, document, NULL, 0, &screener, &findings))) {
		struct strbuf a = trace_of(screener, arena), b = trace_of(screener, arena);

		must(str_eq(strbuf_str(&a), strbuf_str(&b)));
		must(is_ok(screener_run_tests(screener, arena, document, &n, &findings)));
	} else {
		must(findings.n_errors > 0 && screener == NULL);
	}
	screener_free(&screener);
	arena_free(&arena);
	return 0;
}
