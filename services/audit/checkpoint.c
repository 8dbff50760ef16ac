#include "merkle/checkpoint.h"

#include "audit/audit.h"
#include "audit/settings.h"
#include "audit_platform/queries.h"
#include "base/log.h"
#include "crypto/keyring.h"

const char *audit_origin(struct rpc_call *call)
{
	return arena_printf(call->arena, "%s/%s", audit_config.origin,
			    uuid_text(call->arena, call->tenant));
}

struct status audit_sign(struct rpc_call *call, struct q_checkpoint_row **checkpoint)
{
	const struct key *key = keyring_newest(svc_keyring(call->svc), "checkpoint");
	struct checkpoint now = {.origin = audit_origin(call), .root = merkle_empty_root()};
	struct q_log_row *log;

	if (!key)
		return FAIL(NO_CHECKPOINT_KEY);
	TRY(q_current_log(call->tx, &log));
	if (log) {
		now.size = (uint64_t)log->size;
		TRY(hash_of_bytes(log->root, &now.root));
	}
	return q_insert_checkpoint(
		call->tx, checkpoint, .id = uuid_v7(call->now), .size = (int64_t)now.size,
		.root = ((struct str){(const char *)now.root.bytes, MERKLE_HASH}),
		.note = checkpoint_sign(call->arena, &now, key->bytes), .now = call->now);
}

struct status audit_checkpoint(struct rpc_call *call, int64_t min_size,
			       struct q_checkpoint_row **checkpoint)
{
	struct q_checkpoint_row *newest;

	TRY(q_newest_checkpoint(call->tx, &newest));
	if (newest && newest->size >= min_size) {
		*checkpoint = newest;
		return OK;
	}
	return audit_sign(call, checkpoint);
}

static struct status list_logs(struct rpc_call *call, void *arg)
{
	struct q_logged_tenant_row *rows;
	struct uuid_list *tenants = arg;
	struct uuid *ids;
	size_t n;

	TRY(q_logged_tenants(call->tx, &rows, &n));
	ids = arena_array_of(call->arena, struct uuid, n);
	for (size_t i = 0; i < n; i++)
		ids[i] = rows[i].tenant_id;
	*tenants = (struct uuid_list){ids, n};
	return OK;
}

static struct status sign_one(struct rpc_call *call, void *arg)
{
	struct q_checkpoint_row *row;

	(void)arg;
	return audit_sign(call, &row);
}

struct status audit_checkpoint_all(struct rpc_call *call, const struct svc_job_run *run)
{
	struct uuid_list tenants;
	size_t failed = 0;

	(void)run;
	TRY(tx_run_platform(call, list_logs, &tenants));
	for (size_t i = 0; i < tenants.n; i++) {
		struct status st;

		/* The log's name is made from the call's tenant. */
		call->tenant = tenants.items[i];
		st = tx_run_as(call, tenants.items[i], sign_one, NULL);
		failed += is_failed(st);
	}
	log_info("checkpoints signed", KV("logs", tenants.n - failed), KV("failed", failed));
	return failed ? FAIL(CHECKPOINTS_FAILED) : OK;
}
