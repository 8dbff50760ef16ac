#include "consumer/partner.h"

#include "contract/time.h"

static const char *const kinds[] = {"pharmacy", "retail", "ecommerce", NULL};

const char *partner_kind_text(Consumer__PartnerKind kind)
{
	return kinds[kind];
}

void partner_to_proto(struct arena *arena, const struct q_partner_row *row, Consumer__Partner *out)
{
	out->id = uuid_text(arena, row->id);
	out->name = row->name;
	out->kind = (Consumer__PartnerKind)word_index(kinds, row->kind);
	out->active = row->active;
	out->created_at = pb_timestamp(arena, row->created_at);
	out->updated_at = pb_timestamp(arena, row->updated_at);
	out->version = row->version;
}

void partner_key_to_proto(struct arena *arena, const struct q_partner_key_row *row,
			  Consumer__PartnerKey *out)
{
	out->id = uuid_text(arena, row->id);
	out->partner_id = uuid_text(arena, row->partner_id);
	out->name = row->name;
	out->n_scopes = row->scopes.n;
	out->scopes = (const char **)row->scopes.items;
	out->created_at = pb_timestamp(arena, row->created_at);
	out->expires_at = pb_timestamp_opt(arena, row->expires_at);
	out->revoked_at = pb_timestamp_opt(arena, row->revoked_at);
	out->last_used_at = pb_timestamp_opt(arena, row->last_used_at);
}

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
