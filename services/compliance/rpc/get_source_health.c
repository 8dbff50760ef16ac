#include "compliance/compliance.h"
#include "contract/time.h"

/* Two intervals and an hour without success. */
static bool is_stale(const struct q_source_row *row, instant now)
{
	instant patience = SECONDS(2 * (int64_t)row->interval_seconds) + HOURS(1);

	return !row->last_success_at || *row->last_success_at + patience < now;
}

struct health {
	struct uuid id;
	Compliance__SourceHealth *resp;
};

static struct status read_health(struct rpc_call *call, void *arg)
{
	const struct health *health = arg;
	struct q_source_row *row;

	TRY(q_source_by_id(call->tx, health->id, &row));
	if (!row)
		return FAIL(NOT_FOUND, "SOURCE_NOT_FOUND");
	health->resp->source_id = uuid_text(call->arena, row->id);
	health->resp->state =
		strcmp(row->state, "fresh") == 0 && is_stale(row, call->now) ? "stale" : row->state;
	health->resp->last_success_at = pb_timestamp_opt(call->arena, row->last_success_at);
	health->resp->last_attempt_at = pb_timestamp_opt(call->arena, row->last_attempt_at);
	health->resp->last_error = row->last_error;
	health->resp->rows = row->rows;
	return OK;
}

struct status compliance_get_source_health(struct rpc_call *call,
					   const Compliance__GetSourceHealthRequest *req,
					   Compliance__SourceHealth *resp)
{
	struct health health = {compliance_id_of(req->id), resp};

	return tx_run_as(call, svc_platform_tenant, read_health, &health);
}
