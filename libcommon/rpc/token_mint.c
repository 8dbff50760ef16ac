#include "rpc/token_mint.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "rpc/trust.h"

void token_mint_init(struct token_mint *mint, const char *daemon, const char *audience,
		     const struct key *key)
{
	*mint = (struct token_mint){.key = key};
	snprintf(mint->daemon, sizeof mint->daemon, "%s", daemon ? daemon : "");
	snprintf(mint->audience, sizeof mint->audience, "%s", audience);
	pthread_mutex_init(&mint->lock, NULL);
}

void token_mint_fini(struct token_mint *mint)
{
	pthread_mutex_destroy(&mint->lock);
}

static void renew(struct token_mint *mint, instant now)
{
	struct arena *arena = arena_new(4096);
	instant expires_at = now + SERVICE_TOKEN_LIFE;
	struct str token =
		service_token_sign(arena, mint->daemon, mint->audience, mint->key, expires_at);

	if (token.len > sizeof mint->bytes)
		abort();
	memcpy(mint->bytes, token.ptr, token.len);
	mint->len = token.len;
	mint->expires_at = expires_at;
	arena_free(&arena);
}

struct str token_mint_get(struct token_mint *mint, instant now, uint8_t out[TOKEN_BYTES_MAX])
{
	size_t len;

	if (!mint->key)
		return (struct str){};
	pthread_mutex_lock(&mint->lock);
	if (now > mint->expires_at - SERVICE_TOKEN_RENEW ||
	    mint->expires_at > now + SERVICE_TOKEN_LIFE + MINUTES(1))
		renew(mint, now);
	len = mint->len;
	memcpy(out, mint->bytes, len);
	pthread_mutex_unlock(&mint->lock);
	return (struct str){(const char *)out, len};
}
