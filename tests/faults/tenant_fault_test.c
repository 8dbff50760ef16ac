#include "aegis/tenant/v1/tenant.aegis.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"
#include "tenant/tenant.h"

static struct answer create_tenant(void)
{
	Tenant__CreateTenantRequest req = TENANT__CREATE_TENANT_REQUEST__INIT;

	req.id = uuid_text(test_world.arena, fault_tenant);
	req.name = "Acme";
	req.owner_user_id = uuid_text(test_world.arena, an_id(fault_round));
	req.owner_email = "ann@acme.example";
	req.owner_name = "Ann";
	return call(as_daemon("auth", fault_tenant), "CreateTenant", &req);
}

static int64_t tenants_made(void)
{
	return fault_rows("tenant.tenant WHERE true") +
	       fault_rows("tenant.member WHERE role = 'owner'") +
	       events_out("tenant", fault_tenant, "tenant.created");
}

static const struct fault_case creation = {
	.prepare = fault_next_round,
	.ask = create_tenant,
	.effects = tenants_made,
	.whole = 3,
};

Test(faults, a_tenant_is_made_whole_or_not_at_all, .timeout = 120, .fini = daemons_stop)
{
	daemon_start(&tenant_daemon);
	fault_every_statement(&creation);
}

Test(faults, a_tenant_is_made_whole_or_not_whatever_allocation_fails, .timeout = 120,
     .fini = daemons_stop)
{
	daemon_start(&tenant_daemon);
	fault_every_allocation(&creation);
}
