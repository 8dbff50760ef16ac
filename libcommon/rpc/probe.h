#pragma once

/* Lets an ejected replica in again once it answers RPC_PING.  Internal. */
#include "base/status.h"
#include "rpc/replica.h"

struct status probe_open(struct replica *replica);
/* After the replica was ejected; ends by clearing replica->ejected. */
void probe_start(struct replica *replica);
/* The replica answered a ping; on one of nng's threads. */
void probe_answered(struct replica *replica);
/* Waits for its callback; none runs afterwards. */
void probe_stop(struct probe *probe);
void probe_free(struct probe *probe);
