#include "contract/time.h"
#include "svc/kit/change.h"
#include "tenant/tenant.h"

/*
 * The tenant's id is fixed by auth before the first try, so a registration that
 * was cut off anywhere is simply asked for again.
 */
struct status tenant_create_tenant(struct rpc_call *call, const Tenant__CreateTenantRequest *req,
				   Tenant__CreateTenantResponse *resp)
{
	struct uuid owner = pb_uuid(req->owner_user_id);
	struct details details = details_new(call->arena);
	struct q_member_row *member;
	struct q_tenant_row *row;
	const char *kind;
	int64_t inserted;

	if (!uuid_eq(pb_uuid(req->id), call->tenant))
		return FAIL(TENANT_MISMATCH);
	TRY(pb_enum_word(&tenant__tenant_kind__enum_info, (int)req->kind, &kind));
	TRY(q_insert_tenant(call->tx, &inserted, .name = req->name, .kind = kind, .actor = owner,
			    .now = call->now));
	if (inserted) {
		TRY(q_insert_directory(call->tx, .id = call->tenant, .name = req->name,
				       .kind = kind, .now = call->now));
		TRY(q_insert_settings(call->tx, owner, call->now));
		TRY(q_insert_member(call->tx, &member, .id = owner, .email = req->owner_email,
				    .name = req->owner_name, .role = "owner", .actor = owner,
				    .now = call->now));
	}
	TRY(q_current_tenant(call->tx, &row));
	if (!row)
		return FAIL(TENANT_DISCARDED);
	resp->tenant = arena_new_of(call->arena, Tenant__Tenant);
	tenant__tenant__init(resp->tenant);
	TRY(q_tenant_fill(call->arena, row, resp->tenant));
	if (!inserted)
		return OK;
	details_uuid(&details, "owner", owner);
	return svc_emit_change(call, "tenant.created",
			       &(struct change_out){.resource = &tenant__tenant__info,
						    .after = resp->tenant,
						    .details = &details});
}
