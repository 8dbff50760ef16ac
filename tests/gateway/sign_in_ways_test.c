/*
 * Every way to a credential is a documented one (services/auth/README.md), and whoever has none yet
 * pays for the try from a limit of their network.  A new call that hands one out fails here.
 */
#include <criterion/criterion.h>
#include <protobuf-c/protobuf-c.h>
#include <stdio.h>
#include <string.h>

#include "contract/route.h"
#include "pbjson/pb_info.h"

static const struct {
	const char *pattern;
	bool is_public;
	enum rpc_rate rate;
} documented[] = {
	{"/api/auth/register", true, RPC_RATE_AUTH},
	{"/api/auth/signup", true, RPC_RATE_AUTH},
	{"/api/auth/login", true, RPC_RATE_AUTH},
	{"/api/auth/refresh", true, RPC_RATE_REFRESH},
	{"/api/auth/admin-invitations/accept", true, RPC_RATE_AUTH},
	{"/api/screening-sessions", true, RPC_RATE_WRITE},
	{"/api/partners/{partner_id}/api-keys", false, RPC_RATE_WRITE},
};
#define N_DOCUMENTED (sizeof documented / sizeof documented[0])

static bool is_credential(const char *field)
{
	return strstr(field, "token") ? !strstr(field, "page_token") && !strstr(field, "token_type")
				      : strcmp(field, "secret") == 0;
}

static bool hands_out(const struct rpc_method *method)
{
	const ProtobufCMessageDescriptor *response = method->response->descriptor;

	for (unsigned i = 0; i < response->n_fields; i++)
		if (response->fields[i].type == PROTOBUF_C_TYPE_STRING &&
		    is_credential(response->fields[i].name))
			return true;
	return false;
}

Test(sign_in_ways, are_the_documented_ones_and_each_is_limited)
{
	size_t found = 0;

	for (size_t i = 0; i < gw_n_routes; i++) {
		const struct rpc_method *method = route_method(&gw_routes[i]);
		size_t k = 0;

		if (!hands_out(method))
			continue;
		while (k < N_DOCUMENTED && strcmp(documented[k].pattern, gw_routes[i].pattern) != 0)
			k++;
		cr_assert_lt(k, N_DOCUMENTED, "%s hands out a credential", gw_routes[i].pattern);
		cr_expect_eq(method->policy.is_public, documented[k].is_public, "%s",
			     gw_routes[i].pattern);
		cr_expect_eq(method->policy.rate, documented[k].rate, "%s", gw_routes[i].pattern);
		found++;
	}
	cr_assert_eq(found, N_DOCUMENTED);
}
