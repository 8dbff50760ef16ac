#include "compliance/compliance.h"
#include "contract/time.h"

static bool is_stale(const struct q_source_row *row, instant now)
{
	return !row->last_success_at ||
	       *row->last_success_at + source_patience(row->interval_seconds) < now;
}

struct health {
	struct uuid id;
	Compliance__SourceHealth *resp;
};

static struct status read_health(struct rpc_call *call, void *arg)
{
	const struct health *health = arg;
	struct q_source_row *row;

	TRY(visible_source(call, health->id, &row));
	if (!row)
		return FAIL(SOURCE_NOT_FOUND);
	health->resp->source_id = uuid_text(call->arena, row->id);
	health->resp->state =
		strcmp(row->state, "fresh") == 0 && is_stale(row, call->now) ? "stale" : row->state;
	health->resp->last_success_at = pb_timestamp_opt(call->arena, row->last_success_at);
	health->resp->last_attempt_at = pb_timestamp_opt(call->arena, row->last_attempt_at);
	health->resp->last_error = row->last_error;
	health->resp->rows = row->rows;
	health->resp->merged_rows = row->merged;
	health->resp->damaged_rows = row->damaged;
	health->resp->n_damaged_lines = row->damaged_lines.n;
	health->resp->damaged_lines = line_numbers(call->arena, row->damaged_lines);
	health->resp->held_rows = row->held;
	return OK;
}

struct status compliance_get_source_health(struct rpc_call *call,
					   const Compliance__GetSourceHealthRequest *req,
					   Compliance__SourceHealth *resp)
{
	struct health health = {pb_uuid(req->id), resp};

	return tx_run_as(call, svc_platform_tenant, read_health, &health);
}
