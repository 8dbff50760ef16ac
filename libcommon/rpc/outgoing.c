#include <stdlib.h>

#include "crypto/random.h"
#include "rpc/client_internal.h"

#define CALL_MAX       HOURS(1)
#define PAUSE_FIRST_MS 25
#define PAUSE_MAX_MS   400

static bool is_closing(const struct outgoing *call)
{
	return atomic_load(&call->client->closing);
}

void outgoing_finish(struct outgoing *call, struct status status, bool not_run)
{
	call->result.header.status = status;
	call->result.not_run = not_run;
	call->done(&call->result, call->result.arg);
}

static nng_duration ms_left(const struct outgoing *call)
{
	instant left = call->deadline - instant_monotonic();

	if (left <= 0)
		return 0;
	if (left > CALL_MAX)
		left = CALL_MAX;
	return (nng_duration)((left + 999) / 1000);
}

static void on_timer(void *arg)
{
	struct outgoing *call = arg;
	struct rpc_client *client = call->client;

	outgoing_attempt(call);
	rpc_client_flush(client);
}

/* A random part of a pause that doubles. */
static nng_duration pause_of(const struct outgoing *call)
{
	uint32_t most = PAUSE_FIRST_MS << (call->attempts - 1);

	if (most > PAUSE_MAX_MS)
		most = PAUSE_MAX_MS;
	return (nng_duration)crypto_random_below(most + 1);
}

static bool may_repeat(const struct outgoing *call, bool not_run)
{
	return (not_run || call->retryable) && call->attempts < RPC_ATTEMPTS;
}

static void repeat_after(struct outgoing *call, nng_duration pause)
{
	if (!call->timer && nng_aio_alloc(&call->timer, on_timer, call) != 0)
		abort();
	nng_aio_set_timeout(call->timer, NNG_DURATION_INFINITE);
	nng_sleep_aio(pause, call->timer);
}

/* The attempt did not work: once more, if that is allowed and of any use. */
static void failed(struct outgoing *call, struct status status, bool not_run, bool in_budget)
{
	nng_duration pause = pause_of(call);

	if (is_closing(call)) {
		/* Connections go one by one: what breaks then was not lost but ended. */
		outgoing_finish(call, FAIL(CLIENT_CLOSED), not_run);
		return;
	}
	if (in_budget && may_repeat(call, not_run) && pause < ms_left(call))
		repeat_after(call, pause);
	else
		outgoing_finish(call, status, not_run);
}

static void broken(struct outgoing *call, struct status status, bool not_run)
{
	failed(call, status, not_run, throttle_failure(&call->peer->throttle));
}

/* A replica that goes away said no to many at once: that is no sign of overload. */
static void refused(struct outgoing *call)
{
	failed(call, FAIL(DRAINING), true, true);
}

void outgoing_attempt(struct outgoing *call)
{
	struct replica *replica;

	call->attempts++;
	if (is_closing(call)) {
		outgoing_finish(call, FAIL(CLIENT_CLOSED), call->attempts == 1);
		return;
	}
	if (ms_left(call) == 0) {
		outgoing_finish(call, FAIL(DEADLINE), call->attempts == 1);
		return;
	}
	replica = replica_pick(call->peer->replicas, call->peer->n_replicas);
	switch (replica ? replica_send(replica, call) : REPLICA_NOT_CONNECTED) {
	case REPLICA_SENT: break;
	case REPLICA_NOT_CONNECTED: broken(call, FAIL(NO_CONNECTION), true); break;
	case REPLICA_BUSY: outgoing_finish(call, FAIL(RPC_BUSY), true); break;
	}
}

void outgoing_broken(struct outgoing *call, bool not_run)
{
	broken(call, not_run ? FAIL(NO_CONNECTION) : FAIL(CONNECTION_LOST), not_run);
}

void outgoing_late(struct outgoing *call, bool not_run)
{
	if (ms_left(call) > 0) {
		outgoing_broken(call, not_run);
		return;
	}
	if (!not_run)
		throttle_failure(&call->peer->throttle);
	outgoing_finish(call, FAIL(DEADLINE), not_run);
}

static bool is_refusal(const struct rpc_reply_header *header)
{
	return header->draining && header->status.reason == REASON_DRAINING;
}

void outgoing_answered(struct outgoing *call, struct replica *replica, struct str body)
{
	struct rpc_reply_header *header = &call->result.header;
	struct str kept = {arena_memdup(call->arena, body.ptr, body.len), body.len};
	struct status st;

	replica_succeeded(replica);
	st = rpc_reply_frame_read(call->arena, kept, header, &call->result.payload);
	if (is_failed(st)) {
		outgoing_finish(call, FAIL(MALFORMED_REPLY), false);
		return;
	}
	if (header->draining)
		replica_is_draining(replica);
	if (is_refusal(header)) {
		call->result.payload = (struct str){};
		refused(call);
		return;
	}
	throttle_success(&call->peer->throttle);
	outgoing_finish(call, header->status, false);
}
