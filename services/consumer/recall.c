#include "consumer/recall.h"
#include "svc/kit/change.h"

/* Codes that one transaction voids, and transactions of one run: a lease lasts a minute. */
#define BATCH	      500
#define BATCHES_A_RUN 50

struct voiding {
	struct uuid recall;
	struct uuid behind;
	bool is_done;
};

struct status recall_queue(struct rpc_call *call, struct uuid recall, struct uuid behind)
{
	const char *payload = arena_printf(call->arena, "%s %s", uuid_text(call->arena, recall),
					   uuid_text(call->arena, behind));

	return svc_job_add(call, &(struct job_out){.kind = JOB_RECALL, .payload = str_of(payload)});
}

static bool read_payload(struct str payload, struct voiding *out)
{
	struct str recall = str_take_until(&payload, ' ');

	return uuid_parse(recall, &out->recall) && uuid_parse(payload, &out->behind);
}

static struct status complete(struct rpc_call *call, struct uuid id)
{
	Consumer__Recall before = CONSUMER__RECALL__INIT, after = CONSUMER__RECALL__INIT;
	struct details details = details_new(call->arena);
	struct q_recall_row *row;

	TRY(q_complete_recall(call->tx, id, call->now, &row));
	if (!row)
		return OK;
	TRY(q_recall_fill(call->arena, row, &after));
	/* The statement completes a recall once. */
	row->completed_at = NULL;
	TRY(q_recall_fill(call->arena, row, &before));
	details_uuid(&details, "programId", row->program_id);
	details_number(&details, "codesVoided", row->codes_voided);
	return svc_emit_change(call, "program.recall_completed",
			       &(struct change_out){.resource = &consumer__recall__info,
						    .before = &before,
						    .after = &after,
						    .details = &details});
}

static struct status void_batch(struct rpc_call *call, void *arg)
{
	struct voiding *voiding = arg;
	struct q_recall_row *recall;
	struct q_voided_row *voided;

	TRY(q_recall_by_id(call->tx, voiding->recall, &recall));
	voiding->is_done = !recall;
	if (!recall)
		return svc_job_done(call);
	TRY(q_void_recalled(call->tx, &voided, .recall_id = recall->id,
			    .program_id = recall->program_id,
			    .screener_version = recall->screener_version,
			    .last_id = voiding->behind, .batch = BATCH, .reason = recall->reason,
			    .actor = recall->created_by, .now = call->now));
	voiding->is_done = !voided->last_id;
	if (voided->last_id) {
		voiding->behind = *voided->last_id;
		return OK;
	}
	TRY(complete(call, recall->id));
	return svc_job_done(call);
}

static struct status hand_on(struct rpc_call *call, void *arg)
{
	const struct voiding *voiding = arg;

	TRY(recall_queue(call, voiding->recall, voiding->behind));
	return svc_job_done(call);
}

struct status recall_job(struct rpc_call *call, const struct svc_job_run *job)
{
	struct voiding voiding = {};

	if (!read_payload(job->payload, &voiding))
		return FAIL(MALFORMED_EVENT);
	for (int i = 0; i < BATCHES_A_RUN && !voiding.is_done; i++)
		TRY(tx_run(call, void_batch, &voiding));
	return voiding.is_done ? OK : tx_run(call, hand_on, &voiding);
}
