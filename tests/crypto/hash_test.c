#include <criterion/criterion.h>

#include "base/encoding.h"
#include "base/str.h"
#include "crypto/hash.h"

static const char *hex_of(const uint8_t *bytes)
{
	static char text[65];

	hex_encode(text, bytes, 32);
	return text;
}

Test(hash, sha256_answers_as_fips_180_4_says)
{
	uint8_t out[32];

	crypto_sha256(out, "abc", 3);
	cr_assert_str_eq(hex_of(out),
			 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_sha256(out, "", 0);
	cr_assert_str_eq(hex_of(out),
			 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

Test(hash, sha256_over_a_million_letters_in_pieces)
{
	struct sha256 hash;
	char piece[997];
	uint8_t out[32];
	size_t left = 1000000;

	memset(piece, 'a', sizeof piece);
	sha256_init(&hash);
	while (left > 0) {
		size_t n = left < sizeof piece ? left : sizeof piece;

		sha256_update(&hash, piece, n);
		left -= n;
	}
	sha256_final(&hash, out);
	cr_assert_str_eq(hex_of(out),
			 "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

Test(hash, hmac_sha256_answers_as_rfc_4231_says)
{
	uint8_t out[32], key[131];

	crypto_hmac_sha256(out, "Jefe", 4, "what do ya want for nothing?", 28);
	cr_assert_str_eq(hex_of(out),
			 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	memset(key, 0xaa, sizeof key);
	crypto_hmac_sha256(out, key, sizeof key,
			   "Test Using Larger Than Block-Size Key - Hash Key First", 54);
	cr_assert_str_eq(hex_of(out),
			 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

Test(hash, mac_depends_on_key_and_every_byte)
{
	uint8_t key[32] = {1}, other[32] = {2}, a[32], b[32];

	crypto_mac(a, key, "message", 7);
	crypto_mac(b, key, "message", 7);
	cr_assert(crypto_equal(a, b, 32));
	crypto_mac(b, key, "messagE", 7);
	cr_assert_not(crypto_equal(a, b, 32));
	crypto_mac(b, other, "message", 7);
	cr_assert_not(crypto_equal(a, b, 32));
}
