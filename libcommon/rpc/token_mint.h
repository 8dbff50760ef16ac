#pragma once

/* Our own service token for one peer, signed anew when SERVICE_TOKEN_RENEW is left.  Any thread. */
#include <pthread.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/str.h"
#include "crypto/keyring.h"

#define TOKEN_BYTES_MAX 256

struct token_mint {
	pthread_mutex_t lock;
	char daemon[KEY_NAME_TEXT];
	char audience[KEY_NAME_TEXT];
	const struct key *key; /* NULL: no tokens */
	uint8_t bytes[TOKEN_BYTES_MAX];
	size_t len;
	instant expires_at;
};

void token_mint_init(struct token_mint *mint, const char *daemon, const char *audience,
		     const struct key *key);
void token_mint_fini(struct token_mint *mint);

/* A token good for a while, copied into out; empty without a key. */
struct str token_mint_get(struct token_mint *mint, instant now, uint8_t out[TOKEN_BYTES_MAX]);
