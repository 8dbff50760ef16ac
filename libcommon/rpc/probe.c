#include "rpc/probe.h"

#include "base/log.h"
#include "crypto/random.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS   120000
#define PING_MS	       1000
/* Ejected again so soon after it was let in: go on where the pauses were. */
#define RELAPSE SECONDS(60)

/* With the replica's lock. */
static void sleep_in(struct probe *probe, enum probe_state state, uint32_t ms)
{
	probe->state = state;
	nng_aio_set_timeout(probe->aio, NNG_DURATION_INFINITE);
	nng_sleep_aio((nng_duration)ms, probe->aio);
}

static void pause_then_ping(struct probe *probe)
{
	uint32_t jitter = probe->pause_ms * 2 / 5; /* ±20 % */

	sleep_in(probe, PROBE_PAUSE,
		 probe->pause_ms - jitter / 2 + crypto_random_below(jitter + 1));
}

static void grow_pause(struct probe *probe)
{
	probe->pause_ms = probe->pause_ms * 8 / 5;
	if (probe->pause_ms > PAUSE_MAX_MS)
		probe->pause_ms = PAUSE_MAX_MS;
}

static void let_in(struct replica *replica)
{
	log_info("replica let in again", KV("url", replica->url));
	atomic_store(&replica->failures, 0);
	atomic_store(&replica->restored_at, instant_monotonic());
	/* Last: from here on probe_start() may begin anew. */
	atomic_store(&replica->ejected, false);
}

/* With the lock; true when a ping is to be sent. */
static bool step(struct replica *replica)
{
	struct probe *probe = &replica->probe;

	if (replica->closing)
		return false;
	switch (probe->state) {
	case PROBE_IDLE: return false;
	case PROBE_PAUSE: sleep_in(probe, PROBE_WAITING, PING_MS); return true;
	case PROBE_WAITING:
		grow_pause(probe);
		pause_then_ping(probe);
		return false;
	case PROBE_ANSWERED: probe->state = PROBE_IDLE; return false;
	}
	return false;
}

static void on_probe(void *arg)
{
	struct replica *replica = arg;
	bool ping;

	pthread_mutex_lock(&replica->lock);
	ping = step(replica);
	pthread_mutex_unlock(&replica->lock);
	/* Without a connection no answer will come, which is the answer. */
	if (ping)
		(void)replica_send_ping(replica);
}

void probe_answered(struct replica *replica)
{
	struct probe *probe = &replica->probe;

	pthread_mutex_lock(&replica->lock);
	if (probe->state == PROBE_WAITING) {
		probe->state = PROBE_ANSWERED;
		let_in(replica);
	}
	pthread_mutex_unlock(&replica->lock);
}

struct status probe_open(struct replica *replica)
{
	replica->probe.pause_ms = PAUSE_FIRST_MS;
	if (nng_aio_alloc(&replica->probe.aio, on_probe, replica) != 0)
		return FAIL(MEMORY);
	return OK;
}

void probe_start(struct replica *replica)
{
	struct probe *probe = &replica->probe;
	instant restored = atomic_load(&replica->restored_at);

	pthread_mutex_lock(&replica->lock);
	if (restored == 0 || instant_monotonic() - restored > RELAPSE)
		probe->pause_ms = PAUSE_FIRST_MS;
	else
		grow_pause(probe);
	if (probe->state == PROBE_ANSWERED)
		probe->state = PROBE_WAITING; /* for the timer of the last ping */
	else if (!replica->closing)
		pause_then_ping(probe);
	pthread_mutex_unlock(&replica->lock);
}

void probe_stop(struct probe *probe)
{
	if (probe->aio)
		nng_aio_stop(probe->aio);
}

void probe_free(struct probe *probe)
{
	if (probe->aio)
		nng_aio_free(probe->aio);
}
