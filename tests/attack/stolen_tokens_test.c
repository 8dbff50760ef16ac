/*
 * A daemon that was taken uses at another one what it received: the caller's token and the
 * principal of a user.  Over real sockets, with the bytes that the honest caller signs.
 */
#include <criterion/hooks.h>
#include <string.h>

#include "attack/world.h"
#include "crypto/keyring.h"
#include "rpc/client.h"
#include "rpc/trust.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "tenant/tenant.h"

TEST_DATABASE

static struct test_daemon *tenant;
static struct uuid acme;

static void set_up(void)
{
	tenant = daemon_start(&tenant_daemon, .serve = true);
	acme = a_tenant_id("acme");
}

TestSuite(stolen_tokens, .init = set_up, .fini = daemons_stop, .timeout = 120);

/*
 * ListUsers at tenant with what `signer` signs for `audience`: the name by which a client
 * knows a peer is what its tokens are for, whatever socket is behind it.
 */
static struct status ask(const char *signer, const char *audience, struct str principal)
{
	const struct rpc_peer peer = {audience, &tenant->config.listen, 1};
	const struct rpc_method *method = test_route(&tenant->svc, "ListUsers")->method;
	struct rpc_header header = {.principal = principal, .tenant = acme};
	struct rpc_client_config config = {.daemon = signer, .peers = &peer, .n_peers = 1};
	struct rpc_client *client;
	struct rpc_result *result;
	struct keyring *keys;
	struct status st;

	cr_assert(is_ok(keyring_open(test_world.secrets, signer, &keys)));
	config.service_key = keyring_newest(keys, KEY_SERVICE);
	cr_assert(is_ok(rpc_client_new(&config, &client)));
	cr_assert(rpc_client_wait(client, audience, 1, 10000));
	result = rpc_call_blocking(client, audience, method, &header, (struct rpc_body){});
	st = result->header.status;
	rpc_result_free(&result);
	rpc_client_free(&client);
	keyring_free(&keys);
	return st;
}

static struct str ann_for(const char *audience)
{
	return a_proof(as_with(acme, "ann", "users:read"), audience, instant_now());
}

Test(stolen_tokens, the_gateway_itself_is_answered)
{
	struct status st = ask("gateway", "tenant", ann_for("tenant"));

	cr_assert(is_ok(st), "%s", reason_name(st.reason));
}

Test(stolen_tokens, a_token_that_another_daemon_received_opens_nothing)
{
	for (const char *const *taken = attack_daemons; *taken; taken++)
		if (strcmp(*taken, "tenant") != 0)
			cr_assert_str_eq(
				reason_name(ask("gateway", *taken, ann_for("tenant")).reason),
				"SERVICE_TOKEN_INVALID", "%s", *taken);
}

Test(stolen_tokens, a_principal_that_another_daemon_received_opens_nothing)
{
	for (const char *const *taken = attack_daemons; *taken; taken++)
		if (strcmp(*taken, "tenant") != 0)
			cr_assert_str_eq(
				reason_name(ask("gateway", "tenant", ann_for(*taken)).reason),
				"PRINCIPAL_INVALID", "%s", *taken);
}

/* With its own key and a principal that it really holds: the door is the gateway's alone. */
Test(stolen_tokens, a_daemon_does_not_ask_for_its_users_at_another)
{
	for (const char *const *taken = attack_daemons; *taken; taken++) {
		const char *reason = reason_name(ask(*taken, "tenant", ann_for(*taken)).reason);

		cr_assert_str_eq(reason, "CALLER_NOT_ALLOWED", "%s", *taken);
		cr_assert_str_eq(reason_name(ask(*taken, "tenant", ann_for("tenant")).reason),
				 strcmp(*taken, "tenant") == 0 ? "CALLER_NOT_ALLOWED"
							       : "PRINCIPAL_INVALID",
				 "%s", *taken);
	}
}
