#include "audit/audit.h"
#include "contract/time.h"

static void add_text(struct strbuf *leaf, const char *name, const char *value)
{
	strbuf_printf(leaf, ",\"%s\":", name);
	strbuf_add_json(leaf, str_of(value));
}

static void add_instant(struct strbuf *leaf, const char *name, instant t)
{
	char text[INSTANT_TEXT];

	instant_format(text, t);
	add_text(leaf, name, text);
}

static void add_raw(struct strbuf *leaf, const char *name, ProtobufCBinaryData json)
{
	strbuf_printf(leaf, ",\"%s\":", name);
	if (json.len)
		strbuf_add(leaf, (const char *)json.data, json.len);
	else
		strbuf_add_c(leaf, "null");
}

struct str audit_leaf(struct arena *arena, const Event__Event *event, int64_t index,
		      instant recorded_at)
{
	static const Event__Actor no_actor = EVENT__ACTOR__INIT;
	static const Event__Target no_target = EVENT__TARGET__INIT;
	const Event__Actor *actor = event->actor ? event->actor : &no_actor;
	const Event__Target *target = event->target ? event->target : &no_target;
	struct strbuf leaf = strbuf_new(arena);

	strbuf_printf(&leaf, "{\"v\":1,\"index\":%lld", (long long)index);
	add_text(&leaf, "id", event->id);
	add_text(&leaf, "tenant", event->tenant_id);
	add_instant(&leaf, "occurredAt", pb_instant(event->occurred_at));
	add_instant(&leaf, "recordedAt", recorded_at);
	add_text(&leaf, "source", event->source);
	add_text(&leaf, "actorKind", actor->kind);
	add_text(&leaf, "actorId", actor->id);
	add_text(&leaf, "actorLabel", actor->label);
	add_text(&leaf, "action", event->action);
	add_text(&leaf, "targetKind", target->kind);
	add_text(&leaf, "targetId", target->id);
	strbuf_printf(&leaf, ",\"targetVersion\":%lld", (long long)target->version);
	add_text(&leaf, "outcome", event->outcome);
	add_text(&leaf, "requestId", event->request_id);
	add_text(&leaf, "address", event->address);
	add_text(&leaf, "userAgent", event->user_agent);
	add_raw(&leaf, "before", event->before);
	add_raw(&leaf, "after", event->after);
	strbuf_add_char(&leaf, '}');
	return strbuf_str(&leaf);
}
