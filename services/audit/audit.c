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
		return FAIL(HASH_SHAPE);
	memcpy(out->bytes, bytes.ptr, MERKLE_HASH);
	return OK;
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
