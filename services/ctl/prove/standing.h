#pragma once

/* The part "standing": a suspended tenant's credentials open nothing, and all of them come back. */
#include "operations.h"
#include "prove.h"

/*
 * Suspends the world's tenant, calls every operation with each credential that its contract lets
 * in, and resumes the tenant in any case.  Statuses of http_run() and of the database;
 * UNAVAILABLE with a sentence when the platform does not obey within ten seconds.
 */
struct status prove_standing(struct proof *proof, struct http *http,
			     const struct operations *operations, const struct world *world);
