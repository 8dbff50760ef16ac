#include <aegis/tenant/v1/tenant.aegis.h>
#include <strings.h>

#include "notification/notification.h"
#include "notification/settings.h"
#include "notification/template.h"
#include "svc/kit/pb.h"
#include "svc/kit/sealed_mail.h"

struct alert {
	const Event__ComplianceAlertRaised *raised;
	const Tenant__Settings *settings;
};

const ProtobufCMessage *alert_payload(const Event__Event *event)
{
	if (event->payload_case == EVENT__EVENT__PAYLOAD_COMPLIANCE_ALERT_RAISED)
		return &event->compliance_alert_raised->base;
	if (event->payload_case == EVENT__EVENT__PAYLOAD_COMPLIANCE_EVENT_RAISED)
		return &event->compliance_event_raised->base;
	return NULL;
}

/* The events by name, as many as the alert brought, and how many more there are. */
static const char *lines_of(struct arena *arena, const Event__ComplianceAlertRaised *raised)
{
	struct strbuf text = strbuf_new(arena);

	if (raised->total < 2)
		return "";
	for (size_t i = 0; i < raised->n_lines; i++)
		strbuf_printf(&text, "- %s\n", raised->lines[i]);
	if ((size_t)raised->total > raised->n_lines)
		strbuf_printf(&text, "and %zu more\n", (size_t)raised->total - raised->n_lines);
	strbuf_add_char(&text, '\n');
	return text.ptr;
}

/* Where they are read; an alert of before names its one event instead of a list. */
static const char *link_of(struct rpc_call *call, const Event__ComplianceAlertRaised *raised)
{
	return arena_printf(call->arena, "%s/api/tenants/%s/compliance/events%s%s",
			    notification_config.public_url, uuid_text(call->arena, call->tenant),
			    raised->total ? "?alertId=" : "/", raised->alert_id);
}

/* Is the address among the first n? */
static bool is_repeated(const Tenant__Settings *settings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasecmp(settings->alert_emails[i], settings->alert_emails[n]) == 0)
			return true;
	return false;
}

/* All of them with the end of the job: repeating it sends nothing twice. */
static struct status queue_alerts(struct rpc_call *call, void *arg)
{
	const struct alert *alert = arg;
	const struct mail_word words[] = {
		{"title", alert->raised->title},
		{"priority", alert->raised->priority},
		{"lines", lines_of(call->arena, alert->raised)},
		{"events", link_of(call, alert->raised)},
	};
	Event__SealedMail *from =
		mail_new(call->arena, "compliance_alert", words, sizeof words / sizeof words[0]);

	for (size_t i = 0; i < alert->settings->n_alert_emails; i++) {
		struct q_message_row *row;
		struct mail mail;

		if (is_repeated(alert->settings, i))
			continue;
		from->to = alert->settings->alert_emails[i];
		TRY(template_render(call->arena, from, &mail));
		TRY(mail_queue(call, &mail, 0, &row));
	}
	return svc_job_done(call);
}

/* A job of before carries an Event__ComplianceEventRaised, which reads as an alert without lines.
 */
struct status run_alert(struct rpc_call *call, const struct svc_job_run *job)
{
	Tenant__GetSettingsRequest req = TENANT__GET_SETTINGS_REQUEST__INIT;
	struct alert alert;
	Tenant__Settings *settings;

	alert.raised = (const Event__ComplianceAlertRaised *)pb_unpack(
		call->arena, &event__compliance_alert_raised__descriptor, job->payload);
	if (!alert.raised)
		return FAIL(JOB_PAYLOAD);
	TRY(call_tenant_get_settings(call, &req, &settings));
	alert.settings = settings;
	return tx_run(call, queue_alerts, &alert);
}
