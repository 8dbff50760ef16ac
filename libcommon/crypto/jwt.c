#include "crypto/jwt.h"

#include <inttypes.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "crypto/flat_json.h"
#include "crypto/sign.h"

static void add_claim(struct strbuf *buf, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	strbuf_printf(buf, "%s\"%s\":", buf->len > 1 ? "," : "", name);
	strbuf_add_json(buf, str_of(value));
}

static void add_number(struct strbuf *buf, const char *name, int64_t value)
{
	strbuf_printf(buf, "%s\"%s\":%" PRId64, buf->len > 1 ? "," : "", name, value);
}

static void add_permissions(struct strbuf *buf, const struct jwt_claims *claims)
{
	strbuf_add_c(buf, ",\"permissions\":[");
	for (size_t i = 0; i < claims->n_permissions; i++) {
		if (i > 0)
			strbuf_add_char(buf, ',');
		strbuf_add_json(buf, str_of(claims->permissions[i]));
	}
	strbuf_add_char(buf, ']');
}

static struct str claims_text(struct arena *arena, const struct jwt_claims *claims)
{
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_char(&buf, '{');
	add_claim(&buf, "iss", claims->iss);
	add_claim(&buf, "aud", claims->aud);
	add_claim(&buf, "sub", claims->sub);
	add_claim(&buf, "org", claims->org);
	add_claim(&buf, "workspace", claims->workspace);
	add_claim(&buf, "role", claims->role);
	add_claim(&buf, "type", claims->type);
	add_claim(&buf, "jti", claims->jti);
	add_claim(&buf, "sid", claims->sid);
	add_number(&buf, "epoch", (int64_t)claims->epoch);
	add_number(&buf, "iat", claims->issued_at / SECONDS(1));
	add_number(&buf, "exp", claims->expires_at / SECONDS(1));
	if (claims->admin)
		strbuf_add_c(&buf, ",\"adm\":true");
	add_permissions(&buf, claims);
	strbuf_add_c(&buf, claims->email_verified ? ",\"email_verified\":true"
						  : ",\"email_verified\":false");
	strbuf_add_char(&buf, '}');
	return strbuf_str(&buf);
}

char *jwt_sign(struct arena *arena, const char *kid, const uint8_t *private_key,
	       const struct jwt_claims *claims)
{
	char *header =
		arena_printf(arena, "{\"alg\":\"EdDSA\",\"kid\":\"%s\",\"typ\":\"JWT\"}", kid);
	struct str body = claims_text(arena, claims);
	struct strbuf token = strbuf_new(arena);
	uint8_t signature[SIGN_SIGNATURE_BYTES];

	strbuf_add_c(&token, base64url_encode(arena, header, strlen(header)));
	strbuf_add_char(&token, '.');
	strbuf_add_c(&token, base64url_encode(arena, body.ptr, body.len));
	sign_message(signature, private_key, token.ptr, token.len);
	strbuf_add_char(&token, '.');
	strbuf_add_c(&token, base64url_encode(arena, signature, sizeof signature));
	return token.ptr;
}

static bool decode_object(struct arena *arena, struct str part, struct flat_json *out)
{
	uint8_t *bytes;
	size_t len;

	return base64url_decode(arena, part, &bytes, &len) &&
	       flat_json_parse(arena, (struct str){(const char *)bytes, len}, out);
}

/* The named string, "" when absent, NULL when it is something else. */
static const char *string_of(const struct flat_json *object, const char *name)
{
	const struct flat_json_member *m = flat_json_find(object, name);

	if (!m)
		return "";
	return m->kind == FLAT_STRING ? m->string : NULL;
}

static bool integer_of(const struct flat_json *object, const char *name, int64_t max, int64_t *out)
{
	const struct flat_json_member *m = flat_json_find(object, name);

	if (!m || m->kind != FLAT_INTEGER || m->integer < 0 || m->integer > max)
		return false;
	*out = m->integer;
	return true;
}

/* alg, kid and typ only: every other member would change what the token means. */
static const char *kid_of_header(const struct flat_json *header)
{
	const char *alg = string_of(header, "alg"), *typ = string_of(header, "typ");
	const char *kid = string_of(header, "kid");
	size_t known = 2 + (flat_json_find(header, "typ") != NULL);

	if (!alg || !typ || !kid || header->n != known)
		return NULL;
	if (strcmp(alg, "EdDSA") != 0 && strcmp(alg, "Ed25519") != 0)
		return NULL;
	if (*typ && !str_eq_nocase(str_of(typ), STR("JWT")))
		return NULL;
	return *kid && strlen(kid) <= JWT_KID_MAX ? kid : NULL;
}

static const struct jwt_key *find_key(const struct jwt_key *keys, size_t n, const char *kid)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(keys[i].kid, kid) == 0)
			return &keys[i];
	return NULL;
}

static bool read_permissions(const struct flat_json *object, struct jwt_claims *claims)
{
	const struct flat_json_member *m = flat_json_find(object, "permissions");

	if (!m)
		return true;
	claims->permissions = m->items;
	claims->n_permissions = m->n_items;
	return m->kind == FLAT_STRINGS;
}

static bool read_verified(const struct flat_json *object, struct jwt_claims *claims)
{
	const struct flat_json_member *m = flat_json_find(object, "email_verified");

	claims->email_verified = m && m->kind == FLAT_BOOL && m->boolean;
	return !m || m->kind == FLAT_BOOL;
}

static bool read_admin(const struct flat_json *object, struct jwt_claims *claims)
{
	const struct flat_json_member *m = flat_json_find(object, "adm");

	if (!m)
		return true;
	claims->admin = m->boolean;
	return m->kind == FLAT_BOOL;
}

static bool read_claims(const struct flat_json *object, struct jwt_claims *claims)
{
	const int64_t max_seconds = INSTANT_MAX / SECONDS(1);
	int64_t exp, iat, epoch = 0;

	if (!integer_of(object, "exp", max_seconds, &exp) ||
	    !integer_of(object, "iat", max_seconds, &iat))
		return false;
	if (flat_json_find(object, "epoch") && !integer_of(object, "epoch", INT64_MAX, &epoch))
		return false;
	*claims = (struct jwt_claims){
		.iss = string_of(object, "iss"),
		.aud = string_of(object, "aud"),
		.sub = string_of(object, "sub"),
		.org = string_of(object, "org"),
		.workspace = string_of(object, "workspace"),
		.role = string_of(object, "role"),
		.type = string_of(object, "type"),
		.jti = string_of(object, "jti"),
		.sid = string_of(object, "sid"),
		.epoch = (uint64_t)epoch,
		.issued_at = SECONDS(iat),
		.expires_at = SECONDS(exp),
	};
	return claims->iss && claims->aud && claims->sub && *claims->sub && claims->org &&
	       claims->workspace && claims->role && claims->type && claims->jti && claims->sid &&
	       read_admin(object, claims) && read_permissions(object, claims) &&
	       read_verified(object, claims);
}

static struct status check_claims(const struct flat_json *object, const struct jwt_claims *claims,
				  instant now, const struct jwt_expect *expect)
{
	int64_t not_before = 0;

	if (strcmp(claims->iss, expect->iss) != 0 || strcmp(claims->aud, expect->aud) != 0 ||
	    strcmp(claims->type, expect->type) != 0)
		return FAIL(TOKEN_INVALID);
	if (flat_json_find(object, "nbf") &&
	    !integer_of(object, "nbf", INSTANT_MAX / SECONDS(1), &not_before))
		return FAIL(TOKEN_MALFORMED);
	if (SECONDS(not_before) > now + JWT_LEEWAY || claims->issued_at > now + JWT_LEEWAY)
		return FAIL(TOKEN_INVALID);
	if (claims->expires_at + JWT_LEEWAY <= now)
		return FAIL(TOKEN_EXPIRED);
	return OK;
}

struct status jwt_verify(struct arena *arena, const struct jwt_key *keys, size_t n_keys,
			 struct str token, instant now, const struct jwt_expect *expect,
			 struct jwt_claims *out)
{
	struct str rest = token, header_part, body_part, signed_part;
	struct flat_json object;
	const struct jwt_key *key;
	struct jwt_claims claims;
	const char *kid;
	uint8_t *signature;
	size_t len;

	if (token.len > JWT_MAX)
		return FAIL(TOKEN_MALFORMED);
	header_part = str_take_until(&rest, '.');
	body_part = str_take_until(&rest, '.');
	signed_part = (struct str){token.ptr, header_part.len + 1 + body_part.len};
	if (!base64url_decode(arena, rest, &signature, &len) || len != SIGN_SIGNATURE_BYTES ||
	    !decode_object(arena, header_part, &object))
		return FAIL(TOKEN_MALFORMED);
	kid = kid_of_header(&object);
	if (!kid)
		return FAIL(TOKEN_MALFORMED);
	key = find_key(keys, n_keys, kid);
	if (!key)
		return FAIL(TOKEN_UNKNOWN_KEY);
	if (!sign_verify(signature, key->public_key, signed_part.ptr, signed_part.len))
		return FAIL(TOKEN_INVALID);
	if (!decode_object(arena, body_part, &object) || !read_claims(&object, &claims))
		return FAIL(TOKEN_MALFORMED);
	TRY(check_claims(&object, &claims, now, expect));
	*out = claims;
	return OK;
}
