#include "auth/auth.h"

#define KEYS_MAX 16

/* The newest signs; the older ones still verify until their files are removed. */
struct status auth_get_jwks(struct rpc_call *call, const Auth__GetJwksRequest *req,
			    Auth__GetJwksResponse *resp)
{
	const struct keyring *ring = auth_of(call)->keyring;
	const struct key *key;

	(void)req;
	resp->keys = arena_array_of(call->arena, Auth__Jwk *, KEYS_MAX);
	while (resp->n_keys < KEYS_MAX && (key = keyring_at(ring, "jwt", resp->n_keys))) {
		Auth__Jwk *jwk = arena_new_of(call->arena, Auth__Jwk);

		auth__jwk__init(jwk);
		jwk->kid = key->kid;
		jwk->public_key.data = arena_memdup(call->arena, key->public_key, 32);
		jwk->public_key.len = 32;
		resp->keys[resp->n_keys++] = jwk;
	}
	return OK;
}
