#pragma once

/* One question to every daemon, answered when all have answered or given up. */
#include "call.h"

struct fan_part {
	struct edge_task task;
	struct fan_out *fan;
	const char *daemon;
	struct rpc_result *result;
};

struct fan_out {
	struct gw_call *call;
	size_t pending;
	size_t n;
	struct fan_part *parts;
	void (*done)(struct fan_out *fan);
};

/* Lives in the call's arena; results are freed after done() returned. */
void gw_fan_out(struct gw_call *call, const struct rpc_method *method,
		const struct ProtobufCMessage *request, void (*done)(struct fan_out *fan));
