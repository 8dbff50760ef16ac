/* The connections of a server, and the requests that came on them. */
#include <stdlib.h>
#include <string.h>

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/log.h"
#include "rpc/peer_uid.h"
#include "rpc/server_internal.h"
#include "rpc/trust.h"

#define SLOT_ARENA	((size_t)256 * 1024)
#define SPARE_SLOTS	256
#define CONNECTIONS_MAX 512

/* ---- requests ---- */

static struct slot *slot_take(struct rpc_server *server)
{
	struct slot *slot;

	pthread_mutex_lock(&server->lock);
	slot = server->free_slots;
	if (slot) {
		server->free_slots = slot->next_free;
		server->n_free_slots--;
	}
	pthread_mutex_unlock(&server->lock);
	if (slot)
		return slot;
	slot = calloc(1, sizeof *slot);
	if (!slot)
		abort();
	slot->arena = arena_new(SLOT_ARENA);
	return slot;
}

static void slot_free(struct slot *slot)
{
	arena_free(&slot->arena);
	free(slot);
}

static void slot_give(struct rpc_server *server, struct slot *slot)
{
	bool keep;

	arena_reset(slot->arena, false);
	pthread_mutex_lock(&server->lock);
	keep = server->n_free_slots < SPARE_SLOTS;
	if (keep) {
		slot->next_free = server->free_slots;
		server->free_slots = slot;
		server->n_free_slots++;
	}
	pthread_mutex_unlock(&server->lock);
	if (!keep)
		slot_free(slot);
}

void slot_free_all(struct rpc_server *server)
{
	struct slot *slot;

	while ((slot = server->free_slots) != NULL) {
		server->free_slots = slot->next_free;
		slot_free(slot);
	}
}

void request_is_over(struct rpc_server *server, size_t n)
{
	/* With the lock, so that whoever waits to free the server finds this thread gone. */
	pthread_mutex_lock(&server->lock);
	if (atomic_fetch_sub(&server->in_flight, n) == n)
		pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

/* The token names a daemon; the kernel says whose process sent it.  One thread a connection. */
static bool is_callers_process(struct conn *conn, const char *caller)
{
	if (strcmp(conn->vouched, caller) == 0)
		return true;
	if (!trust_may_run(conn->server->config.trust, caller, conn->uid)) {
		log_error("another user calls with a daemon's token", KV("daemon", caller),
			  KV("user_id", conn->uid));
		return false;
	}
	strcpy(conn->vouched, caller);
	return true;
}

static struct status check_caller(struct slot *slot, struct rpc_server *server, instant now)
{
	struct rpc_request *request = &slot->request;

	TRY(trust_verify_token(server->config.trust, slot->arena, request->header.service_token,
			       now, request->caller));
	if (!is_callers_process(slot->conn, request->caller))
		return FAIL(CALLER_IS_ANOTHER_USER);
	return OK;
}

static struct status check_request(struct slot *slot, struct rpc_server *server, struct str frame)
{
	struct rpc_request *request = &slot->request;
	instant now = instant_now();

	TRY(rpc_frame_read(slot->arena, frame, &request->header, &request->payload));
	if (request->header.method_id == RPC_PING)
		return OK;
	if (server->config.trust)
		TRY(check_caller(slot, server, now));
	if (atomic_load(&server->draining))
		return FAIL(DRAINING);
	if (request->header.deadline != 0 && request->header.deadline <= now)
		return FAIL(DEADLINE);
	/* The header was copied as it was unpacked; the payload lies in the connection's buffer. */
	request->payload.ptr =
		arena_memdup(slot->arena, request->payload.ptr, request->payload.len);
	return OK;
}

static void on_frame(void *arg, uint32_t call, struct str body)
{
	struct conn *conn = arg;
	struct rpc_server *server = conn->server;
	struct slot *slot = slot_take(server);
	struct status st = OK;

	slot->request = (struct rpc_request){.received_at = instant_monotonic()};
	slot->call = call;
	slot->conn = conn;
	channel_ref(conn->channel);
	if (atomic_fetch_add(&server->in_flight, 1) >= server->max_requests)
		st = FAIL(RPC_BUSY);
	if (is_ok(st))
		st = check_request(slot, server, body);
	if (is_failed(st) || slot->request.header.method_id == RPC_PING)
		rpc_reply_status(&slot->request, st);
	else
		server->config.on_request(&slot->request, server->config.arg);
}

/* ---- answers ---- */

/* An answer's frame with room for the payload; NULL past the limit. */
static struct frame *reply_new(const struct slot *slot, const struct rpc_reply_header *header,
			       size_t payload_len, uint8_t **payload)
{
	struct rpc_reply_header h = *header;
	struct frame *frame;
	size_t size;

	h.draining = atomic_load(&slot->conn->server->draining);
	h.server_us = (uint32_t)(instant_monotonic() - slot->request.received_at);
	size = rpc_reply_header_size(&h);
	if (size - 4 > RPC_HEADER_MAX || payload_len > RPC_MESSAGE_MAX - size)
		return NULL;
	frame = frame_new(slot->call, size + payload_len);
	*payload = rpc_reply_header_write(frame_body(frame), &h);
	return frame;
}

static struct frame *reply_too_large(const struct slot *slot)
{
	const struct rpc_reply_header h = {.status = FAIL(REPLY_TOO_LARGE)};
	uint8_t *payload;

	return reply_new(slot, &h, 0, &payload);
}

static void send_reply(struct slot *slot, struct frame *reply)
{
	struct rpc_server *server = slot->conn->server;
	struct channel *channel = slot->conn->channel;

	slot_give(server, slot);
	if (channel_put(channel, reply))
		channel_flush(channel);
	else
		request_is_over(server, 1);
	channel_unref(channel);
}

void rpc_reply_message(struct rpc_request *request, const struct rpc_reply_header *header,
		       const struct ProtobufCMessage *message)
{
	struct slot *slot = (struct slot *)request;
	const ProtobufCMessage *body = is_ok(header->status) ? message : NULL;
	size_t len = body ? protobuf_c_message_get_packed_size(body) : 0;
	uint8_t *payload;
	struct frame *reply = reply_new(slot, header, len, &payload);

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
	struct frame *reply = reply_new(slot, header, payload.len, &out);

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

/* ---- connections ---- */

static void on_open(void *arg)
{
	(void)arg;
}

static void on_written(void *arg, size_t n)
{
	struct conn *conn = arg;

	request_is_over(conn->server, n);
}

static void on_end(void *arg)
{
	struct conn *conn = arg;
	struct rpc_server *server = conn->server;

	pthread_mutex_lock(&server->lock);
	if (conn->prev)
		conn->prev->next = conn->next;
	else
		server->conns = conn->next;
	if (conn->next)
		conn->next->prev = conn->prev;
	conn->next = server->dead;
	server->dead = conn;
	if (!server->reaping) {
		server->reaping = true;
		nng_sleep_aio(0, server->reaper);
	}
	pthread_mutex_unlock(&server->lock);
}

static const struct channel_handler handler = {
	.on_open = on_open,
	.on_frame = on_frame,
	.on_written = on_written,
	.on_end = on_end,
	.on_free = free,
};

bool conn_open(struct rpc_server *server, nng_stream *stream)
{
	struct conn *conn = calloc(1, sizeof *conn);
	struct channel *channel;
	bool open;

	if (!conn)
		abort();
	pthread_mutex_lock(&server->lock);
	open = !server->closing && server->n_conns < CONNECTIONS_MAX;
	if (open) {
		conn->server = server;
		conn->uid = peer_uid_of(stream);
		conn->channel = channel = channel_new(stream, &handler, conn);
		channel_ref(channel);
		conn->next = server->conns;
		if (conn->next)
			conn->next->prev = conn;
		server->conns = conn;
		server->n_conns++;
	}
	pthread_mutex_unlock(&server->lock);
	if (!open) {
		free(conn);
		return false;
	}
	channel_start(channel);
	channel_unref(channel);
	return true;
}

void conn_reap(void *arg)
{
	struct rpc_server *server = arg;
	struct conn *dead;

	pthread_mutex_lock(&server->lock);
	while ((dead = server->dead) != NULL) {
		server->dead = dead->next;
		pthread_mutex_unlock(&server->lock);
		channel_retire(dead->channel);
		pthread_mutex_lock(&server->lock);
		server->n_conns--;
	}
	server->reaping = false;
	pthread_cond_broadcast(&server->changed);
	pthread_mutex_unlock(&server->lock);
}

void conn_end_all(struct rpc_server *server)
{
	pthread_mutex_lock(&server->lock);
	server->closing = true;
	while (server->conns) {
		struct channel *channel = channel_ref(server->conns->channel);

		pthread_mutex_unlock(&server->lock);
		channel_close(channel);
		channel_unref(channel);
		pthread_mutex_lock(&server->lock);
		if (server->conns && server->conns->channel == channel)
			pthread_cond_wait(&server->changed, &server->lock);
	}
	while (server->n_conns > 0)
		pthread_cond_wait(&server->changed, &server->lock);
	pthread_mutex_unlock(&server->lock);
}
