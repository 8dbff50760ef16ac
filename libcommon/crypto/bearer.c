#include "crypto/bearer.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/random.h"

#define RAW_BYTES	52
#define BODY_DIGITS	70
#define CHECKSUM_DIGITS 6

_Static_assert(RAW_BYTES == 16 + 16 + BEARER_SECRET_BYTES, "body holds the three parts");

static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 36;
	return -1;
}

static uint32_t crc32_ieee(const char *data, size_t len)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < len; i++) {
		crc ^= (uint8_t)data[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (0xedb88320u & (0u - (crc & 1)));
	}
	return ~crc;
}

/* Long division of the whole number, least significant digit first; raw is used up. */
static void base62_encode(char out[BODY_DIGITS], uint8_t raw[RAW_BYTES])
{
	for (int i = BODY_DIGITS - 1; i >= 0; i--) {
		unsigned rest = 0;

		for (int b = 0; b < RAW_BYTES; b++) {
			rest = rest << 8 | raw[b];
			raw[b] = (uint8_t)(rest / 62);
			rest %= 62;
		}
		out[i] = digits[rest];
	}
}

static bool base62_decode(uint8_t raw[RAW_BYTES], const char *text)
{
	memset(raw, 0, RAW_BYTES);
	for (int i = 0; i < BODY_DIGITS; i++) {
		int value = digit_value(text[i]);
		unsigned carry;

		if (value < 0)
			return false;
		carry = (unsigned)value;
		for (int b = RAW_BYTES - 1; b >= 0; b--) {
			carry += raw[b] * 62u;
			raw[b] = (uint8_t)carry;
			carry >>= 8;
		}
		if (carry != 0)
			return false; /* more than 52 bytes: a second spelling */
	}
	return true;
}

static void add_checksum(char out[CHECKSUM_DIGITS], const char *text, size_t len)
{
	uint32_t crc = crc32_ieee(text, len);

	for (int i = CHECKSUM_DIGITS - 1; i >= 0; i--) {
		out[i] = digits[crc % 62];
		crc /= 62;
	}
}

static bool kind_is_valid(const char *kind, size_t len)
{
	if (len < 2 || len > BEARER_KIND_MAX || kind[len - 1] == '_' || kind[0] == '_')
		return false;
	for (size_t i = 0; i < len; i++)
		if (kind[i] != '_' && (kind[i] < 'a' || kind[i] > 'z'))
			return false;
	return true;
}

static struct bearer without_secret(const char *kind, struct uuid tenant, struct uuid id)
{
	struct bearer bearer = {.tenant = tenant, .id = id};

	if (!kind_is_valid(kind, strlen(kind)))
		abort();
	strcpy(bearer.kind, kind);
	return bearer;
}

struct bearer bearer_new(const char *kind, struct uuid tenant, struct uuid id)
{
	struct bearer bearer = without_secret(kind, tenant, id);

	crypto_random(bearer.secret, sizeof bearer.secret);
	return bearer;
}

static void mac_of(uint8_t out[MAC_BYTES], const struct bearer *bearer, const uint8_t key[32])
{
	uint8_t msg[sizeof bearer->kind + 32] = {};

	memcpy(msg, bearer->kind, strlen(bearer->kind));
	memcpy(msg + sizeof bearer->kind, bearer->tenant.bytes, 16);
	memcpy(msg + sizeof bearer->kind + 16, bearer->id.bytes, 16);
	crypto_mac(out, key, msg, sizeof msg);
}

struct bearer bearer_new_mac(const char *kind, struct uuid tenant, struct uuid id,
			     const uint8_t key[32])
{
	struct bearer bearer = without_secret(kind, tenant, id);
	uint8_t mac[MAC_BYTES];

	mac_of(mac, &bearer, key);
	memcpy(bearer.secret, mac, sizeof bearer.secret);
	return bearer;
}

bool bearer_mac_is_valid(const struct bearer *bearer, const uint8_t key[32])
{
	uint8_t mac[MAC_BYTES];

	mac_of(mac, bearer, key);
	return crypto_equal(mac, bearer->secret, sizeof bearer->secret);
}

void bearer_format(char out[BEARER_TEXT], const struct bearer *bearer)
{
	uint8_t raw[RAW_BYTES];
	size_t len = strlen(bearer->kind);

	memcpy(raw, bearer->tenant.bytes, 16);
	memcpy(raw + 16, bearer->id.bytes, 16);
	memcpy(raw + 32, bearer->secret, sizeof bearer->secret);
	memcpy(out, bearer->kind, len);
	out[len++] = '_';
	base62_encode(out + len, raw);
	len += BODY_DIGITS;
	add_checksum(out + len, out, len);
	out[len + CHECKSUM_DIGITS] = '\0';
}

bool bearer_parse(struct str text, struct bearer *out)
{
	struct bearer bearer = {};
	char checksum[CHECKSUM_DIGITS];
	uint8_t raw[RAW_BYTES];
	size_t kind_len;

	if (text.len < 2 + 1 + BODY_DIGITS + CHECKSUM_DIGITS || text.len >= BEARER_TEXT)
		return false;
	kind_len = text.len - 1 - BODY_DIGITS - CHECKSUM_DIGITS;
	if (!kind_is_valid(text.ptr, kind_len) || text.ptr[kind_len] != '_')
		return false;
	add_checksum(checksum, text.ptr, text.len - CHECKSUM_DIGITS);
	if (memcmp(checksum, text.ptr + text.len - CHECKSUM_DIGITS, CHECKSUM_DIGITS) != 0)
		return false;
	if (!base62_decode(raw, text.ptr + kind_len + 1))
		return false;
	memcpy(bearer.kind, text.ptr, kind_len);
	memcpy(bearer.tenant.bytes, raw, 16);
	memcpy(bearer.id.bytes, raw + 16, 16);
	memcpy(bearer.secret, raw + 32, sizeof bearer.secret);
	*out = bearer;
	return true;
}

bool bearer_is_kind(const struct bearer *bearer, const char *kind)
{
	return strcmp(bearer->kind, kind) == 0;
}

void bearer_hash(uint8_t out[BEARER_HASH_BYTES], const struct bearer *bearer)
{
	crypto_sha256(out, bearer->secret, sizeof bearer->secret);
}

bool bearer_matches(const struct bearer *bearer, const uint8_t stored[BEARER_HASH_BYTES])
{
	uint8_t hash[BEARER_HASH_BYTES];

	bearer_hash(hash, bearer);
	return crypto_equal(hash, stored, sizeof hash);
}
