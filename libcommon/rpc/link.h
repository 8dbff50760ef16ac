#pragma once

/* The connection of a replica, made anew whenever it ends.  Internal. */
#include "base/status.h"
#include "rpc/replica.h"

/* Begins to dial and returns.  INVALID_ARGUMENT/RPC_URL, FAILED_PRECONDITION/RPC_TLS. */
struct status link_open(struct replica *replica, const struct rpc_tls *tls);
/* replica->closing is set: waits for every callback, ends the connection, frees. */
void link_close(struct replica *replica);
