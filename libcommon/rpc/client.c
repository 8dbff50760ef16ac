#include "rpc/client.h"

#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "rpc/client_internal.h"
#include "rpc/endpoint.h"
#include "rpc/peer_uid.h"

#define CALL_ARENA	    ((size_t)1024 * 1024)
#define DEFAULT_DEADLINE_MS 5000
#define ABORT_EVERY_MS	    20

struct peer *client_peer(const struct rpc_client *client, const char *daemon)
{
	for (size_t i = 0; i < client->n_peers; i++)
		if (strcmp(client->peers[i].daemon, daemon) == 0)
			return &client->peers[i];
	return NULL;
}

static struct outgoing *outgoing_new(struct rpc_client *client)
{
	struct outgoing *call = calloc(1, sizeof *call);

	if (!call)
		abort();
	call->client = client;
	call->arena = arena_new(CALL_ARENA);
	call->next_of_all = client->all_calls;
	client->all_calls = call;
	return call;
}

struct outgoing *outgoing_take(struct rpc_client *client)
{
	struct outgoing *call;

	pthread_mutex_lock(&client->lock);
	call = client->free_calls;
	if (call)
		client->free_calls = call->next;
	else
		call = outgoing_new(client);
	client->n_live++;
	pthread_mutex_unlock(&client->lock);
	return call;
}

void outgoing_return(struct outgoing *call)
{
	struct rpc_client *client = call->client;

	frame_unref(&call->frame);
	arena_reset(call->arena, false);
	pthread_mutex_lock(&client->lock);
	call->next = client->free_calls;
	client->free_calls = call;
	if (--client->n_live == 0)
		pthread_cond_broadcast(&client->changed);
	pthread_mutex_unlock(&client->lock);
}

void outgoing_free(struct outgoing *call)
{
	if (call->timer) {
		nng_aio_stop(call->timer);
		nng_aio_free(call->timer);
	}
	frame_unref(&call->frame);
	arena_free(&call->arena);
	free(call);
}

void rpc_result_free(struct rpc_result **result)
{
	if (!*result)
		return;
	outgoing_return((struct outgoing *)*result);
	*result = NULL;
}

static void on_change(void *arg)
{
	struct rpc_client *client = arg;

	pthread_mutex_lock(&client->lock);
	pthread_cond_broadcast(&client->changed);
	pthread_mutex_unlock(&client->lock);
}

static struct status open_peer(struct rpc_client *client, struct peer *peer,
			       const struct rpc_peer *config, const struct rpc_client_config *all)
{
	throttle_init(&peer->throttle);
	token_mint_init(&peer->mint, all->daemon, config->daemon, all->service_key);
	peer->daemon = strdup(config->daemon);
	peer->replicas = calloc(config->n_urls, sizeof peer->replicas[0]);
	if (!peer->daemon || (config->n_urls && !peer->replicas))
		abort();
	for (size_t i = 0; i < config->n_urls; i++) {
		struct replica *replica = &peer->replicas[i];

		replica->corked = all->corked;
		replica->daemon = peer->daemon;
		replica->secrets_dir = all->secrets_dir;
		replica->on_change = on_change;
		replica->on_change_arg = client;
		peer->n_replicas++;
		TRY(replica_open(replica, config->urls[i], all->tls));
	}
	return OK;
}

/* Of the peers on this machine other than ourselves. */
static void report_users(const struct rpc_client_config *config)
{
	const char **names = calloc(config->n_peers + 1, sizeof *names);
	size_t n = 0;

	if (!names)
		abort();
	for (size_t i = 0; i < config->n_peers; i++)
		if (strcmp(config->peers[i].daemon, config->daemon) != 0 &&
		    config->peers[i].n_urls > 0 && !endpoint_is_tls(config->peers[i].urls[0]))
			names[n++] = config->peers[i].daemon;
	peer_uid_report(config->secrets_dir, names, n);
	free(names);
}

static struct status open_peers(struct rpc_client *client, const struct rpc_client_config *config)
{
	client->peers = calloc(config->n_peers, sizeof client->peers[0]);
	if (config->n_peers && !client->peers)
		abort();
	if (config->secrets_dir)
		report_users(config);
	for (size_t i = 0; i < config->n_peers; i++) {
		client->n_peers++;
		TRY(open_peer(client, &client->peers[i], &config->peers[i], config));
	}
	return OK;
}

struct status rpc_client_new(const struct rpc_client_config *config, struct rpc_client **out)
{
	struct rpc_client *client = calloc(1, sizeof *client);
	pthread_condattr_t attr;
	struct status st;

	if (!client)
		abort();
	pthread_mutex_init(&client->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&client->changed, &attr);
	pthread_condattr_destroy(&attr);
	st = open_peers(client, config);
	if (is_failed(st))
		rpc_client_free(&client);
	else
		*out = client;
	return st;
}

static void each_replica(struct rpc_client *client, void (*visit)(struct replica *))
{
	for (size_t i = 0; i < client->n_peers; i++)
		for (size_t k = 0; k < client->peers[i].n_replicas; k++)
			visit(&client->peers[i].replicas[k]);
}

static struct timespec after_ms(unsigned ms)
{
	instant t = instant_monotonic() + MILLIS(ms);

	return (struct timespec){.tv_sec = t / SECONDS(1), .tv_nsec = t % SECONDS(1) * 1000};
}

/*
 * A call between two operations escapes one abort, and its next operation is
 * met by the next one.
 */
static void abort_calls(struct rpc_client *client)
{
	size_t live;

	do {
		struct timespec until = after_ms(ABORT_EVERY_MS);

		each_replica(client, replica_abort);
		pthread_mutex_lock(&client->lock);
		if (client->n_live != 0)
			pthread_cond_timedwait(&client->changed, &client->lock, &until);
		live = client->n_live;
		pthread_mutex_unlock(&client->lock);
	} while (live != 0);
}

static void free_calls(struct rpc_client *client)
{
	struct outgoing *call;

	while ((call = client->all_calls) != NULL) {
		client->all_calls = call->next_of_all;
		outgoing_free(call);
	}
}

void rpc_client_flush(struct rpc_client *client)
{
	each_replica(client, replica_flush);
}

void rpc_client_free(struct rpc_client **client_)
{
	struct rpc_client *client = *client_;

	if (!client)
		return;
	atomic_store(&client->closing, true);
	abort_calls(client);
	free_calls(client);
	each_replica(client, replica_close);
	for (size_t i = 0; i < client->n_peers; i++) {
		free(client->peers[i].replicas);
		free(client->peers[i].daemon);
		token_mint_fini(&client->peers[i].mint);
	}
	free(client->peers);
	pthread_mutex_destroy(&client->lock);
	pthread_cond_destroy(&client->changed);
	free(client);
	*client_ = NULL;
}

size_t rpc_client_connected(const struct rpc_client *client, const char *daemon)
{
	const struct peer *peer = client_peer(client, daemon);
	size_t n = 0;

	for (size_t i = 0; peer && i < peer->n_replicas; i++)
		n += replica_is_connected(&peer->replicas[i]);
	return n;
}

bool rpc_client_wait(struct rpc_client *client, const char *daemon, size_t min, unsigned timeout_ms)
{
	struct timespec until = after_ms(timeout_ms);
	bool enough;
	int err = 0;

	pthread_mutex_lock(&client->lock);
	while (!(enough = rpc_client_connected(client, daemon) >= min) && err == 0)
		err = pthread_cond_timedwait(&client->changed, &client->lock, &until);
	pthread_mutex_unlock(&client->lock);
	return enough;
}

static size_t body_size(const struct rpc_body *body)
{
	return body->message ? protobuf_c_message_get_packed_size(body->message) : body->bytes.len;
}

/* The frame; false when it is past the limit. */
static bool build_request(struct outgoing *call, const struct rpc_header *header,
			  const struct rpc_body *body)
{
	size_t size = rpc_header_size(header), body_len = body_size(body);
	uint8_t *payload;

	if (size - 4 > RPC_HEADER_MAX || body_len > RPC_MESSAGE_MAX - size)
		return false;
	call->frame = frame_new(0, size + body_len);
	payload = rpc_header_write(frame_body(call->frame), header);
	if (body->message)
		protobuf_c_message_pack(body->message, payload);
	else if (body_len)
		memcpy(payload, body->bytes.ptr, body_len);
	return true;
}

static void prepare(struct outgoing *call, const struct rpc_method *method, instant deadline,
		    rpc_done done, void *arg)
{
	call->result = (struct rpc_result){.arg = arg, .header.detail = ""};
	call->retryable = method->policy.retryable;
	call->deadline = instant_monotonic() + (deadline - instant_now());
	call->attempts = 0;
	call->done = done;
}

void rpc_send(struct rpc_client *client, const char *daemon, const struct rpc_method *method,
	      const struct rpc_header *header, struct rpc_body body, rpc_done done, void *arg)
{
	uint32_t ms = method->policy.deadline_ms ? method->policy.deadline_ms : DEFAULT_DEADLINE_MS;
	struct outgoing *call = outgoing_take(client);
	struct rpc_header h = *header;
	uint8_t token[TOKEN_BYTES_MAX];
	instant now = instant_now();

	h.method_id = method->id;
	if (h.deadline == 0)
		h.deadline = now + MILLIS(ms);
	prepare(call, method, h.deadline, done, arg);
	call->peer = client_peer(client, daemon);
	if (call->peer)
		h.service_token = token_mint_get(&call->peer->mint, now, token);
	if (!call->peer)
		outgoing_finish(call, FAIL(NO_CONNECTION), true);
	else if (!build_request(call, &h, &body))
		outgoing_finish(call, FAIL(REQUEST_TOO_LARGE), true);
	else
		outgoing_attempt(call);
}

struct waiter {
	pthread_mutex_t lock;
	pthread_cond_t done;
	struct rpc_result *result;
};

static void wake(struct rpc_result *result, void *arg)
{
	struct waiter *waiter = arg;

	pthread_mutex_lock(&waiter->lock);
	waiter->result = result;
	pthread_cond_signal(&waiter->done);
	pthread_mutex_unlock(&waiter->lock);
}

struct rpc_result *rpc_call_blocking(struct rpc_client *client, const char *daemon,
				     const struct rpc_method *method,
				     const struct rpc_header *header, struct rpc_body body)
{
	struct waiter waiter = {.lock = PTHREAD_MUTEX_INITIALIZER,
				.done = PTHREAD_COND_INITIALIZER};

	rpc_send(client, daemon, method, header, body, wake, &waiter);
	rpc_client_flush(client);
	pthread_mutex_lock(&waiter.lock);
	while (!waiter.result)
		pthread_cond_wait(&waiter.done, &waiter.lock);
	pthread_mutex_unlock(&waiter.lock);
	pthread_mutex_destroy(&waiter.lock);
	pthread_cond_destroy(&waiter.done);
	return waiter.result;
}
