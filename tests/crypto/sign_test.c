#include <criterion/criterion.h>

#include "base/encoding.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "crypto/sign.h"

/* RFC 8032 section 7.1, TEST 2. */
Test(sign, ed25519_answers_as_rfc_8032_says)
{
	uint8_t seed[32], public_key[32], private_key[64], expected_public[32], expected[64],
		sig[64];
	const uint8_t msg[] = {0x72};

	hex_decode(seed, 32,
		   STR("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
	hex_decode(expected_public, 32,
		   STR("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
	hex_decode(expected, 64,
		   STR("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
		       "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
	sign_from_seed(public_key, private_key, seed);
	cr_assert_arr_eq(public_key, expected_public, 32);
	sign_message(sig, private_key, msg, 1);
	cr_assert_arr_eq(sig, expected, 64);
	cr_assert(sign_verify(sig, public_key, msg, 1));
}

Test(sign, every_changed_bit_is_noticed)
{
	uint8_t public_key[32], private_key[64], sig[64];

	crypto_init();
	sign_generate(public_key, private_key);
	sign_message(sig, private_key, "hello", 5);
	for (int bit = 0; bit < 512; bit++) {
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert_not(sign_verify(sig, public_key, "hello", 5), "bit %d", bit);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	cr_assert_not(sign_verify(sig, public_key, "hellO", 5));
}

Test(sign, a_key_of_small_order_verifies_nothing)
{
	uint8_t zero_key[32] = {1}, sig[64] = {1};

	crypto_init();
	cr_assert_not(sign_verify(sig, zero_key, "x", 1));
}
