#include "notification/sender.h"

#include <aegis/tenant/v1/tenant.aegis.h>
#include <string.h>

#include "base/log.h"
#include "contract/text.h"
#include "notification/notification.h"

#define NAME_MAX_BYTES 120
#define KEPT	       MINUTES(1)
#define KEPT_WITHOUT   SECONDS(10)

/* The name asked for last, of each thread: mails of a tenant come one after another. */
static _Thread_local struct {
	struct uuid tenant;
	instant until;
	char name[NAME_MAX_BYTES + 1];
} kept;

const char *sender_clean(struct arena *arena, const char *name)
{
	char *out = arena_strdup(arena, name);
	size_t len;

	if (!text_is_name(str_of(name)))
		return "";
	for (char *c = out; *c; c++)
		if (strchr("\"\\<>()[]@,;:", *c))
			*c = ' ';
	len = strlen(out);
	/* Cut at a character. */
	if (len > NAME_MAX_BYTES)
		for (len = NAME_MAX_BYTES; len > 0 && ((unsigned char)out[len] & 0xc0) == 0x80;)
			len--;
	out[len] = '\0';
	return out;
}

static const char *ask(struct rpc_call *call)
{
	Tenant__GetTenantRequest req = TENANT__GET_TENANT_REQUEST__INIT;
	Tenant__Tenant *tenant;
	struct status st;

	req.id = uuid_text(call->arena, call->tenant);
	st = call_tenant_get_tenant(call, &req, &tenant);
	if (is_ok(st))
		return sender_clean(call->arena, tenant->name);
	log_warn("a mail goes out without the organization's name", KV_STATUS(st));
	return "";
}

const char *sender_name(struct rpc_call *call, const struct mail *mail)
{
	instant now = instant_monotonic();

	/*
	 * What a person with a confirmed address wrote.  Links and codes go to addresses that
	 * nobody has confirmed, for organizations that anybody may register: no stranger's
	 * words there, and a name is one.
	 */
	if (*mail->template)
		return "";
	if (!uuid_eq(kept.tenant, call->tenant) || kept.until <= now) {
		strcpy(kept.name, ask(call));
		kept.tenant = call->tenant;
		kept.until = now + (*kept.name ? KEPT : KEPT_WITHOUT);
	}
	return *kept.name ? arena_printf(call->arena, "%s via Aegis", kept.name) : "";
}
