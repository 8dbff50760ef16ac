#include <jansson.h>

#include "program/program.h"
#include "prover/process.h"

/* How long consumer lets a session live. */
#define SESSION_SECONDS ((int64_t)24 * 3600)

struct status screener_text(struct rpc_call *call, struct uuid program_id, int32_t version,
			    struct screener_text *out)
{
	struct q_text_row *row;

	TRY(q_screener_text(call->tx, program_id, version, &row));
	if (!row)
		return FAIL(SCREENER_NOT_FOUND);
	*out = (struct screener_text){
		.document = row->document, .published = row->published, .revision = row->revision};
	return OK;
}

/* The hashes that the document's tables name; forms are the compiler's business. */
static struct text_list named_hashes(struct arena *arena, struct str document)
{
	json_t *json = json_loadb(document.ptr, document.len, JSON_REJECT_DUPLICATES, NULL);
	json_t *tables = json_object_get(json, "tables"), *table;
	const char **hashes = arena_array_of(arena, const char *, json_object_size(tables) + 1);
	const char *name;
	size_t n = 0;

	json_object_foreach (tables, name, table) {
		const char *sha256 = json_string_value(json_object_get(table, "sha256"));

		if (sha256)
			hashes[n++] = arena_strdup(arena, sha256);
	}
	json_decref(json);
	return (struct text_list){hashes, n};
}

struct status screener_tables(struct rpc_call *call, struct str document,
			      struct screener_tables *out)
{
	struct text_list hashes = named_hashes(call->arena, document);
	struct q_table_row *rows;
	size_t n = 0;

	*out = (struct screener_tables){};
	if (hashes.n == 0)
		return OK;
	TRY(q_tables_by_hash(call->tx, hashes, &rows, &n));
	out->tables = arena_array_of(call->arena, struct str, n);
	out->hashes = arena_array_of(call->arena, const char *, n);
	for (size_t i = 0; i < n; i++) {
		out->tables[i] = rows[i].document;
		out->hashes[i] = rows[i].sha256;
	}
	out->n = n;
	return OK;
}

void findings_add(struct arena *arena, struct screener_findings *findings,
		  struct screener_finding finding)
{
	struct screener_finding *list =
		arena_array_of(arena, struct screener_finding, findings->n + 1);

	for (size_t i = 0; i < findings->n; i++)
		list[i] = findings->list[i];
	list[findings->n++] = finding;
	findings->list = list;
	findings->n_errors += finding.severity == SCREENER_ERROR;
}

void attempts_find(struct rpc_call *call, const struct q_program_row *program,
		   const struct screener *screener, struct screener_findings *findings)
{
	struct screener_attempts attempts = {};

	if (screener)
		attempts = screener_attempts(screener);
	if (!attempts.limited || strcmp(program->attempts_by, "session") != 0 ||
	    (attempts.window.months == 0 && attempts.window.seconds <= SESSION_SECONDS))
		return;
	findings_add(call->arena, findings,
		     (struct screener_finding){
			     "/attempts/window", "ATTEMPTS_BY_SESSION", SCREENER_WARNING,
			     "The program counts attempts in each session alone, and a "
			     "session lives for a day: this window is never longer. Let "
			     "the program count by email or reference."});
}

/* Those of a, then those of b. */
static struct screener_findings join(struct arena *arena, const struct screener_findings *a,
				     const struct screener_findings *b)
{
	struct screener_findings both = {.n = a->n + b->n, .n_errors = a->n_errors + b->n_errors};

	both.list = arena_array_of(arena, struct screener_finding, both.n + 1);
	for (size_t i = 0; i < a->n; i++)
		both.list[i] = a->list[i];
	for (size_t i = 0; i < b->n; i++)
		both.list[a->n + i] = b->list[i];
	return both;
}

/* Writing the result needs a moment, too. */
#define RESERVED SECONDS(1)
/* Whatever the deadline, as long as the worst document takes. */
#define PROOF_LIMIT SECONDS(8)

static int64_t time_to_prove_ms(const struct rpc_call *call)
{
	instant left = PROOF_LIMIT;

	if (call->deadline && call->deadline - RESERVED - instant_now() < left)
		left = call->deadline - RESERVED - instant_now();
	return left > 0 ? left / 1000 /* us */ : 0;
}

struct status screener_check(struct rpc_call *call, struct str document,
			     const struct screener_tables *tables,
			     struct screener_gate_report *report, struct screener **screener)
{
	struct screener_findings compiled = {};
	struct prover_process process = {.document = document,
					 .tables = tables->tables,
					 .n_tables = tables->n,
					 .limit_ms = time_to_prove_ms(call)};
	struct screener_prover prover = prover_in_process_of_its_own(&process);
	struct status st;

	*screener = NULL;
	*report = (struct screener_gate_report){};
	st = screener_compile(call->arena, document, tables->tables, tables->n, screener,
			      &compiled);
	if (is_ok(st))
		st = screener_gate(*screener, call->arena, document, &prover,
				   SCREENER_GATE_EVALUATIONS, report);
	if (is_failed(st) && !compiled.n_errors) {
		screener_free(screener);
		return st;
	}
	report->findings = join(call->arena, &compiled, &report->findings);
	return OK;
}
