#pragma once

/*
 * Public sources, watched for what concerns a tenant.  A source belongs to the
 * platform; what changed in it is written down once, and each subscription
 * reads those changes at its own pace, in its tenant's own transactions.
 */
#include <aegis/compliance/v1/compliance.aegis.h>
#include <aegis/event/v1/event.aegis.h>

#include "compliance/queries.h"
#include "svc/svc.h"

extern const struct svc_descriptor compliance_daemon;

struct uuid compliance_id_of(const char *text);

/* What a poll of a source came to. */
struct sync_outcome {
	bool changed;
	int32_t rows;
	int32_t added;
	int32_t removed;
	int32_t modified;
	const char *sha256; /* of the bytes; the last ones' when they were not sent again */
};

struct sync_order {
	struct uuid id;
	bool accept_drop; /* a person says that the loss of rows is real */
};

/*
 * Polls a source and writes down what changed.  Blocks for the transfer; opens
 * its own transactions.  The very first file is the baseline: it changes nothing.
 *
 * NOT_FOUND/SOURCE_NOT_FOUND, ABORTED/SYNC_RUNNING, fetch()'s statuses,
 * FAILED_PRECONDITION/SCHEMA_DRIFT for a file that is not what it was (kept out,
 * the source is quarantined until a good one comes), ABORTED/SYNC_RUNNING too when
 * the transfer outlived its lease.
 */
struct status source_sync(struct rpc_call *call, const struct sync_order *order,
			  struct sync_outcome *out);

/* Jobs: poll what is due; hand changes to the subscriptions behind them. */
struct status run_poll(struct rpc_call *call, const struct svc_job_run *job);
struct status run_route(struct rpc_call *call, const struct svc_job_run *job);

/* Rows as messages, filled in place. */
void source_to_proto(struct arena *arena, const struct q_source_row *row, Compliance__Source *out);
void compliance_event_to_proto(struct arena *arena, const struct q_event_row *row,
			       Compliance__ComplianceEvent *out);
void emit_compliance_event(struct rpc_call *call, const char *action,
			   const struct q_event_row *row);
