#include <stdlib.h>

#include "crypto/random.h"
#include "rpc/client_internal.h"
#include "rpc/nng_status.h"

#define SEND_MS	       1000 /* longest in the queue of one replica: then it is surely unsent */
#define CALL_MAX       HOURS(1)
#define PAUSE_FIRST_MS 25
#define PAUSE_MAX_MS   400
/* Larger requests that must not run twice are not copied for the rare refusal. */
#define KEEP_MAX ((size_t)64 * 1024)

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
	outgoing_attempt(arg);
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
	return call->request && (not_run || call->retryable) && call->attempts < RPC_ATTEMPTS;
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
		outgoing_finish(call, FAIL(CANCELLED, "CLIENT_CLOSED"), not_run);
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
	failed(call, FAIL(UNAVAILABLE, "DRAINING"), true, true);
}

/* Keeps a copy of what goes out, when it may be wanted again. */
static nng_msg *message_to_send(struct outgoing *call)
{
	nng_msg *msg = call->request;

	call->request = NULL;
	if (call->retryable || nng_msg_len(msg) <= KEEP_MAX)
		if (nng_msg_dup(&call->request, msg) != 0)
			call->request = NULL;
	return msg;
}

static void send_on(struct outgoing *call, struct lane *lane)
{
	nng_duration left = ms_left(call);

	lane->call = call;
	lane->state = LANE_SENDING;
	nng_aio_set_msg(lane->aio, message_to_send(call));
	nng_aio_set_timeout(lane->aio, left < SEND_MS ? left : SEND_MS);
	nng_ctx_send(lane->ctx, lane->aio);
}

void outgoing_attempt(struct outgoing *call)
{
	struct replica *replica;
	struct lane *lane;

	call->attempts++;
	if (is_closing(call)) {
		outgoing_finish(call, FAIL(CANCELLED, "CLIENT_CLOSED"), call->attempts == 1);
		return;
	}
	if (ms_left(call) == 0) {
		outgoing_finish(call, FAIL(DEADLINE_EXCEEDED, "DEADLINE"), call->attempts == 1);
		return;
	}
	replica = replica_pick(call->peer->replicas, call->peer->n_replicas);
	if (!replica) {
		broken(call, FAIL(UNAVAILABLE, "NO_CONNECTION"), true);
		return;
	}
	lane = replica_take_lane(replica);
	if (!lane) {
		outgoing_finish(call, FAIL(RESOURCE_EXHAUSTED, "RPC_BUSY"), true);
		return;
	}
	send_on(call, lane);
}

/* Nothing of it left: nng gives the message back. */
static void unsent(struct lane *lane, int err)
{
	struct outgoing *call = lane->call;
	struct replica *replica = lane->replica;
	nng_msg *msg = nng_aio_get_msg(lane->aio);

	nng_aio_set_msg(lane->aio, NULL);
	replica_return_lane(lane);
	if (msg && call->request)
		nng_msg_free(msg);
	else if (msg)
		call->request = msg;
	if (err == NNG_ETIMEDOUT && ms_left(call) == 0) {
		replica_failed(replica);
		outgoing_finish(call, FAIL(DEADLINE_EXCEEDED, "DEADLINE"), true);
	} else if (err == NNG_ETIMEDOUT) {
		replica_failed(replica);
		broken(call, FAIL(UNAVAILABLE, "NO_CONNECTION"), true);
	} else {
		broken(call, rpc_status_of_nng(err), true);
	}
}

static void receive(struct lane *lane)
{
	nng_duration left = ms_left(lane->call);

	/* Only now: receiving before the send completed crashes nng 1.5.2. */
	lane->state = LANE_RECEIVING;
	nng_aio_set_timeout(lane->aio, left > 0 ? left : 1);
	nng_ctx_recv(lane->ctx, lane->aio);
}

static void unanswered(struct lane *lane, int err)
{
	struct outgoing *call = lane->call;
	struct replica *replica = lane->replica;
	struct status status = rpc_status_of_nng(err);

	replica_return_lane(lane);
	if (err != NNG_ECLOSED && err != NNG_ECANCELED)
		replica_failed(replica);
	if (err == NNG_ETIMEDOUT || status.code == STATUS_CANCELLED) {
		if (err == NNG_ETIMEDOUT)
			throttle_failure(&call->peer->throttle);
		outgoing_finish(call, status, false);
	} else {
		broken(call, status, false);
	}
}

static void answered(struct lane *lane)
{
	struct outgoing *call = lane->call;
	struct replica *replica = lane->replica;
	struct rpc_reply_header *header = &call->result.header;
	struct status st;

	call->reply = nng_aio_get_msg(lane->aio);
	nng_aio_set_msg(lane->aio, NULL);
	replica_return_lane(lane);
	replica_succeeded(replica);
	st = rpc_reply_frame_read(call->arena,
				  (struct str){nng_msg_body(call->reply), nng_msg_len(call->reply)},
				  header, &call->result.payload);
	if (is_failed(st)) {
		outgoing_finish(call, FAIL(INTERNAL, "MALFORMED_FRAME"), false);
		return;
	}
	if (header->draining)
		replica_is_draining(replica);
	if (header->draining && header->status.code == STATUS_UNAVAILABLE &&
	    strcmp(header->status.reason, "DRAINING") == 0) {
		nng_msg_free(call->reply);
		call->reply = NULL;
		call->result.payload = (struct str){};
		refused(call);
		return;
	}
	throttle_success(&call->peer->throttle);
	outgoing_finish(call, header->status, false);
}

void outgoing_on_lane(void *arg)
{
	struct lane *lane = arg;
	int err = nng_aio_result(lane->aio);

	if (lane->state == LANE_SENDING && err == 0)
		receive(lane);
	else if (lane->state == LANE_SENDING)
		unsent(lane, err);
	else if (err == 0)
		answered(lane);
	else
		unanswered(lane, err);
}
