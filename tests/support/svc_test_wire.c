/* Calls over the socket, signed as the gateway or another daemon signs them. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/keyring.h"
#include "pbjson/pb_info.h"
#include "rpc/client.h"
#include "rpc/trust.h"
#include "support/svc_test_internal.h"

#define CONNECT_MS 10000

/* A client that calls in the name of a daemon, kept for the whole test. */
struct wire {
	const char *name;
	struct keyring *keys;
	struct rpc_client *client;
};

/* Threads may call; making clients and signing is done one at a time. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct wire wires[TEST_DAEMONS_MAX];
static size_t n_wires;

static struct wire *wire_of(const char *name)
{
	struct wire *wire = &wires[n_wires];
	struct rpc_peer peers[TEST_DAEMONS_MAX];
	struct rpc_client_config config = {.daemon = name, .peers = peers};

	for (size_t i = 0; i < n_wires; i++)
		if (strcmp(wires[i].name, name) == 0)
			return &wires[i];
	cr_assert(n_wires < TEST_DAEMONS_MAX);
	cr_assert(is_ok(keyring_open(test_world.secrets, name, &wire->keys)));
	config.service_key = keyring_newest(wire->keys, KEY_SERVICE);
	for (size_t i = 0; i < test_world.n; i++)
		peers[config.n_peers++] =
			(struct rpc_peer){.daemon = test_world.daemons[i]->svc.descriptor->name,
					  .urls = &test_world.daemons[i]->config.listen,
					  .n_urls = 1};
	cr_assert(is_ok(rpc_client_new(&config, &wire->client)));
	wire->name = arena_strdup(test_world.arena, name);
	n_wires++;
	return wire;
}

void wires_close(void)
{
	while (n_wires > 0) {
		struct wire *wire = &wires[--n_wires];

		rpc_client_free(&wire->client);
		keyring_free(&wire->keys);
	}
}

static struct answer keep_result(struct rpc_result *result, const struct rpc_method *method)
{
	struct arena *arena = arena_new(CALL_ARENA_CAP);
	struct answer answer = {.status = result->header.status,
				.retry_after_ms = result->header.retry_after_ms};

	test_keep_arena(arena);
	answer.wire = (struct str){arena_memdup(arena, result->payload.ptr, result->payload.len),
				   result->payload.len};
	if (is_ok(answer.status))
		answer.response = pb_unpack(arena, method->response->descriptor, answer.wire);
	rpc_result_free(&result);
	return answer;
}

struct answer call_wire(struct test_daemon *daemon, const struct caller *who, const char *method,
			const void *request)
{
	const char *target = daemon->svc.descriptor->name, *permission;
	const struct rpc_method *m = test_route(&daemon->svc, method)->method;
	struct principal p = test_principal(who, &m->policy, &permission);
	struct wire *wire;
	struct rpc_header header = {
		.request_id = "req-wire",
		.traceparent = "",
		.deadline = who->deadline,
		.tenant = who->tenant,
		.idempotency_key = who->idempotency_key ? who->idempotency_key : "",
		.client_addr = who->client_addr,
		.user_agent = "test",
		.accept_language = who->accept_language ? who->accept_language : "",
	};

	pthread_mutex_lock(&lock);
	wire = wire_of(who->daemon);
	header.principal = test_sign_by(
		test_world.arena, who->forger ? wire_of(who->forger)->keys : test_world.gateway, &p,
		test_audience(who, target), instant_now());
	pthread_mutex_unlock(&lock);
	cr_assert(rpc_client_wait(wire->client, target, 1, CONNECT_MS), "%s\n%s", target, logged());
	return keep_result(rpc_call_blocking(wire->client, target, m, &header,
					     (struct rpc_body){.message = request}),
			   m);
}
