#include "rpc/replica.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rpc/client.h"
#include "rpc/client_internal.h"
#include "rpc/link.h"
#include "rpc/probe.h"

#define DRAINING_TIME SECONDS(30) /* or until its connection goes */
#define PICK_MAX      64
#define TICK_MS	      50 /* how late the end of a deadline may be told */
/* Longest behind others that are being written: then it is surely unsent. */
#define QUEUED_MAX SECONDS(1)
/* No slot's: the answer to a ping. */
#define PING_NUMBER UINT32_MAX
#define NO_SLOT	    UINT32_MAX

_Static_assert(REPLICA_SLOTS == RPC_REPLICA_CALLS, "a slot for each call that may wait");

bool replica_is_connected(const struct replica *replica)
{
	return atomic_load(&replica->connected);
}

static void on_clock(void *arg);

struct status replica_open(struct replica *replica, const char *url, const struct rpc_tls *tls)
{
	pthread_mutex_init(&replica->lock, NULL);
	pthread_cond_init(&replica->ended, NULL);
	for (uint32_t i = 0; i < REPLICA_SLOTS; i++)
		replica->slots[i].next_free = i + 1 < REPLICA_SLOTS ? i + 1 : NO_SLOT;
	replica->url = strdup(url);
	if (!replica->url)
		abort();
	if (nng_aio_alloc(&replica->clock, on_clock, replica) != 0)
		return FAIL(MEMORY);
	TRY(probe_open(replica));
	return link_open(replica, tls);
}

void replica_close(struct replica *replica)
{
	pthread_mutex_lock(&replica->lock);
	replica->closing = true;
	pthread_mutex_unlock(&replica->lock);
	probe_stop(&replica->probe);
	if (replica->clock)
		nng_aio_stop(replica->clock);
	link_close(replica);
	probe_free(&replica->probe);
	if (replica->clock)
		nng_aio_free(replica->clock);
	pthread_cond_destroy(&replica->ended);
	pthread_mutex_destroy(&replica->lock);
	free(replica->url);
}

/* ---- calls ---- */

static uint32_t number_of(const struct replica *replica, uint32_t slot)
{
	/* The last use would be the ping's number. */
	return (replica->slots[slot].uses % (UINT32_MAX >> REPLICA_SLOTS_LOG2))
		       << REPLICA_SLOTS_LOG2 |
	       slot;
}

/* The call of a slot, which is free from now on. */
static struct outgoing *take_out(struct replica *replica, uint32_t slot)
{
	struct outgoing *call = replica->slots[slot].call;

	replica->slots[slot].call = NULL;
	replica->slots[slot].uses++;
	replica->slots[slot].next_free = replica->first_free;
	replica->first_free = slot;
	atomic_fetch_sub(&replica->outstanding, 1);
	return call;
}

static void put_in(struct replica *replica, struct outgoing *call)
{
	uint32_t slot = replica->first_free;

	replica->first_free = replica->slots[slot].next_free;
	replica->slots[slot].call = call;
	atomic_fetch_add(&replica->outstanding, 1);
	call->sent_at = instant_monotonic();
	call->frame->staged = false;
	frame_set_call(call->frame, number_of(replica, slot));
	if (!replica->clock_runs && !replica->closing) {
		replica->clock_runs = true;
		nng_aio_set_timeout(replica->clock, NNG_DURATION_INFINITE);
		nng_sleep_aio(TICK_MS, replica->clock);
	}
}

/* Frees the lock; the channel, when there is a connection. */
static struct channel *unlock_with_channel(struct replica *replica)
{
	struct channel *channel = replica->channel ? channel_ref(replica->channel) : NULL;

	pthread_mutex_unlock(&replica->lock);
	return channel;
}

enum replica_sent replica_send(struct replica *replica, struct outgoing *call)
{
	struct frame *frame;
	struct channel *channel;

	pthread_mutex_lock(&replica->lock);
	if (!replica->channel || !replica_is_connected(replica) || replica->first_free == NO_SLOT) {
		bool busy = replica->first_free == NO_SLOT;

		pthread_mutex_unlock(&replica->lock);
		return busy ? REPLICA_BUSY : REPLICA_NOT_CONNECTED;
	}
	put_in(replica, call);
	frame = frame_ref(call->frame);
	channel = unlock_with_channel(replica);
	/* When the channel is gone its end finds the call in its slot, and the frame unsent. */
	(void)channel_put(channel, frame);
	if (replica->corked)
		atomic_store(&replica->unflushed, true);
	else
		channel_flush(channel);
	channel_unref(channel);
	return REPLICA_SENT;
}

void replica_flush(struct replica *replica)
{
	struct channel *channel;

	if (!atomic_load_explicit(&replica->unflushed, memory_order_relaxed) ||
	    !atomic_exchange(&replica->unflushed, false))
		return;
	pthread_mutex_lock(&replica->lock);
	channel = unlock_with_channel(replica);
	if (!channel)
		return;
	channel_flush(channel);
	channel_unref(channel);
}

bool replica_send_ping(struct replica *replica)
{
	const struct rpc_header header = {.method_id = RPC_PING};
	struct frame *frame = frame_new(PING_NUMBER, rpc_header_size(&header));
	struct channel *channel;
	bool sent;

	rpc_header_write(frame_body(frame), &header);
	pthread_mutex_lock(&replica->lock);
	channel = unlock_with_channel(replica);
	if (!channel) {
		frame_unref(&frame);
		return false;
	}
	sent = channel_put(channel, frame);
	channel_flush(channel);
	channel_unref(channel);
	return sent;
}

void replica_on_frame(struct replica *replica, uint32_t number, struct str body)
{
	uint32_t slot = number & (REPLICA_SLOTS - 1);
	struct outgoing *call = NULL;

	if (number == PING_NUMBER) {
		probe_answered(replica);
		return;
	}
	pthread_mutex_lock(&replica->lock);
	if (replica->slots[slot].call && number == number_of(replica, slot))
		call = take_out(replica, slot);
	pthread_mutex_unlock(&replica->lock);
	/* Otherwise it came too late, and nobody waits for it. */
	if (call)
		outgoing_answered(call, replica, body);
}

/* Takes out the calls that a test names; a list by next. */
static struct outgoing *take_calls(struct replica *replica,
				   bool (*wanted)(struct replica *, struct outgoing *, instant))
{
	struct outgoing *taken = NULL;
	instant now = instant_monotonic();

	for (uint32_t i = 0; i < REPLICA_SLOTS; i++) {
		struct outgoing *call = replica->slots[i].call;

		if (!call || !wanted(replica, call, now))
			continue;
		take_out(replica, i);
		call->next = taken;
		taken = call;
	}
	return taken;
}

static bool any(struct replica *replica, struct outgoing *call, instant now)
{
	(void)replica, (void)now;
	call->not_run = !call->frame->staged;
	return true;
}

void replica_fail_calls(struct replica *replica)
{
	struct outgoing *call, *next;

	pthread_mutex_lock(&replica->lock);
	call = take_calls(replica, any);
	pthread_mutex_unlock(&replica->lock);
	for (; call; call = next) {
		next = call->next;
		replica_failed(replica);
		outgoing_broken(call, call->not_run);
	}
}

/* Whether it was run is not asked any more. */
static bool any_queued_or_not(struct replica *replica, struct outgoing *call, instant now)
{
	(void)now;
	call->not_run = replica->channel && channel_withdraw(replica->channel, call->frame);
	return true;
}

void replica_abort(struct replica *replica)
{
	struct outgoing *call, *next;

	pthread_mutex_lock(&replica->lock);
	call = take_calls(replica, any_queued_or_not);
	pthread_mutex_unlock(&replica->lock);
	for (; call; call = next) {
		next = call->next;
		outgoing_finish(call, FAIL(CLIENT_CLOSED), call->not_run);
	}
}

/* Past its deadline, or stuck behind a peer that does not read. */
static bool is_late(struct replica *replica, struct outgoing *call, instant now)
{
	bool expired = call->deadline <= now;

	if (!expired && now - call->sent_at < QUEUED_MAX)
		return false;
	call->not_run = replica->channel && channel_withdraw(replica->channel, call->frame);
	return expired || call->not_run;
}

static void on_clock(void *arg)
{
	struct replica *replica = arg;
	struct outgoing *call, *next;

	pthread_mutex_lock(&replica->lock);
	call = take_calls(replica, is_late);
	replica->clock_runs = !replica->closing && atomic_load(&replica->outstanding) > 0;
	if (replica->clock_runs)
		nng_sleep_aio(TICK_MS, replica->clock);
	pthread_mutex_unlock(&replica->lock);
	for (; call; call = next) {
		next = call->next;
		replica_failed(replica);
		outgoing_late(call, call->not_run);
	}
}

/* ---- health ---- */

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
