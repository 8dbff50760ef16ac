/*
 * Break-glass: a platform administrator acts in a tenant only under an open grant.  The tenant
 * daemon is asked on every such call, so a grant's end is seen by the next one, and it enters the
 * call in the tenant's log before it answers.
 */
#include "aegis/tenant/v1/tenant.pb-c.h"
#include "base/utf8.h"
#include "call.h"
#include "rpc/pb_arena.h"
#include "rpc/trust.h"

#define PATH_LOGGED  1024
#define GRANT_DAEMON "tenant"

static struct str signed_for(struct gw_call *call, const char *daemon)
{
	struct principal admin = *call->principal;

	admin.audience = daemon;
	return principal_sign(call->x->arena, &admin, call->loop->gw->service_key);
}

static void go_on_under(struct gw_call *call, const char *grant)
{
	struct principal *admin =
		arena_memdup(call->x->arena, call->principal, sizeof *call->principal);

	/* The label of what the administrator does from here on, in the tenant's log. */
	admin->label = arena_printf(call->x->arena, "grant %s", grant);
	call->principal = admin;
	call->signed_principal = principal_sign(call->x->arena, admin, call->loop->gw->service_key);
	gw_next(call);
}

static void on_grant(struct gw_call *call)
{
	struct rpc_result *result = call->result;
	ProtobufCAllocator allocator = pb_arena_allocator(call->x->arena);
	Tenant__UseBreakGlassGrantResponse *answer;

	if (is_failed(result->header.status)) {
		gw_fail_reply(call, &result->header);
		return;
	}
	answer = tenant__use_break_glass_grant_response__unpack(
		&allocator, result->payload.len, (const uint8_t *)result->payload.ptr);
	if (!answer)
		gw_fail(call, FAIL(MALFORMED_REPLY), NULL);
	else
		go_on_under(call, answer->grant_id);
}

void gw_use_grant(struct gw_call *call)
{
	const struct rpc_method *method = route_method(call->route), *use_grant;
	Tenant__UseBreakGlassGrantRequest request = TENANT__USE_BREAK_GLASS_GRANT_REQUEST__INIT;
	struct str path = call->x->head.path;

	/* The platform's own routes belong to no tenant. */
	if (!call->principal || call->principal->kind != PRINCIPAL_ADMIN ||
	    method->policy.tenant == RPC_TENANT_NONE) {
		gw_next(call);
		return;
	}
	use_grant = call->loop->gw->methods.use_grant;
	if (!use_grant || uuid_is_nil(call->principal->tenant)) {
		gw_fail(call, FAIL(GRANT_REQUIRED),
			"Name the organization in Aegis-Tenant and open a break-glass grant for it "
			"first.");
		return;
	}
	request.tenant_id = uuid_text(call->x->arena, call->principal->tenant);
	request.method = method->full_name;
	if (path.len > PATH_LOGGED || !utf8_is_valid(path.ptr, path.len))
		path = str_of(call->route->pattern);
	request.path = str_dup(call->x->arena, path);
	call->signed_for_grant = signed_for(call, GRANT_DAEMON);
	gw_send(call, GRANT_DAEMON, use_grant, (struct rpc_body){.message = &request.base}, 2000,
		on_grant);
}
