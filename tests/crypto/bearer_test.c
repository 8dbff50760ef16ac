#include <criterion/criterion.h>

#include "crypto/bearer.h"
#include "crypto/hash.h"
#include "crypto/random.h"

static struct bearer a_key(void)
{
	struct uuid tenant, id;

	crypto_init();
	uuid_parse(STR("018bcfe5-6800-7000-8000-000000000001"), &tenant);
	uuid_parse(STR("ffffffff-ffff-7fff-bfff-ffffffffffff"), &id);
	return bearer_new("aeg_live", tenant, id);
}

Test(bearer, comes_back_as_it_was)
{
	struct bearer key = a_key(), back;
	char text[BEARER_TEXT];

	bearer_format(text, &key);
	cr_assert_eq(strlen(text), 9 + 70 + 6);
	cr_assert(bearer_parse(str_of(text), &back));
	cr_assert(bearer_is_kind(&back, "aeg_live"));
	cr_assert(uuid_eq(key.tenant, back.tenant) && uuid_eq(key.id, back.id));
	cr_assert_arr_eq(key.secret, back.secret, BEARER_SECRET_BYTES);
}

Test(bearer, extreme_bodies_come_back)
{
	struct bearer low = a_key(), high = low, back;
	char text[BEARER_TEXT];

	memset(&low.tenant, 0, 16);
	memset(&low.id, 0, 16);
	memset(low.secret, 0, sizeof low.secret);
	memset(&high.tenant, 0xff, 16);
	memset(high.secret, 0xff, sizeof high.secret);
	bearer_format(text, &low);
	cr_assert(bearer_parse(str_of(text), &back) && uuid_is_nil(back.tenant));
	bearer_format(text, &high);
	cr_assert(bearer_parse(str_of(text), &back) && uuid_eq(back.tenant, high.tenant));
}

Test(bearer, every_single_wrong_character_is_refused)
{
	struct bearer key = a_key(), back;
	char text[BEARER_TEXT];
	size_t len;

	bearer_format(text, &key);
	len = strlen(text);
	for (size_t i = 0; i < len; i++) {
		char was = text[i];

		for (int c = 0; c < 256; c++) {
			text[i] = (char)c;
			if (text[i] != was)
				cr_assert_not(bearer_parse((struct str){text, len}, &back),
					      "%zu %d", i, c);
		}
		text[i] = was;
	}
	cr_assert_not(bearer_parse((struct str){text, len - 1}, &back));
	cr_assert_not(bearer_parse(STR(""), &back));
}

/* 62^70 is more than 2^416: a body beyond it would be a second spelling of another. */
Test(bearer, a_body_out_of_range_is_refused_though_its_checksum_is_right)
{
	char text[] =
		"ses_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz......";
	const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
	uint32_t crc = 0xffffffffu;
	struct bearer back;

	for (size_t i = 0; i < 74; i++) {
		crc ^= (uint8_t)text[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >> 1) ^ 0xedb88320u : crc >> 1;
	}
	crc = ~crc;
	for (int i = 79; i >= 74; i--) {
		text[i] = digits[crc % 62];
		crc /= 62;
	}
	cr_assert_not(bearer_parse(str_of(text), &back));
}

Test(bearer, a_mac_token_is_checked_without_a_lookup)
{
	uint8_t key[32] = {7}, other[32] = {8};
	struct bearer base = a_key();
	struct bearer ses = bearer_new_mac("ses", base.tenant, base.id, key);

	cr_assert(bearer_mac_is_valid(&ses, key));
	cr_assert_not(bearer_mac_is_valid(&ses, other));
	ses.tenant.bytes[3] ^= 1;
	cr_assert_not(bearer_mac_is_valid(&ses, key));
}

Test(bearer, the_stored_hash_matches_its_secret_alone)
{
	struct bearer key = a_key(), other = a_key();
	uint8_t hash[BEARER_HASH_BYTES];

	bearer_hash(hash, &key);
	cr_assert(bearer_matches(&key, hash));
	cr_assert_not(bearer_matches(&other, hash));
}
