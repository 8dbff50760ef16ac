#include <criterion/criterion.h>

#include "base/arena.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/seal.h"

Test(seal, opens_with_the_same_key_and_context_only)
{
	struct arena *arena = arena_new(1 << 16);
	uint8_t key[32], other[32];
	struct str sealed, plain;

	crypto_init();
	crypto_random(key, 32);
	crypto_random(other, 32);
	sealed = seal_with_key(arena, key, STR("tenant-a"), STR("smtp password"));
	cr_assert_eq(sealed.len, 13 + SEAL_OVERHEAD);
	cr_assert(seal_open(arena, key, STR("tenant-a"), sealed, &plain));
	cr_assert(str_eq_c(plain, "smtp password"));
	cr_assert_not(seal_open(arena, key, STR("tenant-b"), sealed, &plain));
	cr_assert_not(seal_open(arena, other, STR("tenant-a"), sealed, &plain));
	for (size_t i = 0; i < sealed.len; i++) {
		((char *)(uintptr_t)sealed.ptr)[i] ^= 1;
		cr_assert_not(seal_open(arena, key, STR("tenant-a"), sealed, &plain));
		((char *)(uintptr_t)sealed.ptr)[i] ^= 1;
	}
	sealed.len = SEAL_OVERHEAD - 1;
	cr_assert_not(seal_open(arena, key, STR("tenant-a"), sealed, &plain));
	arena_free(&arena);
}

Test(seal, only_the_recipient_opens_what_is_sealed_to_it)
{
	struct arena *arena = arena_new(1 << 16);
	uint8_t private_key[32], public_key[32], stranger[32];
	struct str sealed, plain;

	crypto_init();
	crypto_random(private_key, 32);
	crypto_random(stranger, 32);
	seal_public_of(public_key, private_key);
	sealed = seal_to_public(arena, public_key, STR("token"));
	cr_assert(seal_open_private(arena, private_key, sealed, &plain));
	cr_assert(str_eq_c(plain, "token"));
	cr_assert_not(seal_open_private(arena, stranger, sealed, &plain));
	sealed.len--;
	cr_assert_not(seal_open_private(arena, private_key, sealed, &plain));
	arena_free(&arena);
}
