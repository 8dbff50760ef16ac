#pragma once

/*
 * One poll of a source: sync.c takes the lease, fetches and notes how it went;
 * changes.c compares and writes rows; source_news.c writes down what becomes of
 * the source itself.  Only they include this.
 */
#include "compliance/compliance.h"
#include "compliance/fetch.h"
#include "compliance/leie_list.h"

struct sync {
	const struct sync_order *order;
	struct uuid poll; /* the changes it finds are one piece of news */
	struct q_source_row *source;
	struct q_held_row *held; /* the source's flags, read under its lock */
	instant until;		 /* the lease, and the proof that it is still ours */
	struct fetched fetched;
	struct leie_list list;
	const char *state;  /* "fresh", "failing", "quarantined" */
	const char *detail; /* what went wrong */
	struct sync_outcome *out;
};

/* FAILED_PRECONDITION/SCHEMA_DRIFT; detail says why, for the operator. */
struct status sync_drift(struct sync *sync, const char *detail);

/*
 * In a transaction that holds the source: brings the stored rows up to the file's,
 * writes down what changed (nothing for a baseline) and the snapshot, and counts.
 * SCHEMA_DRIFT when too many rows are missing.
 */
struct status sync_write_changes(struct rpc_call *call, struct sync *sync);

/*
 * In a transaction that holds the source, after sync->state was set: a quarantine is told
 * once until a file is taken again, and then the recovery is told.  *quarantine_told and
 * *stale_told are what is now known to subscribers.
 */
struct status sync_write_news(struct rpc_call *call, const struct sync *sync, bool *quarantine_told,
			      bool *stale_told);

/* As a job: tells of every source that has been silent for too long, once. */
struct status tell_silence(struct rpc_call *call, void *arg);
