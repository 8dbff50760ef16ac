/* Suspended and resumed: told to auth at once, and to everybody by an event. */
#include "tenant_world.h"

TestSuite(standing, .init = world_start, .fini = daemons_stop, .timeout = 60);

static void suspend(struct uuid tenant)
{
	Tenant__SuspendTenantRequest req = TENANT__SUSPEND_TENANT_REQUEST__INIT;

	req.id = text(tenant);
	req.reason = "unpaid";
	expect_ok(call(as_admin("root"), "SuspendTenant", &req));
}

static struct answer my_tenant(const struct caller *who)
{
	Tenant__GetMyTenantRequest req = TENANT__GET_MY_TENANT_REQUEST__INIT;

	return call(who, "GetMyTenant", &req);
}

Test(standing, a_suspension_is_obeyed_here_at_once_and_told_to_every_daemon)
{
	struct uuid acme = a_tenant("acme"), other = a_tenant("other");
	Tenant__ResumeTenantRequest resume = TENANT__RESUME_TENANT_REQUEST__INIT;

	expect_ok(my_tenant(as(acme, "ann")));
	suspend(acme);
	expect_fail(my_tenant(as(acme, "ann")), PERMISSION_DENIED, "TENANT_SUSPENDED");
	expect_ok(my_tenant(as_admin_in(acme, "root")));
	expect_ok(my_tenant(as(other, "bob")));
	/* audit, auth, compliance, consumer, notification, program */
	cr_assert_eq(events_out("tenant", acme, "tenant.status_changed"), 6);
	resume.id = text(acme);
	expect_ok(call(as_admin("root"), "ResumeTenant", &resume));
	expect_ok(my_tenant(as(acme, "ann")));
	cr_assert_eq(events_out("tenant", acme, "tenant.status_changed"), 12);
	expect_count(1, acme, "tenant.member");
}

/* What the migration queues for tenants that were suspended before. */
Test(standing, a_tenant_that_was_suspended_before_anybody_obeyed_is_told_by_a_job)
{
	struct uuid acme = a_tenant("acme");

	test_sql("TRUNCATE tenant.job");
	test_sql("UPDATE tenant.tenant SET status = 'suspended' WHERE tenant_id = '%s'",
		 text(acme));
	test_sql("INSERT INTO tenant.job (tenant_id, id, kind, payload, run_at, max_attempts, "
		 "created_at) VALUES ('%s', gen_random_uuid(), 'tell_standing', '', now(), 10, "
		 "now())",
		 text(acme));
	cr_assert(run_one_job(daemon_under_test));
	expect_fail(my_tenant(as(acme, "ann")), PERMISSION_DENIED, "TENANT_SUSPENDED");
	cr_assert_eq(events_out("tenant", acme, "tenant.status_changed"), 6);
	expect_count(0, acme, "tenant.job");
}
