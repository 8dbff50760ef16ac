#pragma once

/*
 * Part 2, many at once: both tenants read all that is theirs over many
 * connections, mixed, so that the daemons' connections, sessions and caches
 * serve one right after the other.  Enters its check; statuses of http_run().
 */
#include "prove.h"
#include "world.h"

struct status prove_crowd(struct proof *proof, struct http *http, const json_t *api,
			  const struct world *one, const struct world *other);
