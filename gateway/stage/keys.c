#include "stage/keys.h"

#include <stdlib.h>

#include "aegis/auth/v1/auth.pb-c.h"
#include "base/log.h"
#include "rpc/pb_arena.h"
#include "stage/token_cache.h"

#define REFRESH	    SECONDS(60)
#define AFTER_ERROR MILLIS(200)

/* A fetch belongs to the loop, not to a request. */
struct fetch {
	struct edge_task task;
	struct gw_loop *loop;
	struct rpc_result *result;
};

static bool kid_is_fine(const char *kid)
{
	size_t len = strlen(kid);

	return len > 0 && len <= JWT_KID_MAX;
}

static void take_keys(struct gw_loop *loop, const Auth__GetJwksResponse *answer)
{
	struct gw_keys *keys = &loop->keys;
	struct jwt_key fresh[16] = {};
	size_t n = 0;

	for (size_t i = 0; i < answer->n_keys && n < 16; i++) {
		const Auth__Jwk *jwk = answer->keys[i];

		if (jwk->public_key.len != 32 || !kid_is_fine(jwk->kid))
			continue;
		strcpy(fresh[n].kid, jwk->kid);
		memcpy(fresh[n++].public_key, jwk->public_key.data, 32);
	}
	if (n != keys->n || memcmp(fresh, keys->keys, sizeof fresh) != 0)
		token_cache_flush(loop->tokens);
	memcpy(keys->keys, fresh, sizeof fresh);
	keys->n = n;
	keys->fetched_at = instant_monotonic();
}

static void wake_waiting(struct gw_loop *loop)
{
	struct gw_call *call = loop->keys.waiting;

	loop->keys.waiting = NULL;
	while (call) {
		struct gw_call *next = call->next_waiting;

		gw_authenticate(call);
		call = next;
	}
}

static void on_fetched(struct edge_task *task)
{
	struct fetch *fetch = (struct fetch *)task;
	struct gw_loop *loop = fetch->loop;
	struct rpc_result *result = fetch->result;
	struct arena *arena = loop->scratch;
	Auth__GetJwksResponse *answer = NULL;
	ProtobufCAllocator allocator = pb_arena_allocator(arena);

	loop->keys.fetching = false;
	if (is_ok(result->header.status))
		answer = auth__get_jwks_response__unpack(&allocator, result->payload.len,
							 (const uint8_t *)result->payload.ptr);
	if (answer)
		take_keys(loop, answer);
	else if (loop->keys.fetched_at == 0)
		log_debug("auth's keys are not there yet", KV_STATUS(result->header.status));
	else
		log_warn("auth's keys could not be fetched again",
			 KV_STATUS(result->header.status));
	rpc_result_free(&fetch->result);
	free(fetch);
	wake_waiting(loop);
}

static void on_done(struct rpc_result *result, void *arg)
{
	struct fetch *fetch = arg;

	fetch->result = result;
	edge_post(fetch->loop->edge_loop, &fetch->task);
}

static void start(struct gw_loop *loop, instant now)
{
	const struct gateway *gw = loop->gw;
	Auth__GetJwksRequest request = AUTH__GET_JWKS_REQUEST__INIT;
	struct rpc_header header = {.request_id = "",
				    .traceparent = "",
				    .idempotency_key = "",
				    .client_addr = "",
				    .user_agent = "",
				    .accept_language = "",
				    .deadline = instant_now() + SECONDS(2)};
	struct fetch *fetch = calloc(1, sizeof *fetch);

	if (!fetch)
		abort();
	fetch->loop = loop;
	fetch->task.run = on_fetched;
	loop->keys.fetching = true;
	loop->keys.tried_at = now;
	rpc_send(gw->rpc, "auth", gw->methods.get_jwks, &header,
		 (struct rpc_body){.message = &request.base}, on_done, fetch);
}

static bool may_fetch(const struct gw_loop *loop, instant now, instant pause)
{
	const struct gw_keys *keys = &loop->keys;

	if (keys->fetching || loop->closed)
		return false;
	if (keys->fetched_at < keys->tried_at || keys->fetched_at == 0)
		pause = AFTER_ERROR;
	return keys->tried_at == 0 || now - keys->tried_at >= pause;
}

void gw_keys_tick(struct gw_loop *loop, instant now)
{
	if (loop->gw->methods.get_jwks && may_fetch(loop, now, REFRESH))
		start(loop, now);
}

bool gw_keys_wait(struct gw_call *call)
{
	struct gw_loop *loop = call->loop;
	instant now = edge_loop_now(loop->edge_loop);

	if (!loop->gw->methods.get_jwks || call->waited_for_keys)
		return false;
	if (!loop->keys.fetching) {
		if (!may_fetch(loop, now, MILLIS(loop->gw->config->unknown_key_ms)))
			return false;
		start(loop, now);
	}
	call->waited_for_keys = true;
	call->next_waiting = loop->keys.waiting;
	loop->keys.waiting = call;
	return true;
}

void gw_keys_stop(struct gw_loop *loop)
{
	wake_waiting(loop);
}
