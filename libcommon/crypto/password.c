#include "crypto/password.h"

#include <sodium.h>
#include <string.h>

_Static_assert(PASSWORD_HASH_TEXT == crypto_pwhash_STRBYTES, "libsodium's own size");

#define PREFIX "$argon2id$v=19$"

static bool take_number(struct str *rest, const char *prefix, char end, uint64_t max)
{
	struct str field = str_take_until(rest, end);
	uint64_t n;

	if (!str_has_prefix(field, prefix))
		return false;
	field.ptr += strlen(prefix);
	field.len -= strlen(prefix);
	return str_to_u64(field, &n) && n >= 1 && n <= max;
}

/* An attacker who can write a hash must not choose how much memory we spend. */
static bool is_within_bounds(const char *hash)
{
	struct str rest = str_of(hash);

	if (rest.len >= PASSWORD_HASH_TEXT || !str_has_prefix(rest, PREFIX))
		return false;
	rest.ptr += sizeof PREFIX - 1;
	rest.len -= sizeof PREFIX - 1;
	return take_number(&rest, "m=", ',', PASSWORD_MEMORY_KIB_MAX) &&
	       take_number(&rest, "t=", ',', PASSWORD_PASSES_MAX) &&
	       take_number(&rest, "p=", '$', 1);
}

struct status password_hash(char out[PASSWORD_HASH_TEXT], struct str password,
			    struct password_cost cost)
{
	if (password.len > PASSWORD_MAX)
		return FAIL(PASSWORD_TOO_LONG);
	if (crypto_pwhash_str_alg(out, password.ptr, password.len, cost.passes,
				  (size_t)cost.memory_kib * 1024,
				  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return FAIL(PASSWORD_MEMORY);
	return OK;
}

struct status password_verify(const char *hash, struct str password)
{
	if (!is_within_bounds(hash))
		return FAIL(PASSWORD_HASH_REFUSED);
	if (password.len > PASSWORD_MAX ||
	    crypto_pwhash_str_verify(hash, password.ptr, password.len) != 0)
		return FAIL(PASSWORD_WRONG);
	return OK;
}

bool password_needs_rehash(const char *hash, struct password_cost cost)
{
	return crypto_pwhash_str_needs_rehash(hash, cost.passes, (size_t)cost.memory_kib * 1024) !=
	       0;
}

void password_verify_dummy(struct str password, struct password_cost cost)
{
	static const uint8_t salt[crypto_pwhash_SALTBYTES];
	uint8_t out[32];
	size_t len = password.len < PASSWORD_MAX ? password.len : PASSWORD_MAX;

	/* The result is thrown away on purpose: only the time it takes is wanted. */
	if (crypto_pwhash(out, sizeof out, password.ptr, len, salt, cost.passes,
			  (size_t)cost.memory_kib * 1024, crypto_pwhash_ALG_ARGON2ID13) == 0)
		sodium_memzero(out, sizeof out);
}
