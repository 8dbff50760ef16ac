#pragma once

/* Keeps a number of calls in flight for a while and says how that went. */
#include "rpc/client.h"

struct rpc_load {
	struct rpc_client *client;
	const char *daemon;
	const struct rpc_method *method;
	struct rpc_header header;
	struct rpc_body body;
	int in_flight;
	int seconds;
};

struct rpc_load_result {
	double per_second;
	uint32_t p50_us, p99_us;
	int done, failed;
};

/* Blocks.  Exits when there is no memory for the samples. */
struct rpc_load_result rpc_load_run(const struct rpc_load *load);
