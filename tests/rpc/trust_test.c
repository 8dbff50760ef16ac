#include <criterion/criterion.h>

#include "base/arena.h"
#include "fixture.h"
#include "rpc/trust.h"

#define NOW SECONDS(1800000000)

static struct arena *arena;
static struct trust *trust;
static struct keyring *gateway, *tenant;

static void set_up(void)
{
	fixture_up();
	arena = arena_new(1 << 20);
	cr_assert(is_ok(keyring_ensure_service(fixture_dir(), "gateway")));
	cr_assert(is_ok(keyring_ensure_service(fixture_dir(), "tenant")));
	cr_assert(is_ok(keyring_open(fixture_dir(), "gateway", &gateway)));
	cr_assert(is_ok(keyring_open(fixture_dir(), "tenant", &tenant)));
	cr_assert(is_ok(trust_new(fixture_dir(), "peer", &trust)));
}

static void tear_down(void)
{
	trust_free(&trust);
	keyring_free(&gateway);
	keyring_free(&tenant);
	arena_free(&arena);
	fixture_down();
}

TestSuite(rpc_trust, .init = set_up, .fini = tear_down);

static const struct key *key_of(const struct keyring *ring)
{
	return keyring_newest(ring, KEY_SERVICE);
}

static const char *name_of(struct status st)
{
	return is_ok(st) ? NULL : reason_name(st.reason);
}

static const char *token_reason(struct str token, instant now)
{
	char caller[KEY_NAME_TEXT];

	return name_of(trust_verify_token(trust, arena, token, now, caller));
}

Test(rpc_trust, a_service_token_names_its_daemon_until_it_expires)
{
	struct str token =
		service_token_sign(arena, "tenant", "peer", key_of(tenant), NOW + MINUTES(10));
	char caller[KEY_NAME_TEXT];

	for (int i = 0; i < 3; i++) {
		cr_assert(is_ok(trust_verify_token(trust, arena, token, NOW, caller)));
		cr_assert_str_eq(caller, "tenant");
	}
	cr_assert_str_eq(token_reason(token, NOW + MINUTES(10)), "SERVICE_TOKEN_EXPIRED");
}

Test(rpc_trust, forged_tokens_are_refused_also_after_a_good_one_was_seen)
{
	struct str good =
		service_token_sign(arena, "gateway", "peer", key_of(gateway), NOW + MINUTES(5));
	struct str forged =
		service_token_sign(arena, "gateway", "peer", key_of(tenant), NOW + MINUTES(5));
	struct str eternal =
		service_token_sign(arena, "tenant", "peer", key_of(tenant), NOW + HOURS(5));
	struct str nobody =
		service_token_sign(arena, "nobody", "peer", key_of(tenant), NOW + MINUTES(5));

	cr_assert_null(token_reason(good, NOW));
	cr_assert_str_eq(token_reason(forged, NOW), "SERVICE_TOKEN_INVALID");
	cr_assert_str_eq(token_reason(eternal, NOW), "SERVICE_TOKEN_INVALID");
	cr_assert_str_eq(token_reason(nobody, NOW), "SERVICE_TOKEN_INVALID");
	cr_assert_str_eq(token_reason((struct str){}, NOW), "SERVICE_TOKEN_MISSING");
	for (size_t i = 0; i < good.len; i++) {
		char *bad = arena_memdup(arena, good.ptr, good.len);

		bad[i] ^= 1;
		cr_assert_not_null(token_reason((struct str){bad, good.len}, NOW), "%zu", i);
	}
}

static struct principal ann(void)
{
	static const char *const permissions[] = {"programs:read", "members:write"};

	return (struct principal){.kind = PRINCIPAL_USER,
				  .id = {{1}},
				  .tenant = {{2}},
				  .session = {{3}},
				  .role = "admin",
				  .permissions = permissions,
				  .n_permissions = 2,
				  .epoch = 4,
				  .issued_at = NOW,
				  .expires_at = NOW + MINUTES(2),
				  .audience = "peer",
				  .label = ""};
}

static const char *principal_reason(struct str bytes, instant now)
{
	const struct principal *out;

	return name_of(trust_verify_principal(trust, arena, "gateway", bytes, now, &out));
}

Test(rpc_trust, a_principal_comes_back_as_the_gateway_signed_it)
{
	struct principal p = ann();
	struct str bytes = principal_sign(arena, &p, key_of(gateway));
	const struct principal *out;

	for (int i = 0; i < 3; i++) {
		cr_assert(is_ok(trust_verify_principal(trust, arena, "gateway", bytes, NOW, &out)));
		cr_assert_eq(out->kind, PRINCIPAL_USER);
		cr_assert(uuid_eq(out->tenant, p.tenant) && uuid_eq(out->session, p.session));
		cr_assert(uuid_is_nil(out->partner));
		cr_assert(principal_has_permission(out, "members:write"));
		cr_assert_not(principal_has_permission(out, "members"));
		cr_assert_not(principal_has_scope(out, "members:write"));
		cr_assert_eq(out->epoch, 4);
	}
	cr_assert_str_eq(principal_reason(bytes, NOW + MINUTES(2)), "PRINCIPAL_EXPIRED");
	cr_assert(
		is_ok(trust_verify_principal(trust, arena, "gateway", (struct str){}, NOW, &out)));
	cr_assert_eq(out->kind, PRINCIPAL_ANONYMOUS);
}

Test(rpc_trust, a_daemon_cannot_make_up_a_user)
{
	struct principal p = ann();
	struct str good = principal_sign(arena, &p, key_of(gateway));
	struct str by_tenant = principal_sign(arena, &p, key_of(tenant));

	cr_assert_null(principal_reason(good, NOW));
	cr_assert_str_eq(principal_reason(by_tenant, NOW), "PRINCIPAL_INVALID");
	for (size_t i = 0; i < good.len; i++) {
		char *bad = arena_memdup(arena, good.ptr, good.len);

		bad[i] ^= 1;
		cr_assert_not_null(principal_reason((struct str){bad, good.len}, NOW), "%zu", i);
	}
}

Test(rpc_trust, a_token_is_good_for_the_daemon_that_it_names_alone)
{
	struct str ours =
		service_token_sign(arena, "gateway", "peer", key_of(gateway), NOW + MINUTES(5));
	struct str others =
		service_token_sign(arena, "gateway", "tenant", key_of(gateway), NOW + MINUTES(5));
	struct str nobodys =
		service_token_sign(arena, "gateway", "", key_of(gateway), NOW + MINUTES(5));

	cr_assert_null(token_reason(ours, NOW));
	cr_assert_str_eq(token_reason(others, NOW), "SERVICE_TOKEN_INVALID");
	cr_assert_str_eq(token_reason(nobodys, NOW), "SERVICE_TOKEN_INVALID");
}

/* As a call from this daemon: what becomes of a principal signed for that one? */
static const char *reason_from(const char *caller, const char *audience)
{
	struct principal p = ann();
	const struct principal *out;

	p.audience = audience;
	return name_of(trust_verify_principal(
		trust, arena, caller, principal_sign(arena, &p, key_of(gateway)), NOW, &out));
}

Test(rpc_trust, a_principal_goes_to_its_audience_and_from_there_one_daemon_further)
{
	cr_assert_null(reason_from("gateway", "peer"));
	cr_assert_null(reason_from("tenant", "tenant"));
	cr_assert_str_eq(reason_from("gateway", "tenant"), "PRINCIPAL_INVALID");
	cr_assert_str_eq(reason_from("gateway", ""), "PRINCIPAL_INVALID");
	cr_assert_str_eq(reason_from("tenant", "peer"), "PRINCIPAL_INVALID");
	cr_assert_str_eq(reason_from("tenant", "program"), "PRINCIPAL_INVALID");
}

Test(rpc_trust, a_principal_lives_two_minutes_at_most)
{
	struct principal p = ann();

	p.expires_at = NOW + MINUTES(2) + 1;
	cr_assert_str_eq(principal_reason(principal_sign(arena, &p, key_of(gateway)), NOW),
			 "PRINCIPAL_INVALID");
	p = ann();
	p.issued_at = NOW + MINUTES(1) + 1;
	cr_assert_str_eq(principal_reason(principal_sign(arena, &p, key_of(gateway)), NOW),
			 "PRINCIPAL_INVALID");
	p = ann();
	p.issued_at = 0;
	cr_assert_str_eq(principal_reason(principal_sign(arena, &p, key_of(gateway)), NOW),
			 "PRINCIPAL_INVALID");
}

Test(rpc_trust, a_daemon_is_no_principal)
{
	struct principal self = ann();

	self.kind = PRINCIPAL_SERVICE;
	cr_assert_str_eq(principal_reason(principal_sign(arena, &self, key_of(gateway)), NOW),
			 "PRINCIPAL_INVALID");
}

static const char *proof_reason(struct str bytes, instant at)
{
	const struct principal *out;

	return name_of(trust_verify_proof(trust, arena, bytes, at, &out));
}

/* Delivered hours later, an event still proves its actor; it proves nothing of another time. */
Test(rpc_trust, a_proof_holds_for_the_time_at_which_it_was_signed)
{
	struct principal p = ann();
	struct str good, forged = principal_sign(arena, &p, key_of(tenant));

	p.audience = "tenant";
	good = principal_sign(arena, &p, key_of(gateway));
	for (int i = 0; i < 2; i++) {
		cr_assert_null(proof_reason(good, NOW));
		cr_assert_null(proof_reason(good, NOW + MINUTES(2)));
		cr_assert_str_eq(proof_reason(good, NOW + MINUTES(4)), "PRINCIPAL_INVALID");
		cr_assert_str_eq(proof_reason(good, NOW - MINUTES(2)), "PRINCIPAL_INVALID");
		cr_assert_str_eq(proof_reason(forged, NOW), "PRINCIPAL_INVALID");
		cr_assert_str_eq(proof_reason((struct str){}, NOW), "PRINCIPAL_INVALID");
	}
}

Test(rpc_trust, reloading_finds_new_keys)
{
	struct keyring *audit;
	struct str token;

	cr_assert(is_ok(keyring_ensure_service(fixture_dir(), "audit")));
	cr_assert(is_ok(keyring_open(fixture_dir(), "audit", &audit)));
	token = service_token_sign(arena, "audit", "peer", key_of(audit), NOW + MINUTES(5));
	cr_assert_str_eq(token_reason(token, NOW), "SERVICE_TOKEN_INVALID");
	cr_assert(is_ok(trust_reload(trust)));
	cr_assert_null(token_reason(token, NOW));
	keyring_free(&audit);
}

static void answer_caller(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};

	(void)arg;
	rpc_reply(request, &ok, str_of(request->caller));
}

static struct rpc_client *client_as(const char *daemon, const struct key *key)
{
	static const char *urls[1];
	struct rpc_peer peer = {"peer", urls, 1};
	struct rpc_client_config config = {
		.daemon = daemon, .service_key = key, .peers = &peer, .n_peers = 1};
	struct rpc_client *client = NULL;

	urls[0] = socket_url(0);
	cr_assert(is_ok(rpc_client_new(&config, &client)));
	cr_assert(rpc_client_wait(client, "peer", 1, 10000));
	return client;
}

Test(rpc_trust, the_server_lets_only_known_daemons_through)
{
	const char *const urls[] = {socket_url(0)};
	struct rpc_server_config config = {
		.urls = urls, .n_urls = 1, .trust = trust, .on_request = answer_caller};
	struct rpc_client *good, *forger, *nobody;
	struct rpc_server *server;
	struct rpc_result *result;

	cr_assert(is_ok(rpc_server_new(&config, &server)));
	good = client_as("gateway", key_of(gateway));
	forger = client_as("gateway", key_of(tenant));
	nobody = client_as("gateway", NULL);
	result = call(good, &echo, STR("x"), 0);
	cr_assert(is_ok(result->header.status) && str_eq_c(result->payload, "gateway"));
	rpc_result_free(&result);
	cr_assert_str_eq(reason_name(call_status(forger, &echo, 0).reason),
			 "SERVICE_TOKEN_INVALID");
	cr_assert_str_eq(reason_name(call_status(nobody, &echo, 0).reason),
			 "SERVICE_TOKEN_MISSING");
	rpc_client_free(&good);
	rpc_client_free(&forger);
	rpc_client_free(&nobody);
	rpc_server_free(&server);
}
