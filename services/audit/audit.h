#pragma once

/*
 * The audit log: every event of every daemon, appended to its tenant's RFC 6962
 * tree in the transaction that takes it from the wire.  Nothing here is ever
 * changed or removed; the database refuses it by grant and by trigger.
 */
#include <aegis/audit/v1/audit.aegis.h>
#include <aegis/event/v1/event.aegis.h>

#include "audit/fill.h"
#include "merkle/merkle.h"
#include "svc/svc.h"

extern const struct svc_descriptor audit_daemon;

/*
 * The bytes that are hashed: one JSON object with its members in a fixed order
 * (README.md, "The leaf").  index is the position in the log.
 */
struct str audit_leaf(struct arena *arena, const Event__Event *event, int64_t index,
		      instant recorded_at);

/* Appends events of one tenant in one transaction (subscription to every topic). */
struct status audit_append(struct rpc_call *call, const Event__Event *const *events, size_t n);

/* The log's name in its checkpoints: "<origin>/<tenant id>". */
const char *audit_origin(struct rpc_call *call);

/*
 * The newest checkpoint of the call's tenant that covers at least min_size
 * entries; the log as it is now is signed and stored when there is none.
 */
struct status audit_checkpoint(struct rpc_call *call, int64_t min_size,
			       struct q_checkpoint_row **checkpoint);

/* Signs and stores a checkpoint of the log as it is now. */
struct status audit_sign(struct rpc_call *call, struct q_checkpoint_row **checkpoint);

/* Hourly, for every tenant, also when nothing happened. */
struct status audit_checkpoint_all(struct rpc_call *call, const struct svc_job_run *run);

/* merkle_lookup over the stored tiles; arg is the rpc_call. */
struct status audit_lookup(void *call, unsigned height, uint64_t index, struct merkle_hash *out);

/* Lower-case hex in the arena. */
char *hash_text(struct arena *arena, const struct merkle_hash *hash);
/* A stored hash; DATA_LOSS/HASH_SHAPE unless it has 32 bytes. */
struct status hash_of_bytes(struct str bytes, struct merkle_hash *out);
