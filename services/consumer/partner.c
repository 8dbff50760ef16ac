#include "consumer/partner.h"

#include "contract/time.h"

void emit_partner(struct rpc_call *call, const char *action, const struct q_partner_row *row)
{
	struct strbuf after = strbuf_new(call->arena);

	strbuf_add_c(&after, "{\"name\":");
	strbuf_add_json(&after, str_of(row->name));
	strbuf_printf(&after, ",\"kind\":\"%s\",\"active\":%s}", row->kind,
		      row->active ? "true" : "false");
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "partner",
					   .target_id = row->id,
					   .target_version = row->version,
					   .after = strbuf_str(&after)});
}

void emit_partner_key(struct rpc_call *call, const char *action,
		      const struct q_partner_key_row *row)
{
	struct strbuf after = strbuf_new(call->arena);

	strbuf_printf(&after,
		      "{\"partnerId\":\"%s\",\"name\":", uuid_text(call->arena, row->partner_id));
	strbuf_add_json(&after, str_of(row->name));
	strbuf_add_char(&after, '}');
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "partner_key",
					   .target_id = row->id,
					   .after = strbuf_str(&after)});
}
