/*
 * Access is opened, entered in the tenant's log and told its owners in one transaction: there is no
 * grant that the tenant does not learn of.
 */
#include <aegis/event/v1/event.aegis.h>

#include "contract/time.h"
#include "svc/kit/change.h"
#include "svc/kit/sealed_mail.h"
#include "tenant/grant.h"

struct opening {
	const Tenant__BreakGlassGrant *grant;
	struct uuid tenant;
	struct q_grant_row *row;
};

static struct status emit_opened(struct rpc_call *call, const struct opening *opening)
{
	Tenant__BreakGlassGrant opened = TENANT__BREAK_GLASS_GRANT__INIT;

	TRY(grant_show(call, opening->row, &opened));
	return svc_emit_change(call, "operator.access_opened",
			       &(struct change_out){.resource = &tenant__break_glass_grant__info,
						    .after = &opened,
						    .given = opening->grant});
}

static struct status tell_owner(struct rpc_call *call, const struct q_tenant_row *tenant,
				const struct q_grant_row *grant,
				const struct q_owner_to_tell_row *owner)
{
	char until[INSTANT_TEXT];
	const struct mail_word words[] = {
		{"name", owner->name},
		{"organization", tenant->name},
		{"reason", grant->reason},
		{"until", until},
	};
	Event__OperatorAccessOpened payload = EVENT__OPERATOR_ACCESS_OPENED__INIT;
	Event__SealedMail *mail;
	struct str sealed;

	instant_format(until, grant->expires_at);
	mail = mail_new(call->arena, "operator_access", words, sizeof words / sizeof words[0]);
	mail->to = owner->email;
	mail->locale = tenant->locale;
	TRY(mail_seal(call, mail, &sealed));
	payload.grant_id = uuid_text(call->arena, grant->id);
	payload.sealed = (ProtobufCBinaryData){.len = sealed.len, .data = (uint8_t *)sealed.ptr};
	svc_emit(call,
		 &(struct event_out){.action = "operator.access_told",
				     .target_kind = "user",
				     .target_id = owner->id,
				     .payload_case = EVENT__EVENT__PAYLOAD_OPERATOR_ACCESS_OPENED,
				     .payload = &payload});
	return OK;
}

static struct status open_grant(struct rpc_call *call, void *arg)
{
	struct opening *opening = arg;
	int32_t minutes = opening->grant->minutes ? opening->grant->minutes : GRANT_MINUTES_USUAL;
	struct q_owner_to_tell_row *owners;
	struct q_tenant_row *tenant;
	size_t n;

	TRY(q_lock_tenant(call->tx, &tenant));
	if (!tenant)
		return FAIL(TENANT_NOT_FOUND);
	TRY(q_insert_grant(call->tx, &opening->row, .id = uuid_v7(call->now),
			   .organization = opening->tenant, .admin = call->principal->id,
			   .reason = opening->grant->reason,
			   .expires_at = call->now + MINUTES(minutes), .now = call->now));
	if (!opening->row)
		return FAIL(GRANT_OPEN);
	TRY(emit_opened(call, opening));
	TRY(q_owners_to_tell(call->tx, &owners, &n));
	for (size_t i = 0; i < n; i++)
		TRY(tell_owner(call, tenant, opening->row, &owners[i]));
	return OK;
}

struct status tenant_open_break_glass_grant(struct rpc_call *call,
					    const Tenant__OpenBreakGlassGrantRequest *req,
					    Tenant__BreakGlassGrant *resp)
{
	struct opening opening = {.grant = req->grant};

	opening.tenant = pb_uuid(req->grant->tenant_id);
	TRY(tx_run_as(call, opening.tenant, open_grant, &opening));
	return grant_show(call, opening.row, resp);
}
