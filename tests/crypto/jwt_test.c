#include <criterion/criterion.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/jwt.h"
#include "crypto/sign.h"

#define NOW SECONDS(1800000000)

static const struct jwt_expect expect = {"aegis", "aegis-api", "access"};
static struct arena *arena;
static struct jwt_key key;
static uint8_t private_key[64];

static void set_up(void)
{
	crypto_init();
	arena = arena_new(1 << 20);
	sign_generate(key.public_key, private_key);
	strcpy(key.kid, "k1");
}

static void tear_down(void)
{
	arena_free(&arena);
}

static struct jwt_claims ann(void)
{
	static const char *const permissions[] = {"programs:read", "programs:write"};

	return (struct jwt_claims){.iss = "aegis",
				   .aud = "aegis-api",
				   .sub = "018bcfe5-6800-7000-8000-000000000001",
				   .org = "018bcfe5-6800-7000-8000-000000000002",
				   .role = "owner \"é\"",
				   .type = "access",
				   .jti = "j",
				   .sid = "s",
				   .permissions = permissions,
				   .n_permissions = 2,
				   .epoch = 7,
				   .issued_at = NOW,
				   .expires_at = NOW + MINUTES(15)};
}

static struct status verify_at(const char *token, instant now, struct jwt_claims *out)
{
	return jwt_verify(arena, &key, 1, str_of(token), now, &expect, out);
}

/* A token of any header and body, signed well. */
static char *signed_token(const char *header, const char *body)
{
	char *signing =
		arena_printf(arena, "%s.%s", base64url_encode(arena, header, strlen(header)),
			     base64url_encode(arena, body, strlen(body)));
	uint8_t sig[64];

	sign_message(sig, private_key, signing, strlen(signing));
	return arena_printf(arena, "%s.%s", signing, base64url_encode(arena, sig, 64));
}

#define GOOD_HEADER "{\"alg\":\"EdDSA\",\"kid\":\"k1\"}"
#define GOOD_BODY                                                                                  \
	"{\"iss\":\"aegis\",\"aud\":\"aegis-api\",\"sub\":\"x\",\"type\":\"access\","              \
	"\"iat\":1800000000,\"exp\":1800000900"

TestSuite(jwt, .init = set_up, .fini = tear_down);

/* RFC 8037 appendix A.4: our signing input and signature primitives give its JWS. */
Test(jwt, signature_is_the_one_of_rfc_8037)
{
	uint8_t seed[32], pub[32], priv[64], sig[64];
	const char *input = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";

	hex_decode(seed, 32,
		   STR("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
	sign_from_seed(pub, priv, seed);
	sign_message(sig, priv, input, strlen(input));
	cr_assert_str_eq(base64url_encode(arena, sig, 64),
			 "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhV"
			 "sPt9g7sVvpAr_MuM0KAg");
}

Test(jwt, claims_come_back_as_they_were)
{
	struct jwt_claims claims = ann(), out;
	char *token = jwt_sign(arena, "k1", private_key, &claims);

	cr_assert(is_ok(verify_at(token, NOW, &out)));
	cr_assert_str_eq(out.sub, claims.sub);
	cr_assert_str_eq(out.org, claims.org);
	cr_assert_str_eq(out.role, claims.role);
	cr_assert_str_eq(out.workspace, "");
	cr_assert_eq(out.n_permissions, 2);
	cr_assert_str_eq(out.permissions[1], "programs:write");
	cr_assert_eq(out.epoch, 7);
	cr_assert_eq(out.expires_at, claims.expires_at);
}

Test(jwt, an_address_is_confirmed_only_when_the_token_says_so)
{
	struct jwt_claims claims = ann(), out;

	cr_assert(is_ok(verify_at(jwt_sign(arena, "k1", private_key, &claims), NOW, &out)));
	cr_assert(!out.email_verified);
	claims.email_verified = true;
	cr_assert(is_ok(verify_at(jwt_sign(arena, "k1", private_key, &claims), NOW, &out)));
	cr_assert(out.email_verified);
}

Test(jwt, expires)
{
	struct jwt_claims claims = ann(), out;
	char *token = jwt_sign(arena, "k1", private_key, &claims);

	cr_assert(is_ok(verify_at(token, claims.expires_at + JWT_LEEWAY - 1, &out)));
	cr_assert_str_eq(reason_name(verify_at(token, claims.expires_at + JWT_LEEWAY, &out).reason),
			 "TOKEN_EXPIRED");
	cr_assert_str_eq(reason_name(verify_at(token, NOW - MINUTES(5), &out).reason),
			 "TOKEN_INVALID");
}

Test(jwt, every_changed_character_is_refused)
{
	struct jwt_claims claims = ann(), out;
	char *token = jwt_sign(arena, "k1", private_key, &claims);

	for (size_t i = 0; token[i]; i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		cr_assert_eq(verify_at(token, NOW, &out).code, STATUS_UNAUTHENTICATED, "%zu", i);
		token[i] = was;
	}
}

Test(jwt, other_issuer_audience_type_or_key_is_refused)
{
	struct jwt_claims claims, out;

	claims = ann();
	claims.iss = "other";
	cr_assert_str_eq(
		reason_name(
			verify_at(jwt_sign(arena, "k1", private_key, &claims), NOW, &out).reason),
		"TOKEN_INVALID");
	claims = ann();
	claims.aud = "other";
	cr_assert_str_eq(
		reason_name(
			verify_at(jwt_sign(arena, "k1", private_key, &claims), NOW, &out).reason),
		"TOKEN_INVALID");
	claims = ann();
	claims.type = "refresh";
	cr_assert_str_eq(
		reason_name(
			verify_at(jwt_sign(arena, "k1", private_key, &claims), NOW, &out).reason),
		"TOKEN_INVALID");
	claims = ann();
	cr_assert_str_eq(
		reason_name(
			verify_at(jwt_sign(arena, "k2", private_key, &claims), NOW, &out).reason),
		"TOKEN_UNKNOWN_KEY");
}

Test(jwt, hostile_headers_are_refused_though_signed)
{
	static const char *const headers[] = {
		"{\"alg\":\"none\",\"kid\":\"k1\"}",
		"{\"alg\":\"HS256\",\"kid\":\"k1\"}",
		"{\"kid\":\"k1\"}",
		"{\"alg\":\"EdDSA\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"\"}",
		"{\"alg\":\"EdDSA\",\"kid\":1}",
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"crit\":[\"x\"]}",
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"jku\":\"https://example.org\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"x5u\":\"https://example.org\"}",
		"{\"alg\":\"none\",\"kid\":\"k1\",\"alg\":\"EdDSA\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\",\"typ\":\"secevent+jwt\"}",
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\"} x",
		"{\"alg\":\"EdDSA\",\"kid\":\"k1\"",
		"[]",
		"",
	};
	struct jwt_claims out;

	cr_assert(is_ok(verify_at(signed_token(GOOD_HEADER, GOOD_BODY "}"), NOW, &out)));
	for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
		cr_assert_str_eq(
			reason_name(verify_at(signed_token(headers[i], GOOD_BODY "}"), NOW, &out)
					    .reason),
			"TOKEN_MALFORMED", "%s", headers[i]);
}

Test(jwt, hostile_claims_are_refused_though_signed)
{
	static const char *const bodies[] = {
		GOOD_BODY ",\"exp\":1900000000}",
		GOOD_BODY ",\"permissions\":\"all\"}",
		GOOD_BODY ",\"permissions\":[\"a\",1]}",
		GOOD_BODY ",\"org\":5}",
		GOOD_BODY ",\"epoch\":-1}",
		GOOD_BODY ",\"epoch\":1.5}",
		GOOD_BODY ",\"x\":{\"deep\":1}}",
		GOOD_BODY ",\"role\":\"a\\u0000b\"}",
		GOOD_BODY ",\"role\":\"\\ud800\"}",
		GOOD_BODY ",\"role\":\"\xff\"}",
		GOOD_BODY,
		"{\"iss\":\"aegis\",\"aud\":\"aegis-api\",\"sub\":\"x\",\"type\":\"access\"}",
		("{\"iss\":\"aegis\",\"aud\":\"aegis-api\",\"sub\":\"x\",\"type\":\"access\","
		 "\"iat\":1,\"exp\":99999999999999}"),
	};
	struct jwt_claims out;

	for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
		cr_assert_str_eq(
			reason_name(
				verify_at(signed_token(GOOD_HEADER, bodies[i]), NOW, &out).reason),
			"TOKEN_MALFORMED", "%s", bodies[i]);
}

Test(jwt, junk_and_too_long_is_refused)
{
	struct jwt_claims out;
	char *longer = arena_alloc(arena, JWT_MAX + 2);

	memset(longer, 'A', JWT_MAX + 1);
	longer[JWT_MAX + 1] = '\0';
	cr_assert_str_eq(reason_name(verify_at(longer, NOW, &out).reason), "TOKEN_MALFORMED");
	cr_assert_str_eq(reason_name(verify_at("", NOW, &out).reason), "TOKEN_MALFORMED");
	cr_assert_str_eq(reason_name(verify_at("..", NOW, &out).reason), "TOKEN_MALFORMED");
	cr_assert_str_eq(reason_name(verify_at("a.b.c.d", NOW, &out).reason), "TOKEN_MALFORMED");
}
