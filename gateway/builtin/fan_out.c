#include "builtin/fan_out.h"

#define FAN_OUT_MS  2000
#define FAN_OUT_MAX 64

static void on_loop(struct edge_task *task)
{
	struct fan_out *fan = ((struct fan_part *)task)->fan;
	size_t n = fan->n;
	struct rpc_result *results[FAN_OUT_MAX];

	if (--fan->pending)
		return;
	/* The answer ends the exchange and its arena, the results outlive both. */
	for (size_t i = 0; i < n; i++)
		results[i] = fan->parts[i].result;
	fan->done(fan);
	for (size_t i = 0; i < n; i++)
		rpc_result_free(&results[i]);
}

static void on_done(struct rpc_result *result, void *arg)
{
	struct fan_part *part = arg;

	part->result = result;
	edge_post(part->fan->call->x->loop, &part->task);
}

void gw_fan_out(struct gw_call *call, const struct rpc_method *method,
		const struct ProtobufCMessage *request, void (*done)(struct fan_out *fan))
{
	const struct gateway *gw = call->loop->gw;
	struct fan_out *fan = arena_new_of(call->x->arena, struct fan_out);
	struct rpc_header header = {.request_id = call->request_id,
				    .traceparent = "",
				    .idempotency_key = "",
				    .client_addr = "",
				    .user_agent = "",
				    .accept_language = "",
				    .deadline = instant_now() + MILLIS(FAN_OUT_MS)};

	fan->call = call;
	fan->done = done;
	fan->n = !method || call->loop->closed ? 0
		 : gw->n_daemons < FAN_OUT_MAX ? gw->n_daemons
					       : FAN_OUT_MAX;
	fan->pending = fan->n;
	fan->parts = arena_array_of(call->x->arena, struct fan_part, fan->n);
	if (fan->n == 0) {
		done(fan);
		return;
	}
	for (size_t i = 0; i < fan->n; i++) {
		fan->parts[i].task.run = on_loop;
		fan->parts[i].fan = fan;
		fan->parts[i].daemon = gw->daemons[i];
		rpc_send(gw->rpc, gw->daemons[i], method, &header,
			 (struct rpc_body){.message = request}, on_done, &fan->parts[i]);
	}
}
