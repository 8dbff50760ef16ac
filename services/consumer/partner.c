#include "consumer/partner.h"

#include "svc/kit/change.h"

struct status emit_partner(struct rpc_call *call, const char *action,
			   const struct q_partner_row *old, const Consumer__Partner *partner)
{
	Consumer__Partner before = CONSUMER__PARTNER__INIT;

	if (old)
		TRY(q_partner_fill(call->arena, old, &before));
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &consumer__partner__info,
						    .before = old ? &before : NULL,
						    .after = partner});
}

struct status emit_partner_key(struct rpc_call *call, const char *action,
			       const struct q_partner_key_row *old, const Consumer__PartnerKey *key)
{
	Consumer__PartnerKey before = CONSUMER__PARTNER_KEY__INIT;

	if (old)
		TRY(q_partner_key_fill(call->arena, old, &before));
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &consumer__partner_key__info,
						    .before = old ? &before : NULL,
						    .after = key});
}
