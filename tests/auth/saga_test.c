/*
 * Registration cut off between any two of its steps.  What a dead process leaves
 * is made here by not letting it go on: tenant cannot be reached, or its answer
 * is used by nobody.
 */
#include <stdio.h>

#include "auth/registration.h"
#include "base/fault.h"
#include "db/conn.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"
#include <aegis/tenant/v1/tenant.aegis.h>

#define LATER SECONDS(20)

TestSuite(saga, .init = world_start_without_tenant, .fini = daemons_stop, .timeout = 120);

static void cut_off_after_the_first_step(void)
{
	Auth__RegisterUserRequest request = AUTH__REGISTER_USER_REQUEST__INIT;
	const struct caller *hasty = with_deadline(as_nobody(), instant_now() + SECONDS(2));
	struct answer answer;

	request.email = address_of("ann");
	request.password = GOOD_PASSWORD;
	request.name = "Ann";
	request.organization_name = "Acme Pharma";
	answer = call_to(auth_d, hasty, "RegisterUser", &request);
	cr_assert(is_failed(answer.status));
	cr_assert_eq(test_count("SELECT count(*) FROM auth.account WHERE email = '%s' AND state = "
				"'pending'",
				address_of("ann")),
		     1);
}

static struct uuid pending_organization(void)
{
	struct uuid id;

	cr_assert(uuid_parse(
		str_of(test_value("SELECT r.organization_id FROM auth.registration r JOIN "
				  "auth.account a ON a.id = r.account_id WHERE a.email = '%s'",
				  address_of("ann"))),
		&id));
	return id;
}

static Tenant__CreateTenantRequest request_to_tenant(struct uuid organization)
{
	Tenant__CreateTenantRequest request = TENANT__CREATE_TENANT_REQUEST__INIT;

	request.id = uuid_text(test_world.arena, organization);
	request.name = "Acme Pharma";
	request.owner_user_id = arena_strdup(
		test_world.arena,
		test_value("SELECT id FROM auth.account WHERE email = '%s'", address_of("ann")));
	request.owner_email = address_of("ann");
	request.owner_name = "Ann";
	return request;
}

static void expect_nothing_pending(void)
{
	cr_assert_eq(test_count("SELECT count(*) FROM auth.registration r JOIN auth.account a ON "
				"a.id = r.account_id WHERE a.email = '%s'",
				address_of("ann")),
		     0);
}

static void expect_whole(struct uuid organization)
{
	const Auth__TokenResponse *tokens = signed_in("ann");

	cr_assert(uuid_eq(organization_of(tokens), organization));
	cr_assert_str_eq(tokens->organization->role, "owner");
	expect_count(1, organization, "tenant.tenant");
	expect_count(1, organization, "tenant.member");
	cr_assert_eq(events_out("auth", organization, "user.registered"), 2);
	expect_nothing_pending();
	cr_assert_eq(test_count("SELECT count(*) FROM auth.email_token t JOIN auth.account a ON "
				"a.id = t.account_id WHERE a.email = '%s'",
				address_of("ann")),
		     1);
}

static bool finished(void *arg)
{
	instant *now = arg;

	*now += MINUTES(2);
	now_is(*now);
	run_one_job(auth_d);
	return test_count("SELECT count(*) FROM auth.job WHERE kind = '%s'", JOB_REGISTER) == 0;
}

static void let_jobs_run(void)
{
	instant now = instant_now() + LATER;

	expect_soon(finished, &now);
	now_is(0);
}

Test(saga, what_was_cut_off_before_tenant_knew_is_finished_by_the_job)
{
	struct uuid organization;

	cut_off_after_the_first_step();
	organization = pending_organization();
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), UNAUTHENTICATED, "BAD_CREDENTIALS");
	start_tenant();
	let_jobs_run();
	expect_whole(organization);
}

Test(saga, what_was_cut_off_after_tenant_knew_is_finished_by_the_job)
{
	Tenant__CreateTenantRequest request;
	struct uuid organization;

	cut_off_after_the_first_step();
	organization = pending_organization();
	start_tenant();
	request = request_to_tenant(organization);
	expect_ok(call_to(tenant_d, as_daemon("auth", organization), "CreateTenant", &request));
	let_jobs_run();
	expect_whole(organization);
}

Test(saga, a_job_that_comes_after_the_end_changes_nothing)
{
	const Auth__TokenResponse *tokens;

	start_tenant();
	tokens = registered("ann");
	cr_assert_eq(test_count("SELECT count(*) FROM auth.job WHERE kind = '%s'", JOB_REGISTER),
		     1);
	let_jobs_run();
	expect_whole(organization_of(tokens));
}

Test(saga, what_tenant_refuses_for_good_leaves_nothing)
{
	Tenant__DiscardTenantRequest discard = TENANT__DISCARD_TENANT_REQUEST__INIT;
	Tenant__CreateTenantRequest request;
	struct uuid organization;

	cut_off_after_the_first_step();
	organization = pending_organization();
	start_tenant();
	request = request_to_tenant(organization);
	expect_ok(call_to(tenant_d, as_daemon("auth", organization), "CreateTenant", &request));
	discard.id = request.id;
	expect_ok(call_to(tenant_d, as_daemon("auth", organization), "DiscardTenant", &discard));
	let_jobs_run();
	cr_assert_eq(test_count("SELECT count(*) FROM auth.account WHERE email = '%s'",
				address_of("ann")),
		     0);
	expect_nothing_pending();
	/* The address is free again. */
	cr_assert(!uuid_eq(organization_of(registered("ann")), organization));
}

Test(saga, the_same_person_goes_on_where_it_stopped)
{
	struct uuid organization;

	cut_off_after_the_first_step();
	organization = pending_organization();
	start_tenant();
	expect_fail(register_as("ann", "another-harbour-58-lantern", "Acme Pharma"), ALREADY_EXISTS,
		    "EMAIL_TAKEN");
	cr_assert(uuid_eq(organization_of(registered("ann")), organization));
	expect_whole(organization);
}

/* Each statement of the whole run in turn is the one at which the database goes away. */
Test(saga, whichever_statement_fails_it_is_whole_or_nothing_in_the_end)
{
	unsigned failed = 0;

	start_tenant();
	registered("warm");
	for (unsigned k = 1; k <= 24; k++) {
		char name[16];
		struct answer answer;
		int64_t accounts, members;

		snprintf(name, sizeof name, "ann%u", k);
		fault_arm(FAULT_DB_QUERY, k);
		answer = register_as(name, GOOD_PASSWORD, "Acme Pharma");
		fault_arm(FAULT_DB_QUERY, 0);
		failed += is_failed(answer.status);
		let_jobs_run();
		accounts = test_count(
			"SELECT count(*) FROM auth.account a JOIN auth.membership m ON "
			"m.account_id = a.id WHERE a.email = '%s' AND a.state = 'active'",
			address_of(name));
		members = test_count(
			"SELECT count(*) FROM tenant.member WHERE email = '%s' AND active",
			address_of(name));
		cr_assert_eq(accounts, members, "statement %u: %d accounts, %d members", k,
			     (int)accounts, (int)members);
		cr_assert(is_failed(answer.status) || accounts == 1);
		cr_assert_eq(test_count("SELECT count(*) FROM auth.account WHERE email = '%s' AND "
					"state = 'pending'",
					address_of(name)),
			     0);
	}
	cr_assert_gt(failed, 8, "only %u runs were cut off", failed);
}
