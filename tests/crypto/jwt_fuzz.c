#include <stdlib.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "crypto/flat_json.h"
#include "crypto/hash.h"
#include "crypto/jwt.h"
#include "crypto/sign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input once as a token, once as claims that are signed well. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct jwt_expect expect = {"aegis", "aegis-api", "access"};
	static const instant now = SECONDS(1);
	static const char header[] = "{\"alg\":\"EdDSA\",\"kid\":\"k\"}";
	struct jwt_key key = {.kid = "k"};
	struct arena *arena = arena_new(1 << 20);
	uint8_t seed[32] = {1}, private_key[64], sig[64];
	struct str text = {(const char *)data, len};
	struct flat_json *object = arena_new_of(arena, struct flat_json);
	struct jwt_claims out;
	char *signing;

	crypto_init();
	sign_from_seed(key.public_key, private_key, seed);
	if (is_ok(jwt_verify(arena, &key, 1, text, now, &expect, &out)))
		abort(); /* nobody but us has the key */
	if (flat_json_parse(arena, text, object)) {
		signing = arena_printf(arena, "%s.%s",
				       base64url_encode(arena, header, sizeof header - 1),
				       base64url_encode(arena, data, len));
		sign_message(sig, private_key, signing, strlen(signing));
		signing = arena_printf(arena, "%s.%s", signing, base64url_encode(arena, sig, 64));
		if (is_ok(jwt_verify(arena, &key, 1, str_of(signing), now, &expect, &out)) &&
		    (!*out.sub || out.expires_at + JWT_LEEWAY <= now))
			abort();
	}
	arena_free(&arena);
	return 0;
}
