#pragma once

/* Making and ending the parts of a daemon, in order; for main.c and the tests. */
#include "svc/internal.h"

/*
 * Keys, trust, routes: what needs no other process.  config must outlive svc.
 * The keyring's and trust's statuses; logs why.
 */
struct status svc_setup(struct svc *svc, const struct svc_descriptor *descriptor,
			const struct svc_config *config);

/*
 * Waits up to wait_ms for the database, then checks role, isolation and
 * migrations, and logs the budget of connections.
 */
struct status svc_check_database(struct svc *svc, int64_t wait_ms);

/* Starts to dial the configured peers. */
struct status svc_start_client(struct svc *svc);

/* Pools, relay, jobs, health, and last the server. */
struct status svc_start_serving(struct svc *svc);

/* The opposite: refuses new calls, lets running ones end, stops every thread. */
void svc_stop_serving(struct svc *svc);

/* Frees the rest. */
void svc_teardown(struct svc *svc);
