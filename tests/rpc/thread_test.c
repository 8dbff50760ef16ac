/*
 * Server and client under load from several threads, for ThreadSanitizer: calls
 * that block, calls with callbacks, replies from other threads, a drain in the
 * middle.  Exit status 1 when a call got another's answer or none.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "rpc/client.h"
#include "rpc/server.h"

#define THREADS	    4
#define CALLS	    1500
#define SERVERS	    2
#define ANSWERERS   3
#define ECHO_ID	    7u
#define DRAIN_AFTER 2000

static const struct rpc_method echo = {
	.name = "Echo", .id = ECHO_ID, .policy = {.retryable = true, .deadline_ms = 30000}};

static struct {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct rpc_request *first;
	bool stop;
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .filled = PTHREAD_COND_INITIALIZER};

static atomic_int handled, callbacks, wrong;
static struct rpc_client *client;

static void on_request(struct rpc_request *request, void *arg)
{
	(void)arg;
	pthread_mutex_lock(&queue.lock);
	request->next = queue.first;
	queue.first = request;
	pthread_cond_signal(&queue.filled);
	pthread_mutex_unlock(&queue.lock);
}

static struct rpc_request *take(void)
{
	struct rpc_request *request;

	pthread_mutex_lock(&queue.lock);
	while (!queue.first && !queue.stop)
		pthread_cond_wait(&queue.filled, &queue.lock);
	request = queue.first;
	if (request)
		queue.first = request->next;
	pthread_mutex_unlock(&queue.lock);
	return request;
}

static void *answer(void *arg)
{
	const struct rpc_reply_header ok = {};
	struct rpc_request *request;

	(void)arg;
	while ((request = take()) != NULL) {
		atomic_fetch_add(&handled, 1);
		rpc_reply(request, &ok, request->payload);
	}
	return NULL;
}

static void check(struct rpc_result *result, int sent)
{
	int got = -1;

	if (is_ok(result->header.status) && result->payload.len == sizeof got)
		memcpy(&got, result->payload.ptr, sizeof got);
	if (got != sent) {
		atomic_fetch_add(&wrong, 1);
		fprintf(stderr, "call %d: %s %s\n", sent,
			status_code_name(result->header.status.code),
			reason_name(result->header.status.reason));
	}
	rpc_result_free(&result);
}

static void on_done(struct rpc_result *result, void *arg)
{
	check(result, (int)(intptr_t)arg);
	atomic_fetch_add(&callbacks, 1);
}

static void *load(void *arg)
{
	int base = (int)(intptr_t)arg * CALLS;
	struct rpc_header header = {};

	for (int i = base; i < base + CALLS; i++) {
		struct rpc_body body = {.bytes = {(char *)&i, sizeof i}};

		if (i % 3 == 0)
			check(rpc_call_blocking(client, "peer", &echo, &header, body), i);
		else
			rpc_send(client, "peer", &echo, &header, body, on_done,
				 (void *)(intptr_t)i);
	}
	return NULL;
}

static struct rpc_server *serve(const char *url)
{
	const struct rpc_server_config config = {
		.urls = &url, .n_urls = 1, .on_request = on_request};
	struct rpc_server *server = NULL;

	if (is_failed(rpc_server_new(&config, &server)))
		exit(1);
	return server;
}

static void wait_for(atomic_int *count, int least)
{
	instant end = instant_monotonic() + SECONDS(120);

	while (atomic_load(count) < least) {
		if (instant_monotonic() > end) {
			fprintf(stderr, "only %d of %d\n", atomic_load(count), least);
			exit(1);
		}
		usleep(1000);
	}
}

static void connect_client(const char *const *urls)
{
	const struct rpc_peer peer = {"peer", urls, SERVERS};
	const struct rpc_client_config config = {.daemon = "test", .peers = &peer, .n_peers = 1};

	if (is_failed(rpc_client_new(&config, &client)) ||
	    !rpc_client_wait(client, "peer", SERVERS, 20000))
		exit(1);
}

int main(void)
{
	pthread_t answerers[ANSWERERS], loaders[THREADS];
	char urls[SERVERS][64];
	const char *list[SERVERS];
	struct rpc_server *servers[SERVERS];

	crypto_init();
	for (int i = 0; i < SERVERS; i++) {
		snprintf(urls[i], sizeof urls[i], "ipc:///tmp/aegis-rpc-%d-%d.sock", getpid(), i);
		list[i] = urls[i];
		servers[i] = serve(urls[i]);
	}
	connect_client(list);
	for (int i = 0; i < ANSWERERS; i++)
		pthread_create(&answerers[i], NULL, answer, NULL);
	for (intptr_t i = 0; i < THREADS; i++)
		pthread_create(&loaders[i], NULL, load, (void *)i);
	wait_for(&handled, DRAIN_AFTER);
	rpc_server_drain(servers[0]);
	for (int i = 0; i < THREADS; i++)
		pthread_join(loaders[i], NULL);
	wait_for(&callbacks, THREADS * CALLS * 2 / 3);
	rpc_client_free(&client);
	for (int i = 0; i < SERVERS; i++)
		rpc_server_free(&servers[i]);
	pthread_mutex_lock(&queue.lock);
	queue.stop = true;
	pthread_cond_broadcast(&queue.filled);
	pthread_mutex_unlock(&queue.lock);
	for (int i = 0; i < ANSWERERS; i++)
		pthread_join(answerers[i], NULL);
	printf("%d calls, %d handled, %d wrong\n", THREADS * CALLS, atomic_load(&handled),
	       atomic_load(&wrong));
	return atomic_load(&wrong) != 0;
}
