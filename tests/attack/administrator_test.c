/*
 * Nobody becomes a platform administrator through a tenant: not by what a role is called,
 * not by what a membership lists.
 */
#include <criterion/hooks.h>

#include "auth/world.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"

TEST_DATABASE

TestSuite(administrator, .init = world_start, .fini = daemons_stop, .timeout = 120);

static const Auth__TokenResponse *member_with_role(const char *role)
{
	const Auth__TokenResponse *tokens = registered("mallory");
	const char *permissions[] = {"platform:admin", "tenants:write"};
	Auth__PutMembershipRequest request = AUTH__PUT_MEMBERSHIP_REQUEST__INIT;
	struct uuid organization = organization_of(tokens);

	request.user_id = uuid_text(test_world.arena, account_of(tokens));
	request.tenant_id = uuid_text(test_world.arena, organization);
	request.role = role;
	request.permissions = permissions;
	request.n_permissions = 2;
	request.epoch = 7;
	request.active = true;
	expect_ok(call_to(auth_d, passed_on(as_with(organization, "ann", "users:write"), "tenant"),
			  "PutMembership", &request));
	return tokens;
}

Test(administrator, a_role_of_that_name_makes_none)
{
	const Auth__TokenResponse *tokens = member_with_role("platform_admin"), *again;

	again = expect_ok(refresh(tokens->refresh_token));
	cr_assert_eq(bearer_of(again)->principal.kind, PRINCIPAL_USER);
	cr_assert_eq(bearer_of(signed_in("mallory"))->principal.kind, PRINCIPAL_USER);
	cr_assert(uuid_eq(bearer_of(again)->principal.tenant, organization_of(tokens)));
}
