#pragma once

/*
 * Public sources, watched for what concerns a tenant.  A source belongs to the
 * platform; what changed in it is written down once, and each subscription
 * reads those changes at its own pace, in its tenant's own transactions.
 */
#include <aegis/compliance/v1/compliance.aegis.h>
#include <aegis/event/v1/event.aegis.h>

#include "compliance/fill.h"
#include "svc/svc.h"

extern const struct svc_descriptor compliance_daemon;

/* What a poll of a source came to. */
struct sync_outcome {
	bool changed;
	int32_t rows;
	int32_t added;
	int32_t removed;
	int32_t modified;
	int32_t merged;	 /* rows left out for being alike in every column to another */
	int32_t damaged; /* records left out for being no rows */
	int32_t held;	 /* rows that are missing, but kept: a damaged record may be any of them */
	struct int8_list damaged_lines; /* of the first damaged records, from 1 */
	const char *sha256; /* of the bytes; the last ones' when they were not sent again */
};

struct sync_order {
	struct uuid id;
	bool accept_drop; /* a person says that rows that are missing are really gone */
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

/*
 * Jobs: poll what is due, and tell of silence; hand changes to the subscriptions behind
 * them, one alert for what one poll of a source brought a tenant.
 */
struct status run_poll(struct rpc_call *call, const struct svc_job_run *job);
struct status run_route(struct rpc_call *call, const struct svc_job_run *job);

/*
 * The source when the call's tenant may see it (NULL: it may not, or there is none); an
 * administrator sees all.  In an open transaction.
 */
struct status visible_source(struct rpc_call *call, struct uuid id, struct q_source_row **row);
bool is_source_visible(const struct rpc_call *call, const struct q_source_row *row);

/* How long after its last success a source is silent. */
instant source_patience(int32_t interval_seconds);

int32_t *line_numbers(struct arena *arena, struct int8_list lines);
/* Says how an event changed. */
struct status emit_compliance_event(struct rpc_call *call, const char *action,
				    const struct q_event_row *old,
				    const Compliance__ComplianceEvent *event);
