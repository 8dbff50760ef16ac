#include <criterion/criterion.h>

#include "crypto/hash.h"
#include "crypto/password.h"

/* Small enough for a test under the sanitizers; the default is tried once. */
#define CHEAP ((struct password_cost){.passes = 1, .memory_kib = 64})

/* From the test-vectors of the reference implementation (argon2id, v=19, m=65536, t=2, p=1). */
Test(password, a_hash_of_the_reference_implementation_verifies)
{
	const char *hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ"
			   "$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";

	crypto_init();
	cr_assert(is_ok(password_verify(hash, STR("password"))));
	cr_assert_str_eq(reason_name(password_verify(hash, STR("passworD")).reason),
			 "PASSWORD_WRONG");
}

Test(password, hashes_verify_and_tell_when_the_cost_changed)
{
	char hash[PASSWORD_HASH_TEXT];

	crypto_init();
	cr_assert(is_ok(password_hash(hash, STR("correct horse"), PASSWORD_COST_DEFAULT)));
	cr_assert(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0, "%s", hash);
	cr_assert(is_ok(password_verify(hash, STR("correct horse"))));
	cr_assert_eq(password_verify(hash, STR("correct hors")).code, STATUS_UNAUTHENTICATED);
	cr_assert_not(password_needs_rehash(hash, PASSWORD_COST_DEFAULT));
	cr_assert(password_needs_rehash(hash, CHEAP));
}

Test(password, a_stored_hash_cannot_ask_for_any_cost)
{
	static const char *const refused[] = {
		"$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$"
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=1000,p=1$c29tZXNhbHQ$"
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$"
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$"
		"CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$2b$12$abcdefghijklmnopqrstuv",
		"",
		"password",
	};

	crypto_init();
	for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
		cr_assert_str_eq(reason_name(password_verify(refused[i], STR("password")).reason),
				 "PASSWORD_HASH_REFUSED", "%s", refused[i]);
}

Test(password, too_long_is_refused_before_any_work)
{
	char hash[PASSWORD_HASH_TEXT], pw[PASSWORD_MAX + 1];

	crypto_init();
	memset(pw, 'x', sizeof pw);
	cr_assert_str_eq(
		reason_name(password_hash(hash, (struct str){pw, sizeof pw}, CHEAP).reason),
		"PASSWORD_TOO_LONG");
	cr_assert(is_ok(password_hash(hash, (struct str){pw, PASSWORD_MAX}, CHEAP)));
	password_verify_dummy((struct str){pw, sizeof pw}, CHEAP);
}
