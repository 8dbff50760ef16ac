/*
 * Arbitrary bytes as a document: refused with findings, or a program that
 * evaluates, twice with the same trace, and which the publish gate reads, tests
 * included, twice with the same findings.
 */
#include <stdlib.h>

#include "prover/prover.h"
#include "screener/gate/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A few steps: what is fuzzed is the encoding, not the solver's patience. */
static struct screener_effort prove_quickly(void *arg, const struct screener *screener,
					    const struct screener_goal *goals, size_t n_goals,
					    date_days today, struct arena *arena,
					    struct screener_proof *proofs)
{
	(void)arg;
	return screener_prove(&(struct screener_prove){.screener = screener,
						       .goals = goals,
						       .n_goals = n_goals < 4 ? n_goals : 4,
						       .today = today,
						       .steps = 20000},
			      arena, proofs);
}

static const struct screener_prover quick_prover = {.prove = prove_quickly};

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

/* All that the gate says, within a budget that lets a fuzzer go on. */
static struct str gate_of(const struct screener *screener, struct arena *arena, struct str document)
{
	struct strbuf buf = strbuf_new(arena);
	struct screener_gate_report report;

	must(is_ok(screener_gate(screener, arena, document, &quick_prover, 300, &report)));
	for (size_t i = 0; i < report.findings.n; i++)
		strbuf_printf(&buf, "%s %s %s\n", report.findings.list[i].code,
			      report.findings.list[i].pointer, report.findings.list[i].message);
	return strbuf_str(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 26);
	struct str document = {(const char *)data, size};
	struct screener *screener = NULL;
	struct screener_findings findings;

	if (is_ok(screener_compile(arena, document, NULL, 0, &screener, &findings))) {
		struct strbuf a = trace_of(screener, arena), b = trace_of(screener, arena);

		must(str_eq(strbuf_str(&a), strbuf_str(&b)));
		must(str_eq(gate_of(screener, arena, document),
			    gate_of(screener, arena, document)));
	} else {
		must(findings.n_errors > 0 && screener == NULL);
	}
	screener_free(&screener);
	arena_free(&arena);
	return 0;
}
