#pragma once

/*
 * Drug programs and their screeners.  A published version is never changed: the
 * table has no UPDATE grant, its hash is its identity, and each version names
 * the statement of the one before it.
 */
#include <aegis/program/v1/program.aegis.h>

#include "program/fill.h"
#include "screener/gate/gate.h"
#include "svc/svc.h"

extern const struct svc_descriptor program_daemon;

/* Screeners with their status, filled in place. */
struct status draft_show(struct rpc_call *call, const struct q_draft_row *row,
			 Program__ScreenerVersion *out);
struct status version_show(struct rpc_call *call, const struct q_version_row *row,
			   Program__ScreenerVersion *out);

/*
 * Says how a program changed, and to consumer what it is now: row.  NULL for old: it was created;
 * for program, which is row as a message: it was deleted.  INTERNAL/ZONE_UNKNOWN.
 */
struct status emit_program(struct rpc_call *call, const char *action,
			   const struct q_program_row *old, const struct q_program_row *row,
			   const Program__Program *program);
/* NULL for old: a new draft. */
struct status emit_screener(struct rpc_call *call, const char *action,
			    const Program__ScreenerVersion *old,
			    const Program__ScreenerVersion *screener);

/*
 * Moves a program from one of the given statuses (NULL-ended) to another.
 * NOT_FOUND/PROGRAM_NOT_FOUND, FAILED_PRECONDITION/refusal when it is in none.
 */
struct status program_move(struct rpc_call *call, const char *id, const char *const *from,
			   const char *to, const char *action, enum reason refusal,
			   Program__Program *resp);

/* The bytes of a screener version, be it draft or published. */
struct screener_text {
	struct str document;
	bool published;
	int64_t revision; /* of a draft: it changes with every edit */
};

/* NOT_FOUND/SCREENER_NOT_FOUND. */
struct status screener_text(struct rpc_call *call, struct uuid program_id, int32_t version,
			    struct screener_text *out);

/*
 * The reference tables that a document names, as far as the tenant has them;
 * hashes[i] belongs to tables[i].
 */
struct screener_tables {
	struct str *tables;
	const char **hashes;
	size_t n;
};
struct status screener_tables(struct rpc_call *call, struct str document,
			      struct screener_tables *out);

/*
 * Everything that publishing would say of a document: compile, then the publish gate
 * (screener/gate/gate.h).  Called outside of transactions, because it may take seconds: at most
 * until the call's deadline.  OK with all findings in the report; *screener is NULL when it does
 * not compile, else the caller frees it.
 */
struct status screener_check(struct rpc_call *call, struct str document,
			     const struct screener_tables *tables,
			     struct screener_gate_report *report, struct screener **screener);

/* One finding more; the list is copied, since the gate's own has no room. */
void findings_add(struct arena *arena, struct screener_findings *findings,
		  struct screener_finding finding);

/*
 * Adds a warning to the findings of a screener whose attempts are limited for longer than a session
 * lives, in a program that counts them in each session alone.  A NULL screener limits nothing.
 */
void attempts_find(struct rpc_call *call, const struct q_program_row *program,
		   const struct screener *screener, struct screener_findings *findings);

/* The program's row, locked; NOT_FOUND/PROGRAM_NOT_FOUND. */
struct status lock_program(struct rpc_call *call, struct uuid id, struct q_program_row **row);

/* Is this a zone that dates can be read in?  INVALID_ARGUMENT with the field timeZone. */
struct status zone_check(struct rpc_call *call, const char *zone);
