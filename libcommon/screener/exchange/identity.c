/*
 * Identity, signature and hash chain of screener versions.  The statement is
 * canonical JSON by construction: its members are written in sorted order, and
 * the slug's alphabet needs no care that the string writer does not take.
 */
#include "screener/exchange/identity.h"

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "screener/json/canon.h"

struct status identity_of_document(struct arena *arena, struct str document,
				   uint8_t out[IDENTITY_HASH_BYTES])
{
	struct arena_mark mark = arena_mark(arena);
	struct str canonical;
	struct status st = canon_bytes(arena, document, &canonical);

	if (is_ok(st))
		crypto_sha256(out, canonical.ptr, canonical.len);
	arena_rewind(arena, mark);
	return st;
}

static void add_hash(struct strbuf *buf, const uint8_t hash[IDENTITY_HASH_BYTES])
{
	char hex[2 * IDENTITY_HASH_BYTES + 1];

	hex_encode(hex, hash, IDENTITY_HASH_BYTES);
	strbuf_printf(buf, "\"%s\"", hex);
}

struct str identity_statement(struct arena *arena, const struct identity_version *version)
{
	struct strbuf buf = strbuf_new(arena);
	char at[INSTANT_TEXT];

	instant_format(at, version->published_at);
	strbuf_add_c(&buf, "{\"content\":");
	add_hash(&buf, version->content);
	strbuf_printf(&buf, ",\"format\":\"screener-version/1\",\"number\":%lld,\"previous\":",
		      (long long)version->number);
	if (version->number == 1)
		strbuf_add_c(&buf, "null");
	else
		add_hash(&buf, version->previous);
	strbuf_printf(&buf, ",\"published_at\":\"%s\"", at);
	if (version->safety_acceptance) {
		strbuf_add_c(&buf, ",\"safety_acceptance\":");
		add_hash(&buf, version->safety_acceptance);
	}
	strbuf_add_c(&buf, ",\"slug\":");
	strbuf_add_json(&buf, str_of(version->slug));
	strbuf_add_char(&buf, '}');
	return strbuf_str(&buf);
}

struct status identity_of_acceptance(struct arena *arena,
				     const struct identity_acceptance *acceptance,
				     uint8_t out[IDENTITY_HASH_BYTES])
{
	struct arena_mark mark = arena_mark(arena);
	struct strbuf buf = strbuf_new(arena);
	char at[INSTANT_TEXT];
	struct status st;

	instant_format(at, acceptance->accepted_at);
	strbuf_printf(&buf, "{\"accepted_at\":\"%s\",\"accepted_by\":", at);
	strbuf_add_json(&buf, str_of(acceptance->accepted_by));
	strbuf_add_c(&buf, ",\"content\":");
	add_hash(&buf, acceptance->content);
	strbuf_add_c(&buf, ",\"format\":\"safety-acceptance/1\",\"questions\":[");
	for (size_t i = 0; i < acceptance->n_questions; i++) {
		if (i > 0)
			strbuf_add_char(&buf, ',');
		strbuf_add_json(&buf, str_of(acceptance->questions[i]));
	}
	strbuf_add_c(&buf, "],\"reason\":");
	strbuf_add_json(&buf, str_of(acceptance->reason));
	strbuf_add_char(&buf, '}');
	/* A reason may hold any text: the canonical writer decides how it is escaped. */
	st = identity_of_document(arena, strbuf_str(&buf), out);
	arena_rewind(arena, mark);
	return st;
}

void identity_hash(struct arena *arena, const struct identity_version *version,
		   uint8_t out[IDENTITY_HASH_BYTES])
{
	struct arena_mark mark = arena_mark(arena);
	struct str statement = identity_statement(arena, version);

	crypto_sha256(out, statement.ptr, statement.len);
	arena_rewind(arena, mark);
}

void identity_sign(struct arena *arena, const struct identity_version *version,
		   const uint8_t private_key[64], uint8_t signature[IDENTITY_SIGNATURE_BYTES])
{
	struct str statement = identity_statement(arena, version);

	sign_message(signature, private_key, statement.ptr, statement.len);
}

bool identity_verify(struct arena *arena, const struct identity_version *version,
		     const uint8_t signature[IDENTITY_SIGNATURE_BYTES],
		     const uint8_t public_key[IDENTITY_KEY_BYTES])
{
	struct str statement = identity_statement(arena, version);

	return sign_verify(signature, public_key, statement.ptr, statement.len);
}

static struct status verify_link(struct arena *arena, const struct identity_link *before,
				 const struct identity_link *link)
{
	const struct identity_version *version = &link->version;
	uint8_t expected[IDENTITY_HASH_BYTES] = {};

	if (version->number != (before ? before->version.number + 1 : 1))
		return FAIL(CHAIN_NUMBER);
	if (before) {
		if (strcmp(before->version.slug, version->slug) != 0)
			return FAIL(CHAIN_SLUG);
		if (version->published_at < before->version.published_at)
			return FAIL(CHAIN_TIME);
		identity_hash(arena, &before->version, expected);
	}
	if (memcmp(expected, version->previous, sizeof expected) != 0)
		return FAIL(CHAIN_PREVIOUS);
	if (!identity_verify(arena, version, link->signature, link->public_key))
		return FAIL(CHAIN_SIGNATURE);
	return OK;
}

struct status identity_verify_chain(struct arena *arena, const struct identity_link *links,
				    size_t n, size_t *broken)
{
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(arena);
		struct status st = verify_link(arena, i ? &links[i - 1] : NULL, &links[i]);

		arena_rewind(arena, mark);
		if (is_failed(st)) {
			*broken = i;
			return st;
		}
	}
	return OK;
}
