#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

TestSuite(membership, .init = world_start, .fini = daemons_stop, .timeout = 120);

static const char *viewer_permissions[] = {"programs:read"};

/* Somebody of the organization who may change members, as tenant passes them on. */
static const struct caller *by_admin_of(struct uuid organization)
{
	return passed_on(as_with(organization, "admin", "users:write"), "tenant");
}

static struct answer put(const Auth__TokenResponse *tokens, struct uuid organization,
			 const char *role, uint64_t epoch, bool active)
{
	Auth__PutMembershipRequest request = AUTH__PUT_MEMBERSHIP_REQUEST__INIT;

	request.user_id = uuid_text(test_world.arena, account_of(tokens));
	request.tenant_id = uuid_text(test_world.arena, organization);
	request.role = role;
	request.permissions = viewer_permissions;
	request.n_permissions = 1;
	request.epoch = epoch;
	request.active = active;
	return call_to(auth_d, by_admin_of(organization), "PutMembership", &request);
}

static uint64_t put_ok(const Auth__TokenResponse *tokens, const char *role, uint64_t epoch,
		       bool active)
{
	const Auth__PutMembershipResponse *response =
		expect_ok(put(tokens, organization_of(tokens), role, epoch, active));

	return response->epoch;
}

Test(membership, a_change_makes_older_tokens_stale_at_once)
{
	const Auth__TokenResponse *tokens = registered("ann"), *fresh;
	uint64_t epoch;

	cr_assert(is_alive(tokens));
	cr_assert_eq(put_ok(tokens, "viewer", 2, true), 2);
	cr_assert_eq(record_of(tokens, &epoch), CACHE_SESSION_ALIVE);
	cr_assert_eq(epoch, 2, "the gateway compares this with the token's epoch");
	cr_assert_lt(bearer_of(tokens)->principal.epoch, epoch);
	fresh = expect_ok(refresh(tokens->refresh_token));
	cr_assert_eq(bearer_of(fresh)->principal.epoch, 2);
	cr_assert_str_eq(bearer_of(fresh)->principal.role, "viewer");
	cr_assert(!principal_has_permission(&bearer_of(fresh)->principal, "users:write"));
}

Test(membership, old_news_changes_nothing)
{
	const Auth__TokenResponse *tokens = registered("ann");

	cr_assert_eq(put_ok(tokens, "viewer", 5, true), 5);
	cr_assert_eq(put_ok(tokens, "admin", 4, true), 5);
	cr_assert_eq(put_ok(tokens, "admin", 5, true), 5);
	cr_assert_str_eq(((const Auth__TokenResponse *)expect_ok(refresh(tokens->refresh_token)))
				 ->organization->role,
			 "viewer");
}

Test(membership, who_is_removed_is_out)
{
	const Auth__TokenResponse *tokens = registered("ann");

	cr_assert(is_alive(tokens));
	put_ok(tokens, "owner", 2, false);
	cr_assert_eq(record_of(tokens, NULL), CACHE_SESSION_ENDED);
	cr_assert(!is_alive(tokens));
	expect_fail(refresh(tokens->refresh_token), UNAUTHENTICATED, "BAD_REFRESH_TOKEN");
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), UNAUTHENTICATED, "BAD_CREDENTIALS");
}

Test(membership, a_person_of_two_organizations_signs_in_where_they_were_last)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob"), *tokens;
	Auth__LoginUserRequest request = AUTH__LOGIN_USER_REQUEST__INIT;

	expect_ok(put(bob, organization_of(ann), "viewer", 1, true));
	cr_assert_str_eq(signed_in("bob")->organization->id, bob->organization->id);
	request.email = address_of("bob");
	request.password = GOOD_PASSWORD;
	request.tenant_id = ann->organization->id;
	tokens = expect_ok(call_to(auth_d, as_nobody(), "LoginUser", &request));
	cr_assert_str_eq(tokens->organization->id, ann->organization->id);
	cr_assert_str_eq(tokens->organization->role, "viewer");
	cr_assert_str_eq(signed_in("bob")->organization->id, ann->organization->id);
	/* Out of one, still in the other. */
	expect_ok(put(bob, organization_of(ann), "viewer", 2, false));
	cr_assert(!is_alive(tokens));
	cr_assert(is_alive(bob));
}

Test(membership, strangers_and_other_tenants_are_refused)
{
	const Auth__TokenResponse *tokens = registered("ann");
	Auth__PutMembershipRequest request = AUTH__PUT_MEMBERSHIP_REQUEST__INIT;

	request.user_id = uuid_text(test_world.arena, an_id("nobody"));
	request.tenant_id = uuid_text(test_world.arena, organization_of(tokens));
	request.role = "viewer";
	request.epoch = 1;
	expect_fail(
		call_to(auth_d, by_admin_of(organization_of(tokens)), "PutMembership", &request),
		NOT_FOUND, "USER_NOT_FOUND");
	expect_fail(call_to(auth_d, by_admin_of(a_tenant_id("other")), "PutMembership", &request),
		    INVALID_ARGUMENT, "TENANT_MISMATCH");
	expect_fail(call_to(auth_d, as_daemon("program", organization_of(tokens)), "PutMembership",
			    &request),
		    PERMISSION_DENIED, "CALLER_NOT_ALLOWED");
}

/* auth has no socket in this test, so tenant's own call does not get through. */
Test(membership, an_event_repairs_what_the_call_did_not_reach)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob");
	const char *acme = uuid_text(test_world.arena, organization_of(ann));
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest request = TENANT__UPDATE_USER_REQUEST__INIT;
	const char *bobs_id = uuid_text(test_world.arena, account_of(bob));

	test_sql("INSERT INTO tenant.member (tenant_id, id, email, name, role, created_at, "
		 "created_by, "
		 "updated_at, updated_by) VALUES ('%s', '%s', '%s', 'Bob', 'viewer', now(), '%s', "
		 "now(), "
		 "'%s')",
		 acme, bobs_id, address_of("bob"), bobs_id, bobs_id);
	/* Its relay would come first; what it leased ends with it. */
	daemon_drain(tenant_d);
	test_sql("DELETE FROM tenant.lease");
	request.user = &user;
	request.id = bobs_id;
	user.role = "editor";
	expect_ok(call_to(tenant_d, with_deadline(bearer_of(ann), instant_now() + SECONDS(2)),
			  "UpdateUser", &request));
	cr_assert_eq(test_count("SELECT count(*) FROM auth.membership WHERE account_id = '%s' AND "
				"organization_id = '%s'",
				bobs_id, acme),
		     0);
	cr_assert_eq(deliver_events(tenant_d, auth_d), 1);
	cr_assert_eq(
		test_count("SELECT count(*) FROM auth.membership WHERE account_id = '%s' AND "
			   "organization_id = '%s' AND role = 'editor' AND epoch = 2 AND active",
			   bobs_id, acme),
		1);
	cr_assert_eq(
		test_count("SELECT count(*) FROM auth.job WHERE kind = '%s' AND tenant_id = '%s'",
			   JOB_PUBLISH, acme),
		1);
}
