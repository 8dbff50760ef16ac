#include "auth/lane.h"

#include "crypto/hash.h"

/* Attempts under way are counted as failures until they succeed. */
_Static_assert(AUTH_HASH_PLACES < LANE_FAILURES_MAX, "honest sign-ins at once must not lock");

static struct str key_of(struct rpc_call *call, const char *named)
{
	uint8_t *mac = arena_alloc(call->arena, LANE_KEY_BYTES);

	crypto_mac(mac, auth_of(call)->refresh_key->bytes, named, strlen(named));
	return (struct str){(const char *)mac, LANE_KEY_BYTES};
}

struct str lane_key(struct rpc_call *call, const char *email, const char *network)
{
	return key_of(call,
		      arena_printf(call->arena, "lane\n%s\n%s", email, network ? network : "*"));
}

struct str lane_network_key(struct rpc_call *call, const char *network)
{
	return key_of(call, arena_printf(call->arena, "network\n%s", network));
}

struct status lane_take(struct rpc_call *call, struct str key, int32_t failures_max,
			int32_t *failures, instant *locked_until)
{
	struct q_attempt_row *attempt;
	struct q_lane_lock_row *lock;

	TRY(q_take_attempt(call->tx, &attempt, .key = key, .max_failures = failures_max,
			   .window_start = call->now - LANE_MEMORY,
			   .lock_until = call->now + LANE_LOCK, .now = call->now));
	*locked_until = 0;
	*failures = attempt ? attempt->failures : failures_max;
	if (attempt)
		return OK;
	TRY(q_lane_lock(call->tx, key, &lock));
	/* A success may have cleared it in between: then the next attempt finds it open. */
	*locked_until = lock && lock->locked_until ? *lock->locked_until : call->now + SECONDS(1);
	return OK;
}
