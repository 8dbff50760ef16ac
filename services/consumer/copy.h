#pragma once

/* The tenant's own copies of the screeners its sessions are pinned to. */
#include <aegis/program/v1/program.aegis.h>

#include "consumer/screener_cache.h"
#include "svc/call.h"

/*
 * Keeps what program handed out, in the open transaction; a copy that is there
 * already stays.  DATA_LOSS/SCREENER_CORRUPT when bytes and hashes differ.
 */
struct status copy_store(struct rpc_call *call, const Program__PublishedVersion *version);

/*
 * The compiled screener of a session, to be released: from memory, else from the
 * tenant's copy.  DATA_LOSS/SCREENER_CORRUPT when there is none or it is not what its hash says.
 */
struct status copy_load(struct rpc_call *call, const char *content_hash,
			struct screener_entry **out);
