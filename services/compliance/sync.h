#pragma once

/*
 * One poll of a source, in two files: sync.c takes the lease, fetches, parses and
 * notes how it went; changes.c compares and writes.  Only they include this.
 */
#include "compliance/compliance.h"
#include "compliance/fetch.h"
#include "compliance/leie.h"

struct sync {
	const struct sync_order *order;
	struct q_source_row *source;
	instant until; /* the lease, and the proof that it is still ours */
	struct fetched fetched;
	struct leie_row *rows; /* by key, one each */
	size_t n;
	const char *state;  /* "fresh", "failing", "quarantined" */
	const char *detail; /* what went wrong */
	struct sync_outcome *out;
};

/* FAILED_PRECONDITION/SCHEMA_DRIFT; detail says why, for the operator. */
struct status sync_drift(struct sync *sync, const char *detail);

/* ABORTED/SYNC_RUNNING when the lease was taken over.  Keeps others out until the commit. */
struct status sync_hold(struct rpc_call *call, const struct sync *sync);

/*
 * In a transaction that holds the source: brings the stored rows up to the file's,
 * writes down what changed (nothing for a baseline) and the snapshot, and counts.
 * SCHEMA_DRIFT when too many rows are missing.
 */
struct status sync_write_changes(struct rpc_call *call, struct sync *sync);
