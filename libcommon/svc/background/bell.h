#pragma once

/*
 * Something to wait on: rung by whoever has news, else a timeout.  A ring while
 * nobody waits is kept; many rings are one.
 */
#include <pthread.h>
#include <stdbool.h>

#include "base/instant.h"

struct bell {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool rung;
};

void bell_init(struct bell *bell);
void bell_fini(struct bell *bell);
void bell_ring(struct bell *bell);
/* Returns at the next ring (at once when it was rung before), or after wait. */
void bell_wait(struct bell *bell, instant wait);
