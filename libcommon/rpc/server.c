#include "rpc/server.h"

#include <nng/nng.h>
#include <nng/protocol/reqrep0/rep.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/log.h"
#include "rpc/endpoint.h"
#include "rpc/nng_seam.h"
#include "rpc/trust.h"

#define SLOT_ARENA    ((size_t)256 * 1024)
#define REPLY_TIMEOUT 10000 /* ms; a caller that stops reading must not keep a context */
#define IPC_MODE      0660
#define CONTEXTS_MAX  8192

enum slot_state { SLOT_RECEIVING, SLOT_HANDLING, SLOT_SENDING };

/*
 * One context: receive, handle, send, receive again.  It belongs to nng while
 * an operation is pending and to whoever holds the request in between, so it
 * needs no lock.
 */
struct slot {
	struct rpc_request request; /* first: the public part */
	struct rpc_server *server;
	nng_ctx ctx;
	nng_aio *aio;
	nng_msg *msg; /* the request, until it is answered */
	struct arena *arena;
	enum slot_state state;
	bool handed_out;
};

struct rpc_server {
	struct rpc_server_config config;
	nng_socket socket;
	struct slot *slots;
	size_t n_slots;
	atomic_bool draining;
	atomic_size_t in_flight;
	pthread_mutex_t lock; /* with idle */
	pthread_cond_t idle;
	size_t senders; /* threads inside send_reply(), under lock */
};

static void receive(struct slot *slot)
{
	slot->state = SLOT_RECEIVING;
	nng_aio_set_timeout(slot->aio, NNG_DURATION_INFINITE);
	nng_ctx_recv(slot->ctx, slot->aio);
}

static void give_back(struct slot *slot)
{
	struct rpc_server *server = slot->server;

	if (!slot->handed_out)
		return;
	slot->handed_out = false;
	if (atomic_fetch_sub(&server->in_flight, 1) == 1) {
		pthread_mutex_lock(&server->lock);
		pthread_cond_broadcast(&server->idle);
		pthread_mutex_unlock(&server->lock);
	}
}

static struct status check_request(struct slot *slot, struct rpc_server *server)
{
	struct rpc_request *request = &slot->request;
	struct str frame = {nng_msg_body(slot->msg), nng_msg_len(slot->msg)};
	instant now = instant_now();

	TRY(rpc_frame_read(slot->arena, frame, &request->header, &request->payload));
	if (request->header.method_id == RPC_PING)
		return OK;
	if (server->config.trust)
		TRY(trust_verify_token(server->config.trust, slot->arena,
				       request->header.service_token, now, request->caller));
	if (atomic_load(&server->draining))
		return FAIL(UNAVAILABLE, "DRAINING");
	if (request->header.deadline != 0 && request->header.deadline <= now)
		return FAIL(DEADLINE_EXCEEDED, "DEADLINE");
	return OK;
}

static void take_request(struct slot *slot)
{
	struct rpc_server *server = slot->server;
	struct status st;

	arena_reset(slot->arena, false);
	slot->request = (struct rpc_request){.received_at = instant_monotonic()};
	slot->state = SLOT_HANDLING;
	st = check_request(slot, server);
	if (is_failed(st) || slot->request.header.method_id == RPC_PING) {
		rpc_reply_status(&slot->request, st);
		return;
	}
	slot->handed_out = true;
	atomic_fetch_add(&server->in_flight, 1);
	server->config.on_request(&slot->request, server->config.arg);
}

static void on_event(void *arg)
{
	struct slot *slot = arg;
	int err = nng_aio_result(slot->aio);

	if (slot->state == SLOT_SENDING) {
		nng_msg *unsent = err != 0 ? nng_aio_get_msg(slot->aio) : NULL;

		if (unsent) {
			nng_aio_set_msg(slot->aio, NULL);
			nng_msg_free(unsent);
		}
		give_back(slot);
	}
	if (err == NNG_ECLOSED || err == NNG_ECANCELED)
		return;
	if (slot->state == SLOT_SENDING || err != 0) {
		receive(slot);
		return;
	}
	slot->msg = nng_aio_get_msg(slot->aio);
	nng_aio_set_msg(slot->aio, NULL);
	take_request(slot);
}

/* A reply frame with room for the payload; NULL past the limit. */
static nng_msg *reply_new(struct slot *slot, const struct rpc_reply_header *header,
			  size_t payload_len, uint8_t **payload)
{
	struct rpc_reply_header h = *header;
	size_t size;
	nng_msg *msg;

	h.draining = atomic_load(&slot->server->draining);
	h.server_us = (uint32_t)(instant_monotonic() - slot->request.received_at);
	size = rpc_reply_header_size(&h);
	if (size - 4 > RPC_HEADER_MAX || payload_len > RPC_MESSAGE_MAX - size)
		return NULL;
	if (nng_msg_alloc(&msg, size + payload_len) != 0)
		abort();
	*payload = rpc_reply_header_write(nng_msg_body(msg), &h);
	return msg;
}

static nng_msg *reply_too_large(struct slot *slot)
{
	const struct rpc_reply_header h = {.status = FAIL(RESOURCE_EXHAUSTED, "REPLY_TOO_LARGE")};
	uint8_t *payload;

	return reply_new(slot, &h, 0, &payload);
}

/*
 * nng 1.5.2 frees a socket under a thread that is about to return from
 * nng_ctx_send(), though the send itself completed: whoever closes has to know
 * that everybody is out.
 */
static void enter_nng(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->senders++;
	pthread_mutex_unlock(&server->lock);
}

static void leave_nng(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	if (--server->senders == 0)
		pthread_cond_broadcast(&server->idle);
	pthread_mutex_unlock(&server->lock);
}

static void send_reply(struct slot *slot, nng_msg *reply)
{
	struct rpc_server *server = slot->server;

	nng_msg_free(slot->msg);
	slot->msg = NULL;
	slot->state = SLOT_SENDING;
	nng_aio_set_msg(slot->aio, reply);
	nng_aio_set_timeout(slot->aio, REPLY_TIMEOUT);
	enter_nng(server);
	nng_ctx_send(slot->ctx, slot->aio);
	leave_nng(server); /* the slot may be on its next request by now */
}

void rpc_reply_message(struct rpc_request *request, const struct rpc_reply_header *header,
		       const struct ProtobufCMessage *message)
{
	struct slot *slot = (struct slot *)request;
	const ProtobufCMessage *body = is_ok(header->status) ? message : NULL;
	size_t len = body ? protobuf_c_message_get_packed_size(body) : 0;
	uint8_t *payload;
	nng_msg *reply = reply_new(slot, header, len, &payload);

	if (!reply)
		reply = reply_too_large(slot);
	else if (body)
		protobuf_c_message_pack(body, payload);
	send_reply(slot, reply);
}

void rpc_reply(struct rpc_request *request, const struct rpc_reply_header *header,
	       struct str payload)
{
	struct slot *slot = (struct slot *)request;
	uint8_t *out;
	nng_msg *reply = reply_new(slot, header, payload.len, &out);

	if (!reply)
		reply = reply_too_large(slot);
	else if (payload.len)
		memcpy(out, payload.ptr, payload.len);
	send_reply(slot, reply);
}

void rpc_reply_status(struct rpc_request *request, struct status status)
{
	const struct rpc_reply_header h = {.status = status};

	rpc_reply(request, &h, (struct str){});
}

static struct status listen_on(struct rpc_server *server, const char *url)
{
	unsigned mode = server->config.ipc_mode ? server->config.ipc_mode : IPC_MODE;
	nng_listener listener;
	int err;

	if (!endpoint_url_is_valid(url) ||
	    nng_listener_create(&listener, server->socket, url) != 0) {
		log_error("rpc url", KV("url", url));
		return FAIL(INVALID_ARGUMENT, "RPC_URL");
	}
	if (endpoint_is_tls(url))
		TRY(endpoint_tls_listener(listener, server->config.tls));
	else if ((err = nng_listener_set_int(listener, NNG_OPT_IPC_PERMISSIONS, (int)mode)) != 0)
		log_warn("socket permissions", KV("url", url), KV("error", nng_strerror(err)));
	err = nng_listener_start(listener, 0);
	if (err != 0) {
		log_error("cannot listen", KV("url", url), KV("error", nng_strerror(err)));
		return FAIL(UNAVAILABLE, "RPC_LISTEN");
	}
	return OK;
}

static struct status open_slots(struct rpc_server *server)
{
	server->slots = calloc(server->n_slots, sizeof server->slots[0]);
	if (!server->slots)
		abort();
	for (size_t i = 0; i < server->n_slots; i++) {
		struct slot *slot = &server->slots[i];

		slot->server = server;
		slot->arena = arena_new(SLOT_ARENA);
		if (nng_aio_alloc(&slot->aio, on_event, slot) != 0 ||
		    nng_ctx_open(&slot->ctx, server->socket) != 0)
			return FAIL(RESOURCE_EXHAUSTED, "MEMORY");
	}
	return OK;
}

static struct status start(struct rpc_server *server)
{
	TRY(nng_seam_init());
	if (nng_rep0_open(&server->socket) != 0)
		return FAIL(RESOURCE_EXHAUSTED, "MEMORY");
	TRY(endpoint_limit(server->socket));
	TRY(open_slots(server));
	for (size_t i = 0; i < server->n_slots; i++)
		receive(&server->slots[i]);
	for (size_t i = 0; i < server->config.n_urls; i++)
		TRY(listen_on(server, server->config.urls[i]));
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
	server->n_slots = config->contexts ? config->contexts : RPC_SERVER_CONTEXTS;
	if (server->n_slots > CONTEXTS_MAX)
		server->n_slots = CONTEXTS_MAX;
	pthread_mutex_init(&server->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&server->idle, &attr);
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
		err = pthread_cond_timedwait(&server->idle, &server->lock, &until);
	pthread_mutex_unlock(&server->lock);
	return err == 0;
}

static void wait_forever(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	while (atomic_load(&server->in_flight) != 0 || server->senders != 0)
		pthread_cond_wait(&server->idle, &server->lock);
	pthread_mutex_unlock(&server->lock);
}

/* No callback runs after this, and none is running. */
static void stop_slots(struct rpc_server *server)
{
	for (size_t i = 0; server->slots && i < server->n_slots; i++)
		if (server->slots[i].aio)
			nng_aio_stop(server->slots[i].aio);
}

static void free_slots(struct rpc_server *server)
{
	for (size_t i = 0; server->slots && i < server->n_slots; i++) {
		struct slot *slot = &server->slots[i];

		if (slot->aio)
			nng_aio_free(slot->aio);
		if (slot->msg)
			nng_msg_free(slot->msg);
		arena_free(&slot->arena);
	}
	free(server->slots);
}

void rpc_server_free(struct rpc_server **server)
{
	if (!*server)
		return;
	rpc_server_drain(*server);
	wait_forever(*server);
	stop_slots(*server);
	if (nng_socket_id((*server)->socket) > 0)
		nng_close((*server)->socket);
	free_slots(*server);
	pthread_mutex_destroy(&(*server)->lock);
	pthread_cond_destroy(&(*server)->idle);
	free(*server);
	*server = NULL;
}
