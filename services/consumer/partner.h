#pragma once

/* Partners and their keys. */
#include "consumer/consumer.h"

#define PARTNER_KEYS_MAX 10

/* NULL for old: it was created; for the message: it was deleted. */
struct status emit_partner(struct rpc_call *call, const char *action,
			   const struct q_partner_row *old, const Consumer__Partner *partner);
struct status emit_partner_key(struct rpc_call *call, const char *action,
			       const struct q_partner_key_row *old,
			       const Consumer__PartnerKey *key);
