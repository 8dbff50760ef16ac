#pragma once

/* Partners and their keys. */
#include "consumer/consumer.h"

#define PARTNER_KEYS_MAX 10

/* Rows as messages, filled in place. */
void partner_to_proto(struct arena *arena, const struct q_partner_row *row, Consumer__Partner *out);
void partner_key_to_proto(struct arena *arena, const struct q_partner_key_row *row,
			  Consumer__PartnerKey *out);

const char *partner_kind_text(Consumer__PartnerKind kind);

void emit_partner(struct rpc_call *call, const char *action, const struct q_partner_row *row);
void emit_partner_key(struct rpc_call *call, const char *action,
		      const struct q_partner_key_row *row);
