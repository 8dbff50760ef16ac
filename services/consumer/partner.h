#pragma once

/* Partners and their keys. */
#include "consumer/consumer.h"

#define PARTNER_KEYS_MAX 10

void emit_partner(struct rpc_call *call, const char *action, const struct q_partner_row *row);
void emit_partner_key(struct rpc_call *call, const char *action,
		      const struct q_partner_key_row *row);
