/* Break-glass grants: for a reason and a time, told to the owners, every use in the tenant's log.
 */
#include "tenant_world.h"

#define REASON "Ticket 4711: the export does not start"

TestSuite(grant, .init = world_start, .fini = daemons_stop, .timeout = 60);

static struct answer try_open(const char *admin, struct uuid tenant, const char *reason,
			      int32_t minutes)
{
	Tenant__BreakGlassGrant grant = TENANT__BREAK_GLASS_GRANT__INIT;
	Tenant__OpenBreakGlassGrantRequest req = TENANT__OPEN_BREAK_GLASS_GRANT_REQUEST__INIT;

	req.grant = &grant;
	grant.tenant_id = text(tenant);
	grant.reason = reason;
	grant.minutes = minutes;
	return call(as_admin(admin), "OpenBreakGlassGrant", &req);
}

/* As the gateway asks: its caller is the administrator whose call it is. */
static struct answer use(const char *admin, struct uuid tenant)
{
	Tenant__UseBreakGlassGrantRequest req = TENANT__USE_BREAK_GLASS_GRANT_REQUEST__INIT;

	req.tenant_id = text(tenant);
	req.method = "aegis.tenant.v1.TenantService.GetMyTenant";
	req.path = "/api/tenants/me";
	return call(as_admin_in(tenant, admin), "UseBreakGlassGrant", &req);
}

static struct answer end(const char *id)
{
	Tenant__EndBreakGlassGrantRequest req = TENANT__END_BREAK_GLASS_GRANT_REQUEST__INIT;

	req.id = id;
	return call(as_admin("root"), "EndBreakGlassGrant", &req);
}

Test(grant, without_one_an_administrator_is_refused_and_with_one_each_call_is_logged)
{
	struct uuid acme = a_tenant("acme");
	const Tenant__BreakGlassGrant *grant;
	const Tenant__UseBreakGlassGrantResponse *used;

	expect_fail(use("root", acme), PERMISSION_DENIED, "GRANT_REQUIRED");
	cr_assert_eq(events_out("tenant", acme, "operator.acted"), 0);
	grant = expect_ok(try_open("root", acme, REASON, 0));
	cr_assert(grant->open);
	cr_assert_eq(grant->expires_at->seconds - grant->opened_at->seconds, 3600);
	for (int i = 0; i < 3; i++) {
		used = expect_ok(use("root", acme));
		cr_assert_str_eq(used->grant_id, grant->id);
	}
	cr_assert_eq(events_out("tenant", acme, "operator.acted"), 3);
	expect_fail(use("eve", acme), PERMISSION_DENIED, "GRANT_REQUIRED");
	expect_fail(use("root", a_tenant("other")), PERMISSION_DENIED, "GRANT_REQUIRED");
}

Test(grant, the_owners_are_told_and_the_log_has_the_reason)
{
	struct uuid acme = a_tenant("acme");

	expect_ok(try_open("root", acme, REASON, 30));
	cr_assert_eq(events_out("tenant", acme, "operator.access_opened"), 3,
		     "one entry with the reason, one owner told by way of two subscribers");
	cr_assert_eq(test_count("SELECT count(*) FROM tenant.outbox WHERE tenant_id = '%s' AND "
				"subscriber = 'audit' AND position('%s' in encode(payload, "
				"'escape')) > 0",
				text(acme), REASON),
		     1);
}

Test(grant, it_ends_with_its_time_or_before)
{
	struct uuid acme = a_tenant("acme"), other = a_tenant("other");
	const Tenant__BreakGlassGrant *grant = expect_ok(try_open("root", acme, REASON, 240));
	const Tenant__BreakGlassGrant *ended;

	ended = expect_ok(end(grant->id));
	cr_assert(!ended->open && ended->ended_at);
	expect_fail(use("root", acme), PERMISSION_DENIED, "GRANT_REQUIRED");
	expect_ok(end(grant->id));
	cr_assert_eq(events_out("tenant", acme, "operator.access_ended"), 1);
	expect_fail(end(text(an_id("nothing"))), NOT_FOUND, "GRANT_NOT_FOUND");

	expect_ok(try_open("root", other, REASON, 5));
	now_is(instant_now() + MINUTES(6));
	expect_fail(use("root", other), PERMISSION_DENIED, "GRANT_REQUIRED");
	now_is(0);
}

Test(grant, there_is_one_at_a_time_with_a_reason_and_four_hours_at_most)
{
	struct uuid acme = a_tenant("acme");

	expect_field(try_open("root", acme, "why", 60), "grant.reason", "TOO_SHORT");
	expect_field(try_open("root", acme, REASON, 241), "grant.minutes", "TOO_LARGE");
	expect_ok(try_open("root", acme, REASON, 60));
	expect_fail(try_open("root", acme, REASON, 60), ALREADY_EXISTS, "GRANT_OPEN");
	expect_ok(try_open("eve", acme, REASON, 60));
	expect_fail(try_open("root", an_id("nobody"), REASON, 60), NOT_FOUND, "TENANT_NOT_FOUND");
}

Test(grant, a_tenant_reads_its_own_and_nobody_elses)
{
	Tenant__ListOperatorAccessRequest mine = TENANT__LIST_OPERATOR_ACCESS_REQUEST__INIT;
	Tenant__ListBreakGlassGrantsRequest all = TENANT__LIST_BREAK_GLASS_GRANTS_REQUEST__INIT;
	struct uuid acme = a_tenant("acme"), other = a_tenant("other");
	const Tenant__ListOperatorAccessResponse *seen;
	const Tenant__ListBreakGlassGrantsResponse *list;

	expect_ok(try_open("root", acme, REASON, 60));
	expect_ok(try_open("root", other, "Ticket 4712: nothing to do with acme", 60));
	seen = expect_ok(call(as(acme, "ann"), "ListOperatorAccess", &mine));
	cr_assert_eq(seen->n_grants, 1);
	cr_assert_str_eq(seen->grants[0]->reason, REASON);
	all.tenant_id = text(other);
	list = expect_ok(call(as_admin("root"), "ListBreakGlassGrants", &all));
	cr_assert_eq(list->n_grants, 1);
	cr_assert_eq(call(as(acme, "ann"), "ListBreakGlassGrants", &all).status.code,
		     STATUS_PERMISSION_DENIED);
}
