#pragma once

/*
 * What aegisctl does in the schema of auth, as aegis_migrator: before the first
 * administrator there is nobody who could be asked over HTTP.
 */
#include "base/instant.h"
#include "base/status.h"
#include "base/uuid.h"

struct arena;
struct db_conn;
struct tx;

/*
 * A connection with auth_operator_queries prepared; freed by db_conn_free().
 * Blocks on the disk for the password only.  NOT_FOUND/NO_PASSWORD.
 */
struct status auth_operator_connect(const char *conninfo, const char *secrets_dir,
				    struct db_conn **conn);

struct auth_deed {
	const char *action; /* one that proto/manifest/actions.txt lets auth and ctl say */
	const char *target_kind;
	struct uuid target;
	struct uuid tenant; /* the transaction's; its audit log gets the entry */
	instant now;
};

/* Queues the entry for the audit log in the open transaction; its actor is the operator's uid. */
struct status auth_operator_tell(struct tx *tx, const struct auth_deed *deed);

/* The address as auth stores it, in the arena; NULL when the text is no address. */
const char *auth_operator_address(struct arena *arena, const char *text);
