#include "tenant_world.h"

struct test_daemon *daemon_under_test;

void world_start(void)
{
	daemon_under_test = daemon_start(&tenant_daemon);
}

struct uuid an_id_in(struct uuid tenant, const char *name)
{
	return as(tenant, name)->principal.id;
}

const char *text(struct uuid id)
{
	static char texts[8][UUID_TEXT];
	static int next;
	char *out = texts[next++ % 8];

	uuid_format(out, id);
	return out;
}

struct answer create(const char *name, struct uuid id, struct uuid owner)
{
	Tenant__CreateTenantRequest req = TENANT__CREATE_TENANT_REQUEST__INIT;

	req.id = text(id);
	req.name = name;
	req.owner_user_id = text(owner);
	req.owner_email = "ann@acme.example";
	req.owner_name = "Ann";
	return call(as_daemon("auth", id), "CreateTenant", &req);
}

struct uuid a_tenant(const char *name)
{
	struct uuid id = a_tenant_id(name);

	expect_ok(create(name, id, as(id, "ann")->principal.id));
	return id;
}

struct uuid a_member(struct uuid tenant, const char *name, const char *role)
{
	struct uuid id = as(tenant, name)->principal.id;

	test_sql("INSERT INTO tenant.member (tenant_id, id, email, name, role, created_at, "
		 "created_by, "
		 "updated_at, updated_by) VALUES ('%s', '%s', '%s@acme.example', '%s', '%s', "
		 "now(), '%s', "
		 "now(), '%s')",
		 text(tenant), text(id), name, name, role, text(id), text(id));
	return id;
}
