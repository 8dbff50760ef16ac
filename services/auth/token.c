#include "auth/token.h"

#include <endian.h>

#include "auth/session.h"
#include "crypto/hash.h"
#include "crypto/jwt.h"

#define KIND "rt"

const char *access_token(struct rpc_call *call, const struct sign_in *who, struct uuid session)
{
	const struct q_membership_row *membership = who->membership;
	const struct key *key = keyring_newest(auth_of(call)->keyring, "jwt");
	struct jwt_claims claims = {
		.iss = "aegis",
		.aud = "aegis-api",
		.type = "access",
		.sub = uuid_text(call->arena, who->account),
		.org = "",
		.workspace = "",
		.role = ROLE_ADMIN,
		.jti = uuid_text(call->arena, uuid_v7(call->now)),
		.sid = uuid_text(call->arena, session),
		.email_verified = who->is_verified,
		.issued_at = call->now,
		.expires_at = call->now + ACCESS_TTL,
	};

	if (membership) {
		claims.org = uuid_text(call->arena, membership->organization_id);
		claims.role = membership->role;
		claims.permissions = membership->permissions.items;
		claims.n_permissions = membership->permissions.n;
		claims.epoch = (uint64_t)membership->epoch;
	}
	return jwt_sign(call->arena, key->kid, key->bytes, &claims);
}

/* generation ‖ the first 16 bytes of MAC(kind ‖ tenant ‖ session ‖ generation) */
static void fill_secret(uint8_t secret[BEARER_SECRET_BYTES], const struct auth *auth,
			struct uuid tenant, struct uuid session, uint32_t generation)
{
	uint32_t big_endian = htobe32(generation);
	uint8_t text[2 + 16 + 16 + 4] = KIND, mac[MAC_BYTES];

	memcpy(text + 2, tenant.bytes, 16);
	memcpy(text + 18, session.bytes, 16);
	memcpy(text + 34, &big_endian, 4);
	crypto_mac(mac, auth->refresh_key->bytes, text, sizeof text);
	memcpy(secret, &big_endian, 4);
	memcpy(secret + 4, mac, BEARER_SECRET_BYTES - 4);
	crypto_wipe(mac, sizeof mac);
}

const char *refresh_token(struct rpc_call *call, struct uuid tenant, struct uuid session,
			  uint32_t generation)
{
	struct bearer bearer = {.kind = KIND, .tenant = tenant, .id = session};
	char *text = arena_alloc(call->arena, BEARER_TEXT);

	fill_secret(bearer.secret, auth_of(call), tenant, session, generation);
	bearer_format(text, &bearer);
	crypto_wipe(&bearer, sizeof bearer);
	return text;
}

bool refresh_token_check(struct rpc_call *call, const char *token, struct refresh_claim *out)
{
	uint8_t expected[BEARER_SECRET_BYTES];
	struct bearer bearer;
	uint32_t generation;
	bool is_ours;

	if (!bearer_parse(str_of(token), &bearer) || !bearer_is_kind(&bearer, KIND))
		return false;
	memcpy(&generation, bearer.secret, sizeof generation);
	*out = (struct refresh_claim){bearer.tenant, bearer.id, be32toh(generation)};
	fill_secret(expected, auth_of(call), out->tenant, out->session, out->generation);
	is_ours = crypto_equal(expected, bearer.secret, sizeof expected);
	crypto_wipe(expected, sizeof expected);
	return is_ours;
}
