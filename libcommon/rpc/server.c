#include "rpc/server.h"

#include <stdlib.h>
#include <time.h>

#include "base/log.h"
#include "rpc/endpoint.h"
#include "rpc/server_internal.h"

#define IPC_MODE 0660
#define ACCEPT_PAUSE_MS                                                                            \
	100 /* after an error that is not the listener's end: out of descriptors                   \
	     */

static void accept_next(struct listening *listening)
{
	listening->state = ACCEPT_WAITING;
	nng_stream_listener_accept(listening->listener, listening->aio);
}

static bool is_closing(struct rpc_server *server)
{
	bool closing;

	pthread_mutex_lock(&server->lock);
	closing = server->closing;
	pthread_mutex_unlock(&server->lock);
	return closing;
}

static void on_accept(void *arg)
{
	struct listening *listening = arg;
	int err = nng_aio_result(listening->aio);

	if (listening->state == ACCEPT_WAITING && err == 0) {
		nng_stream *stream = nng_aio_get_output(listening->aio, 0);

		if (!conn_open(listening->server, stream))
			nng_stream_free(stream);
	}
	if (is_closing(listening->server))
		return;
	if (listening->state == ACCEPT_WAITING && err != 0 && err != NNG_ECONNABORTED) {
		log_warn("a connection was not accepted", KV("error", nng_strerror(err)));
		listening->state = ACCEPT_PAUSE;
		nng_sleep_aio(ACCEPT_PAUSE_MS, listening->aio);
		return;
	}
	accept_next(listening);
}

static struct status listen_on(struct listening *listening, const char *url)
{
	const struct rpc_server_config *config = &listening->server->config;
	unsigned mode = config->ipc_mode ? config->ipc_mode : IPC_MODE;
	int err;

	if (!endpoint_url_is_valid(url) ||
	    nng_stream_listener_alloc(&listening->listener, url) != 0) {
		log_error("rpc url", KV("url", url));
		return FAIL(RPC_URL);
	}
	if (endpoint_is_tls(url))
		TRY(endpoint_tls_listener(listening->listener, config->tls));
	else if ((err = nng_stream_listener_set_int(listening->listener, NNG_OPT_IPC_PERMISSIONS,
						    (int)mode)) != 0)
		log_warn("socket permissions", KV("url", url), KV("error", nng_strerror(err)));
	err = nng_stream_listener_listen(listening->listener);
	if (err != 0) {
		log_error("cannot listen", KV("url", url), KV("error", nng_strerror(err)));
		return FAIL(RPC_LISTEN);
	}
	if (nng_aio_alloc(&listening->aio, on_accept, listening) != 0)
		return FAIL(MEMORY);
	accept_next(listening);
	return OK;
}

static struct status start(struct rpc_server *server)
{
	const struct rpc_server_config *config = &server->config;

	if (nng_aio_alloc(&server->reaper, conn_reap, server) != 0)
		return FAIL(MEMORY);
	server->listenings = calloc(config->n_urls, sizeof server->listenings[0]);
	if (config->n_urls && !server->listenings)
		abort();
	for (size_t i = 0; i < config->n_urls; i++) {
		server->listenings[i].server = server;
		server->n_listenings++;
		TRY(listen_on(&server->listenings[i], config->urls[i]));
	}
	return OK;
}

struct status rpc_server_new(const struct rpc_server_config *config, struct rpc_server **out)
{
	struct rpc_server *server = calloc(1, sizeof *server);
	pthread_condattr_t attr;
	struct status st;

	if (!server)
		abort();
	server->config = *config;
	server->max_requests = config->max_requests ? config->max_requests : RPC_SERVER_REQUESTS;
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&server->changed, &attr);
	pthread_condattr_destroy(&attr);
	st = start(server);
	if (is_failed(st))
		rpc_server_free(&server);
	else
		*out = server;
	return st;
}

void rpc_server_drain(struct rpc_server *server)
{
	atomic_store(&server->draining, true);
}

size_t rpc_server_in_flight(const struct rpc_server *server)
{
	return atomic_load(&server->in_flight);
}

static struct timespec after_ms(unsigned ms)
{
	instant t = instant_monotonic() + MILLIS(ms);

	return (struct timespec){.tv_sec = t / SECONDS(1), .tv_nsec = t % SECONDS(1) * 1000};
}

bool rpc_server_wait_idle(struct rpc_server *server, unsigned timeout_ms)
{
	struct timespec until = after_ms(timeout_ms);
	int err = 0;

	pthread_mutex_lock(&server->lock);
	while (atomic_load(&server->in_flight) != 0 && err == 0)
		err = pthread_cond_timedwait(&server->changed, &server->lock, &until);
	pthread_mutex_unlock(&server->lock);
	return err == 0;
}

static void wait_idle(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	while (atomic_load(&server->in_flight) != 0)
		pthread_cond_wait(&server->changed, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

/* No connection is taken after this. */
static void stop_listening(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->closing = true;
	pthread_mutex_unlock(&server->lock);
	for (size_t i = 0; i < server->n_listenings; i++) {
		struct listening *listening = &server->listenings[i];

		if (listening->listener)
			nng_stream_listener_close(listening->listener);
		if (listening->aio)
			nng_aio_free(listening->aio);
		if (listening->listener)
			nng_stream_listener_free(listening->listener);
	}
	free(server->listenings);
}

void rpc_server_free(struct rpc_server **server)
{
	if (!*server)
		return;
	rpc_server_drain(*server);
	wait_idle(*server);
	stop_listening(*server);
	conn_end_all(*server);
	if ((*server)->reaper)
		nng_aio_free((*server)->reaper);
	slot_free_all(*server);
	pthread_mutex_destroy(&(*server)->lock);
	pthread_cond_destroy(&(*server)->changed);
	free(*server);
	*server = NULL;
}
