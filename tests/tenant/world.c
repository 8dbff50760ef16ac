#include "tenant/world.h"

#include "aegis/tenant/v1/tenant.aegis.h"

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
