#include "attack/sign_in.h"

#include <stdio.h>
#include <stdlib.h>

#include "rpc/client.h"

static const struct rpc_method login = {
	.name = "LoginUser", .full_name = "test/LoginUser", .id = 42, .policy.deadline_ms = 1500};

void sign_in(const char *url, const char *secrets, const struct key *key,
	     char reason[SIGN_IN_REASON])
{
	const struct rpc_peer peer = {"auth", &url, 1};
	const struct rpc_client_config config = {.daemon = "gateway",
						 .service_key = key,
						 .secrets_dir = secrets,
						 .peers = &peer,
						 .n_peers = 1};
	struct rpc_header header = {};
	struct rpc_client *client;
	struct rpc_result *result;
	struct status st;

	if (is_failed(rpc_client_new(&config, &client)))
		abort();
	(void)rpc_client_wait(client, "auth", 1, 1500);
	result = rpc_call_blocking(client, "auth", &login, &header,
				   (struct rpc_body){.bytes = STR(SIGN_IN_PASSWORD)});
	st = result->header.status;
	snprintf(reason, SIGN_IN_REASON, "%s", is_ok(st) ? "OK" : reason_name(st.reason));
	rpc_result_free(&result);
	rpc_client_free(&client);
}
