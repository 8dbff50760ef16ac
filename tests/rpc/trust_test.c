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
	cr_assert(is_ok(trust_new(fixture_dir(), &trust)));
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

static const char *token_reason(struct str token, instant now)
{
	char caller[KEY_NAME_TEXT];

	return trust_verify_token(trust, arena, token, now, caller).reason;
}

Test(rpc_trust, a_service_token_names_its_daemon_until_it_expires)
{
	struct str token = service_token_sign(arena, "tenant", key_of(tenant), NOW + MINUTES(10));
	char caller[KEY_NAME_TEXT];

	for (int i = 0; i < 3; i++) {
		cr_assert(is_ok(trust_verify_token(trust, arena, token, NOW, caller)));
		cr_assert_str_eq(caller, "tenant");
	}
	cr_assert_str_eq(token_reason(token, NOW + MINUTES(10)), "SERVICE_TOKEN_EXPIRED");
}

Test(rpc_trust, forged_tokens_are_refused_also_after_a_good_one_was_seen)
{
	struct str good = service_token_sign(arena, "gateway", key_of(gateway), NOW + MINUTES(5));
	struct str forged = service_token_sign(arena, "gateway", key_of(tenant), NOW + MINUTES(5));
	struct str eternal = service_token_sign(arena, "tenant", key_of(tenant), NOW + HOURS(5));
	struct str nobody = service_token_sign(arena, "nobody", key_of(tenant), NOW + MINUTES(5));

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
				  .expires_at = NOW + MINUTES(15),
				  .label = ""};
}

static const char *principal_reason(struct str bytes, instant now)
{
	const struct principal *out;

	return trust_verify_principal(trust, arena, bytes, now, &out).reason;
}

Test(rpc_trust, a_principal_comes_back_as_the_gateway_signed_it)
{
	struct principal p = ann();
	struct str bytes = principal_sign(arena, &p, "gateway", key_of(gateway));
	const struct principal *out;

	for (int i = 0; i < 3; i++) {
		cr_assert(is_ok(trust_verify_principal(trust, arena, bytes, NOW, &out)));
		cr_assert_eq(out->kind, PRINCIPAL_USER);
		cr_assert(uuid_eq(out->tenant, p.tenant) && uuid_eq(out->session, p.session));
		cr_assert(uuid_is_nil(out->partner));
		cr_assert(principal_has_permission(out, "members:write"));
		cr_assert_not(principal_has_permission(out, "members"));
		cr_assert_not(principal_has_scope(out, "members:write"));
		cr_assert_eq(out->epoch, 4);
	}
	cr_assert_str_eq(principal_reason(bytes, NOW + MINUTES(15)), "PRINCIPAL_EXPIRED");
	cr_assert(is_ok(trust_verify_principal(trust, arena, (struct str){}, NOW, &out)));
	cr_assert_eq(out->kind, PRINCIPAL_ANONYMOUS);
}

Test(rpc_trust, a_daemon_cannot_make_up_a_user)
{
	struct principal p = ann();
	struct str good = principal_sign(arena, &p, "gateway", key_of(gateway));
	struct str by_tenant = principal_sign(arena, &p, "tenant", key_of(tenant));
	struct str posing = principal_sign(arena, &p, "gateway", key_of(tenant));

	cr_assert_null(principal_reason(good, NOW));
	cr_assert_str_eq(principal_reason(by_tenant, NOW), "PRINCIPAL_INVALID");
	cr_assert_str_eq(principal_reason(posing, NOW), "PRINCIPAL_INVALID");
	for (size_t i = 0; i < good.len; i++) {
		char *bad = arena_memdup(arena, good.ptr, good.len);

		bad[i] ^= 1;
		cr_assert_not_null(principal_reason((struct str){bad, good.len}, NOW), "%zu", i);
	}
}

Test(rpc_trust, a_daemon_speaks_for_itself_alone)
{
	struct principal self = {
		.kind = PRINCIPAL_SERVICE, .label = "tenant", .expires_at = NOW + MINUTES(5)};
	struct str bytes = principal_sign(arena, &self, "tenant", key_of(tenant));
	const struct principal *out;

	cr_assert(is_ok(trust_verify_principal(trust, arena, bytes, NOW, &out)));
	cr_assert_str_eq(principal_kind_name(out->kind), "service");
	self.label = "audit";
	bytes = principal_sign(arena, &self, "tenant", key_of(tenant));
	cr_assert_str_eq(principal_reason(bytes, NOW), "PRINCIPAL_INVALID");
}

Test(rpc_trust, reloading_finds_new_keys)
{
	struct keyring *audit;
	struct str token;

	cr_assert(is_ok(keyring_ensure_service(fixture_dir(), "audit")));
	cr_assert(is_ok(keyring_open(fixture_dir(), "audit", &audit)));
	token = service_token_sign(arena, "audit", key_of(audit), NOW + MINUTES(5));
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
	cr_assert_str_eq(call_status(forger, &echo, 0).reason, "SERVICE_TOKEN_INVALID");
	cr_assert_str_eq(call_status(nobody, &echo, 0).reason, "SERVICE_TOKEN_MISSING");
	rpc_client_free(&good);
	rpc_client_free(&forger);
	rpc_client_free(&nobody);
	rpc_server_free(&server);
}
