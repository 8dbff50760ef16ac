#include "rpc/replica.h"

#include <nng/protocol/reqrep0/req.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rpc/client.h"
#include "rpc/endpoint.h"
#include "rpc/nng_seam.h"
#include "rpc/probe.h"

#define RECONNECT_MIN_MS 20
#define RECONNECT_MAX_MS 1000
#define DRAINING_TIME	 SECONDS(30) /* or until its connection goes */
#define PICK_MAX	 64

/*
 * One dialer, so one connection at a time; but the end of the last may be told
 * after the begin of the next, and an end without a begin (a peer that speaks
 * another protocol).  Hence the id, not a count.
 */
static void on_pipe_event(nng_pipe pipe, nng_pipe_ev event, void *arg)
{
	struct replica *replica = arg;
	int id = nng_pipe_id(pipe);

	if (event == NNG_PIPE_EV_ADD_POST) {
		atomic_store(&replica->draining_until, 0);
		atomic_store(&replica->pipe, id);
	} else if (!atomic_compare_exchange_strong(&replica->pipe, &id, 0)) {
		return;
	}
	replica->on_pipe(replica->on_pipe_arg);
}

bool replica_is_connected(const struct replica *replica)
{
	return atomic_load(&replica->pipe) != 0;
}

static struct status dial(struct replica *replica, const struct rpc_tls *tls)
{
	nng_dialer dialer;

	if (!endpoint_url_is_valid(replica->url) ||
	    nng_dialer_create(&dialer, replica->socket, replica->url) != 0) {
		log_error("rpc url", KV("url", replica->url));
		return FAIL(INVALID_ARGUMENT, "RPC_URL");
	}
	if (endpoint_is_tls(replica->url))
		TRY(endpoint_tls_dialer(dialer, tls, replica->url));
	nng_dialer_set_ms(dialer, NNG_OPT_RECONNMINT, RECONNECT_MIN_MS);
	nng_dialer_set_ms(dialer, NNG_OPT_RECONNMAXT, RECONNECT_MAX_MS);
	if (nng_dialer_start(dialer, NNG_FLAG_NONBLOCK) != 0)
		return FAIL(INVALID_ARGUMENT, "RPC_URL");
	return OK;
}

struct status replica_open(struct replica *replica, const char *url, const struct rpc_tls *tls)
{
	pthread_mutex_init(&replica->lock, NULL);
	replica->url = strdup(url);
	if (!replica->url)
		abort();
	TRY(nng_seam_init());
	if (nng_req0_open(&replica->socket) != 0)
		return FAIL(RESOURCE_EXHAUSTED, "MEMORY");
	replica->is_open = true;
	/*
	 * Before the first context, which copies it: REQ would otherwise send a
	 * request again when its connection breaks, whatever it does.
	 */
	if (nng_socket_set_ms(replica->socket, NNG_OPT_REQ_RESENDTIME, NNG_DURATION_INFINITE) != 0)
		return FAIL(INTERNAL, "TRANSPORT");
	TRY(endpoint_limit(replica->socket));
	if (nng_pipe_notify(replica->socket, NNG_PIPE_EV_ADD_POST, on_pipe_event, replica) != 0 ||
	    nng_pipe_notify(replica->socket, NNG_PIPE_EV_REM_POST, on_pipe_event, replica) != 0)
		return FAIL(INTERNAL, "TRANSPORT");
	TRY(probe_open(replica));
	return dial(replica, tls);
}

void replica_abort(struct replica *replica)
{
	pthread_mutex_lock(&replica->lock);
	for (struct lane *lane = replica->all_lanes; lane; lane = lane->next_of_all)
		nng_aio_cancel(lane->aio);
	pthread_mutex_unlock(&replica->lock);
}

void replica_close(struct replica *replica)
{
	struct lane *lane;

	probe_stop(&replica->probe);
	for (lane = replica->all_lanes; lane; lane = lane->next_of_all)
		nng_aio_stop(lane->aio);
	if (replica->is_open)
		nng_close(replica->socket);
	probe_free(&replica->probe);
	while ((lane = replica->all_lanes) != NULL) {
		replica->all_lanes = lane->next_of_all;
		nng_aio_free(lane->aio);
		free(lane);
	}
	pthread_mutex_destroy(&replica->lock);
	free(replica->url);
}

static struct lane *lane_new(struct replica *replica)
{
	struct lane *lane;

	if (replica->n_lanes == RPC_REPLICA_CALLS)
		return NULL;
	lane = calloc(1, sizeof *lane);
	if (!lane)
		abort();
	lane->replica = replica;
	if (nng_ctx_open(&lane->ctx, replica->socket) != 0) {
		free(lane);
		return NULL;
	}
	if (nng_aio_alloc(&lane->aio, replica->on_lane, lane) != 0)
		abort();
	lane->next_of_all = replica->all_lanes;
	replica->all_lanes = lane;
	replica->n_lanes++;
	return lane;
}

struct lane *replica_take_lane(struct replica *replica)
{
	struct lane *lane;

	pthread_mutex_lock(&replica->lock);
	lane = replica->free_lanes;
	if (lane)
		replica->free_lanes = lane->next;
	else
		lane = lane_new(replica);
	pthread_mutex_unlock(&replica->lock);
	if (lane)
		atomic_fetch_add(&replica->outstanding, 1);
	return lane;
}

void replica_return_lane(struct lane *lane)
{
	struct replica *replica = lane->replica;

	lane->call = NULL;
	atomic_fetch_sub(&replica->outstanding, 1);
	pthread_mutex_lock(&replica->lock);
	lane->next = replica->free_lanes;
	replica->free_lanes = lane;
	pthread_mutex_unlock(&replica->lock);
}

void replica_succeeded(struct replica *replica)
{
	if (atomic_load(&replica->failures) != 0)
		atomic_store(&replica->failures, 0);
}

void replica_failed(struct replica *replica)
{
	bool was = false;

	if (atomic_fetch_add(&replica->failures, 1) + 1 < RPC_EJECT_AFTER)
		return;
	if (!atomic_compare_exchange_strong(&replica->ejected, &was, true))
		return;
	log_warn("replica left out", KV("url", replica->url));
	probe_start(replica);
}

void replica_is_draining(struct replica *replica)
{
	atomic_store(&replica->draining_until, instant_monotonic() + DRAINING_TIME);
}

enum fitness { UNCONNECTED, CONNECTED, HEALTHY };

static enum fitness fitness_of(const struct replica *replica, instant now)
{
	if (!replica_is_connected(replica))
		return UNCONNECTED;
	if (atomic_load(&replica->ejected) || atomic_load(&replica->draining_until) > now)
		return CONNECTED;
	return HEALTHY;
}

/* Which of two equals is taken need not be secret, only spread. */
static uint32_t spread(uint32_t limit)
{
	static _Thread_local uint64_t state;

	if (state == 0)
		state = (uint64_t)(uintptr_t)&state ^ (uint64_t)instant_monotonic() << 16 ^ 1;
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (uint32_t)((state >> 32) * limit >> 32);
}

struct replica *replica_pick(struct replica *replicas, size_t n)
{
	struct replica *fit[PICK_MAX], *a, *b;
	enum fitness best = CONNECTED;
	instant now = instant_monotonic();
	uint32_t count = 0, first;

	for (size_t i = 0; i < n && count < PICK_MAX; i++) {
		enum fitness fitness = fitness_of(&replicas[i], now);

		if (fitness < best)
			continue;
		if (fitness > best)
			count = 0;
		best = fitness;
		fit[count++] = &replicas[i];
	}
	if (count == 0)
		return NULL;
	if (count == 1)
		return fit[0];
	first = spread(count);
	a = fit[first];
	b = fit[(first + 1 + spread(count - 1)) % count];
	return atomic_load(&b->outstanding) < atomic_load(&a->outstanding) ? b : a;
}
