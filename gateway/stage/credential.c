/*
 * Whose call it is, and whether the rpc's policy lets them.  Access tokens are
 * verified here, keys by the daemon that owns them, `ses_` tokens by consumer.
 */
#include "aegis/consumer/v1/consumer.pb-c.h"
#include "base/log.h"
#include "call.h"
#include "contract/access.h"
#include "crypto/bearer.h"
#include "rpc/pb_arena.h"
#include "rpc/trust.h"
#include "stage/keys.h"
#include "stage/token_cache.h"

#define TOKEN_KEPT SECONDS(60)
#define KEY_KEPT   SECONDS(1) /* so a revocation is seen within one */
/* Beyond that, for the call that was let in last and what it asks of other daemons. */
#define CALL_LONGEST SECONDS(60)

static const struct jwt_expect expected = {.iss = "aegis", .aud = "aegis-api", .type = "access"};

/* The credential is none, and its network pays for the work that this took. */
static void refuse_credential(struct gw_call *call, struct status st, const char *detail)
{
	gw_count_refusal(call);
	gw_fail(call, st, detail);
}

static void refuse(struct gw_call *call, const struct principal *p)
{
	if (p->kind == PRINCIPAL_API_KEY || p->kind == PRINCIPAL_PARTNER_KEY)
		gw_fail(call, FAIL(SCOPE_REQUIRED),
			"This key lacks the scope that the call needs.");
	else
		gw_fail(call, FAIL(PERMISSION_REQUIRED),
			"You lack the permission that the call needs.");
}

/* The {tenant_id} of the path; false when there is none or it is no id. */
static bool path_tenant(const struct gw_call *call, struct uuid *tenant)
{
	size_t n = 0;

	for (size_t i = 0; i < call->route->n_segments; i++) {
		const struct route_segment *segment = &call->route->segments[i];

		if (segment->kind != ROUTE_VARIABLE)
			continue;
		if (strcmp(segment->text, "tenant_id") == 0)
			return uuid_parse(call->match.variables[n], tenant);
		n++;
	}
	return false;
}

/* Kept for so long, a principal is signed for little longer. */
static void set_life(struct principal *p, instant now, instant kept_until)
{
	p->issued_at = now;
	if (p->expires_at == 0 || p->expires_at > kept_until + CALL_LONGEST)
		p->expires_at = kept_until + CALL_LONGEST;
}

/* An administrator acts on the tenant that the path or Aegis-Tenant names. */
static void choose_admins_tenant(struct gw_call *call)
{
	struct principal *admin =
		arena_memdup(call->x->arena, &call->credential->principal, sizeof *admin);
	struct str header = edge_head_field(&call->x->head, "aegis-tenant");

	admin->tenant = (struct uuid){};
	if (!path_tenant(call, &admin->tenant) && header.ptr)
		(void)uuid_parse(header, &admin->tenant);
	admin->audience = call->route->service->daemon;
	call->principal = admin;
	call->signed_principal = principal_sign(call->x->arena, admin, call->loop->gw->service_key);
}

static void authorize(struct gw_call *call)
{
	const struct rpc_policy *policy = &route_method(call->route)->policy;
	const struct principal *p = &call->credential->principal;
	struct uuid tenant;

	call->principal = p;
	if (!access_permits(policy, p)) {
		refuse(call, p);
		return;
	}
	if (p->kind == PRINCIPAL_ADMIN) {
		choose_admins_tenant(call);
	} else if (policy->tenant == RPC_TENANT_PATH &&
		   (!path_tenant(call, &tenant) || !uuid_eq(tenant, p->tenant))) {
		gw_fail(call, FAIL(TENANT_NOT_FOUND), "There is no such tenant.");
		return;
	} else {
		call->signed_principal =
			credential_signed_for(call->credential, call->route->service->daemon,
					      call->loop->gw->service_key);
	}
	gw_next(call);
}

static void keep(struct gw_call *call, struct principal *p, instant now, instant good_until)
{
	set_life(p, now, good_until);
	call->credential = token_cache_add(call->loop->tokens, call->token, p, good_until);
	authorize(call);
}

static struct uuid uuid_or_nil(const char *text)
{
	struct uuid id = {};

	return text && uuid_parse(str_of(text), &id) ? id : (struct uuid){};
}

static void on_claims(struct gw_call *call, const struct jwt_claims *claims, instant now)
{
	struct principal p = {
		.kind = claims->admin ? PRINCIPAL_ADMIN : PRINCIPAL_USER,
		.id = uuid_or_nil(claims->sub),
		.tenant = uuid_or_nil(claims->org),
		.session = uuid_or_nil(claims->sid),
		.workspace = uuid_or_nil(claims->workspace),
		.role = claims->role,
		.permissions = claims->permissions,
		.n_permissions = claims->n_permissions,
		.epoch = claims->epoch,
		.expires_at = claims->expires_at + JWT_LEEWAY,
		.verified = claims->email_verified,
		.label = "",
	};
	instant kept = now + TOKEN_KEPT;

	/* A user belongs to one tenant, an administrator to none: auth signs nothing else. */
	if (uuid_is_nil(p.id) || uuid_is_nil(p.tenant) != claims->admin) {
		refuse_credential(call, FAIL(TOKEN_INVALID), "The token names nobody.");
		return;
	}
	keep(call, &p, now, kept < p.expires_at ? kept : p.expires_at);
}

static const char *token_detail(struct status st)
{
	if (st.reason == REASON_TOKEN_EXPIRED)
		return "The access token has expired: refresh it.";
	return "This is not a valid access token.";
}

static void check_jwt(struct gw_call *call, instant now)
{
	struct gw_loop *loop = call->loop;
	struct jwt_claims claims;
	struct status st = jwt_verify(call->x->arena, loop->keys.keys, loop->keys.n, call->token,
				      now, &expected, &claims);

	if (is_ok(st)) {
		on_claims(call, &claims, now);
		return;
	}
	if (st.reason == REASON_TOKEN_UNKNOWN_KEY) {
		if (gw_keys_wait(call))
			return;
		if (loop->keys.fetched_at == 0) {
			gw_fail_later(call, FAIL(KEYS_UNAVAILABLE),
				      "Tokens cannot be checked at the moment.", 1000);
			return;
		}
		st = FAIL(TOKEN_INVALID);
	}
	refuse_credential(call, st, token_detail(st));
}

static void on_partner_key(struct gw_call *call)
{
	struct rpc_result *result = call->result;
	ProtobufCAllocator allocator = pb_arena_allocator(call->x->arena);
	Consumer__CheckPartnerKeyResponse *answer;
	instant now = instant_now();
	struct principal p = {.kind = PRINCIPAL_PARTNER_KEY};

	if (is_failed(result->header.status)) {
		if (result->header.status.code == STATUS_UNAUTHENTICATED)
			gw_count_refusal(call);
		gw_fail_reply(call, &result->header);
		return;
	}
	answer = consumer__check_partner_key_response__unpack(&allocator, result->payload.len,
							      (const uint8_t *)result->payload.ptr);
	if (!answer || !uuid_parse(str_of(answer->key_id), &p.id) ||
	    !uuid_parse(str_of(answer->tenant_id), &p.tenant)) {
		gw_fail(call, FAIL(MALFORMED_REPLY), NULL);
		return;
	}
	p.partner = uuid_or_nil(answer->partner_id);
	p.scopes = (const char *const *)answer->scopes;
	p.n_scopes = answer->n_scopes;
	p.label = answer->label;
	p.role = "";
	keep(call, &p, now, now + KEY_KEPT);
}

static void check_key(struct gw_call *call)
{
	const struct gateway *gw = call->loop->gw;
	Consumer__CheckPartnerKeyRequest request = CONSUMER__CHECK_PARTNER_KEY_REQUEST__INIT;
	struct bearer bearer;

	if (!bearer_parse(call->token, &bearer)) {
		refuse_credential(call, FAIL(KEY_NOT_VALID), "This is not a valid key.");
		return;
	}
	request.key = str_dup(call->x->arena, call->token);
	request.address = call->client.address;
	gw_send(call, "consumer", gw->methods.check_partner_key,
		(struct rpc_body){.message = &request.base}, 2000, on_partner_key);
}

/*
 * The tenant in it is whatever the bearer wrote until consumer has checked the
 * MAC: good for limits, and handed on whole in scopes[0].
 */
static void take_session_token(struct gw_call *call, instant now)
{
	const char *text = str_dup(call->x->arena, call->token);
	struct principal p = {
		.kind = PRINCIPAL_SESSION, .role = "", .label = "", .scopes = &text, .n_scopes = 1};
	struct bearer bearer;

	if (!bearer_parse(call->token, &bearer)) {
		refuse_credential(call, FAIL(SESSION_TOKEN_INVALID),
				  "This is not a valid session token.");
		return;
	}
	p.tenant = bearer.tenant;
	p.id = p.session = bearer.id;
	keep(call, &p, now, now + TOKEN_KEPT);
}

void gw_authenticate(struct gw_call *call)
{
	instant now = instant_now();

	if (!call->token.ptr || !access_wants_credential(&route_method(call->route)->policy)) {
		gw_next(call);
		return;
	}
	call->credential = token_cache_find(call->loop->tokens, call->token, now);
	if (call->credential)
		authorize(call);
	else if (!gw_may_try_credential(call))
		return;
	else if (str_has_prefix(call->token, "ses_"))
		take_session_token(call, now);
	else if (str_has_prefix(call->token, "aeg_"))
		check_key(call);
	else
		check_jwt(call, now);
}
