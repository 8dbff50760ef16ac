#include "rpc/probe.h"

#include <stdlib.h>

#include "base/log.h"
#include "crypto/random.h"
#include "rpc/envelope.h"

#define PAUSE_FIRST_MS 1000
#define PAUSE_MAX_MS   120000
#define PING_MS	       1000
/* Ejected again so soon after it was let in: go on where the pauses were. */
#define RELAPSE SECONDS(60)

static void pause_then_ping(struct probe *probe)
{
	uint32_t jitter = probe->pause_ms * 2 / 5; /* ±20 % */
	uint32_t ms = probe->pause_ms - jitter / 2 + crypto_random_below(jitter + 1);

	probe->state = PROBE_PAUSE;
	nng_aio_set_timeout(probe->aio, NNG_DURATION_INFINITE);
	nng_sleep_aio((nng_duration)ms, probe->aio);
}

static void ping_failed(struct probe *probe)
{
	probe->pause_ms = probe->pause_ms * 8 / 5;
	if (probe->pause_ms > PAUSE_MAX_MS)
		probe->pause_ms = PAUSE_MAX_MS;
	pause_then_ping(probe);
}

static void send_ping(struct probe *probe)
{
	const struct rpc_header header = {.method_id = RPC_PING};
	nng_msg *msg;

	if (nng_msg_alloc(&msg, rpc_header_size(&header)) != 0)
		abort();
	rpc_header_write(nng_msg_body(msg), &header);
	probe->state = PROBE_SENDING;
	nng_aio_set_msg(probe->aio, msg);
	nng_aio_set_timeout(probe->aio, PING_MS);
	nng_ctx_send(probe->ctx, probe->aio);
}

static void let_in(struct replica *replica)
{
	replica->probe.state = PROBE_IDLE;
	log_info("replica let in again", KV("url", replica->url));
	atomic_store(&replica->failures, 0);
	atomic_store(&replica->restored_at, instant_monotonic());
	/* Last: from here on probe_start() may begin anew. */
	atomic_store(&replica->ejected, false);
}

static void drop_message(struct probe *probe)
{
	nng_msg *msg = nng_aio_get_msg(probe->aio);

	nng_aio_set_msg(probe->aio, NULL);
	if (msg)
		nng_msg_free(msg);
}

static void on_probe(void *arg)
{
	struct replica *replica = arg;
	struct probe *probe = &replica->probe;
	int err = nng_aio_result(probe->aio);

	if (probe->state != PROBE_PAUSE && (err != 0 || probe->state == PROBE_RECEIVING))
		drop_message(probe);
	if (err == NNG_ECLOSED || err == NNG_ECANCELED)
		return;
	if (probe->state == PROBE_PAUSE) {
		send_ping(probe);
	} else if (err != 0) {
		ping_failed(probe);
	} else if (probe->state == PROBE_SENDING) {
		probe->state = PROBE_RECEIVING;
		nng_aio_set_timeout(probe->aio, PING_MS);
		nng_ctx_recv(probe->ctx, probe->aio);
	} else {
		let_in(replica);
	}
}

struct status probe_open(struct replica *replica)
{
	struct probe *probe = &replica->probe;

	probe->pause_ms = PAUSE_FIRST_MS;
	if (nng_ctx_open(&probe->ctx, replica->socket) != 0 ||
	    nng_aio_alloc(&probe->aio, on_probe, replica) != 0)
		return FAIL(RESOURCE_EXHAUSTED, "MEMORY");
	return OK;
}

void probe_start(struct replica *replica)
{
	struct probe *probe = &replica->probe;
	instant restored = atomic_load(&replica->restored_at);

	if (restored == 0 || instant_monotonic() - restored > RELAPSE)
		probe->pause_ms = PAUSE_FIRST_MS;
	else
		probe->pause_ms = probe->pause_ms * 8 / 5;
	if (probe->pause_ms > PAUSE_MAX_MS)
		probe->pause_ms = PAUSE_MAX_MS;
	pause_then_ping(probe);
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
