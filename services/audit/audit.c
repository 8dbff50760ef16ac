#include "audit/audit.h"

#include "audit/settings.h"
#include "audit_platform/queries.h"
#include "base/encoding.h"
#include "contract/time.h"

char *hash_text(struct arena *arena, const struct merkle_hash *hash)
{
	char *text = arena_alloc(arena, 2 * MERKLE_HASH + 1);

	hex_encode(text, hash->bytes, MERKLE_HASH);
	return text;
}

struct status hash_of_bytes(struct str bytes, struct merkle_hash *out)
{
	if (bytes.len != MERKLE_HASH)
		return FAIL(DATA_LOSS, "HASH_SHAPE");
	memcpy(out->bytes, bytes.ptr, MERKLE_HASH);
	return OK;
}

static char *hex_of(struct arena *arena, struct str bytes)
{
	char *text = arena_alloc(arena, 2 * bytes.len + 1);

	hex_encode(text, bytes.ptr, bytes.len);
	return text;
}

static ProtobufCBinaryData bytes_of(struct str s)
{
	return (ProtobufCBinaryData){.len = s.len, .data = (uint8_t *)s.ptr};
}

void event_to_proto(struct arena *arena, const struct q_entry_row *row, Audit__AuditEvent *out)
{
	out->id = uuid_text(arena, row->event_id);
	out->index = row->idx;
	out->occurred_at = pb_timestamp(arena, row->occurred_at);
	out->recorded_at = pb_timestamp(arena, row->recorded_at);
	out->actor_kind = row->actor_kind;
	out->actor_id = row->actor_id ? uuid_text(arena, *row->actor_id) : "";
	out->actor_label = row->actor_label;
	out->action = row->action;
	out->target_kind = row->target_kind;
	out->target_id = row->target_id ? uuid_text(arena, *row->target_id) : "";
	out->target_version = row->target_version;
	out->before = bytes_of(row->before);
	out->after = bytes_of(row->after);
	out->outcome = row->outcome;
	out->request_id = row->request_id;
	out->address = row->address;
	out->user_agent = row->user_agent;
	out->source = row->source;
	out->leaf_hash = hex_of(arena, row->leaf_hash);
}

void checkpoint_to_proto(struct arena *arena, const struct q_checkpoint_row *row,
			 Audit__Checkpoint *out)
{
	out->tree_size = row->size;
	out->root_hash = hex_of(arena, row->root);
	out->created_at = pb_timestamp(arena, row->created_at);
	out->note = row->note;
}

void export_to_proto(struct arena *arena, const struct q_export_row *row, Audit__Export *out)
{
	out->id = uuid_text(arena, row->id);
	out->tree_size = row->size;
	out->root_hash = hex_of(arena, row->root);
	out->checkpoint = row->note;
	out->purpose = row->purpose;
	out->created_at = pb_timestamp(arena, row->created_at);
}

struct audit_config audit_config;

#define CFG_OWNER struct audit_config
static const struct cfg_setting setting_rows[] = {AUDIT_SETTINGS(CFG_ROW)};
#undef CFG_OWNER

static const struct svc_subscription subscriptions[] = {
	{.topic = "*", .on_batch = audit_append},
};

static const struct svc_job jobs[] = {
	{.kind = "checkpoints", .run = audit_checkpoint_all, .every_s = 3600, .lease_s = 600},
};

static const struct svc_key keys[] = {
	{"checkpoint", KEY_ED25519},
};

const struct svc_descriptor audit_daemon = {
	.name = "audit",
	.purpose = "the append-only audit log, its proofs and checkpoints",
	.service = &audit_service,
	.handlers = &audit_handlers,
	.queries = &audit_queries,
	.keys = keys,
	.n_keys = sizeof keys / sizeof keys[0],
	.platform_queries = &audit_platform_queries,
	.subscriptions = subscriptions,
	.n_subscriptions = sizeof subscriptions / sizeof subscriptions[0],
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof jobs[0],
	.write_conns = 8,
	.settings = {.settings = setting_rows,
		     .n = sizeof setting_rows / sizeof setting_rows[0],
		     .target = &audit_config},
};
