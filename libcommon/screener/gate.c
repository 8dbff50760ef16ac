/* The publish gate: its parts in order, and where their findings stand. */
#include "screener/gate_part.h"

const char *gate_rule_pointer(const struct gate *gate, uint32_t rule, const char *member)
{
	bool table = gate->program->decision != NULL;
	const struct path *list =
		table ? AT_NAME(AT_NAME(NULL, "decision"), "rows") : AT_NAME(NULL, "rules");
	const struct path *at = AT_INDEX(list, rule);

	return path_text(gate->arena, member ? AT_NAME(at, member) : at);
}

void gate_finding(struct gate *gate, const char *pointer, enum screener_severity severity,
		  const char *code, const char *fmt, ...)
{
	size_t before = gate->c.n_findings;
	va_list ap;

	va_start(ap, fmt);
	finding_add(&gate->c, NULL, severity, code, "%s", arena_vprintf(gate->arena, fmt, ap));
	va_end(ap);
	if (gate->c.n_findings > before)
		gate->c.findings[before].pointer = pointer;
}

static struct status run(struct gate *gate, struct str document)
{
	gate_texts(gate);
	TRY(gate_tests(gate, document));
	gate_untested_outcomes(gate);
	gate_covered_rules(gate);
	gate_unfired_rules(gate);
	gate->report->findings =
		(struct screener_findings){gate->c.findings, gate->c.n_findings, gate->c.n_errors};
	return OK;
}

struct status screener_gate(const struct screener *screener, struct arena *arena,
			    struct str document, struct screener_gate_report *report)
{
	struct gate gate = {
		.program = screener, .arena = arena, .c = {.arena = arena}, .report = report};
	struct status st;

	*report = (struct screener_gate_report){};
	gate.document = json_loadb(document.ptr, document.len, JSON_REJECT_DUPLICATES, NULL);
	if (!gate.document)
		return FAIL(INVALID_ARGUMENT, "SCREENER_INVALID");
	gate.scratch = arena_new(SIZE_MAX);
	gate.fired = arena_array_of(gate.scratch, uint8_t, screener->n_rules);
	gate.dead = arena_array_of(gate.scratch, uint8_t, screener->n_rules);
	gate.reached = arena_array_of(gate.scratch, uint8_t, screener->n_outcomes);
	st = run(&gate, document);
	arena_free(&gate.scratch);
	json_decref(gate.document);
	return st;
}
