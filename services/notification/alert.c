#include <aegis/tenant/v1/tenant.aegis.h>

#include "notification/notification.h"
#include "notification/template.h"
#include "svc/pb.h"
#include "svc/sealed_mail.h"

struct alert {
	const Event__ComplianceEventRaised *raised;
	const Tenant__Settings *settings;
};

static struct status queue_alerts(struct rpc_call *call, void *arg)
{
	const struct alert *alert = arg;
	const struct mail_word words[] = {
		{"title", alert->raised->title},
		{"priority", alert->raised->priority},
		{"event", alert->raised->event_id},
	};
	Event__SealedMail *from =
		mail_new(call->arena, "compliance_alert", words, sizeof words / sizeof words[0]);

	for (size_t i = 0; i < alert->settings->n_alert_emails; i++) {
		struct q_message_row *row;
		struct mail mail;

		from->to = alert->settings->alert_emails[i];
		TRY(template_render(call->arena, from, &mail));
		TRY(mail_queue(call, &mail, 0, &row));
	}
	return svc_job_done(call);
}

struct status run_alert(struct rpc_call *call, const struct svc_job_run *job)
{
	Tenant__GetSettingsRequest req = TENANT__GET_SETTINGS_REQUEST__INIT;
	struct alert alert;
	Tenant__Settings *settings;

	alert.raised = (const Event__ComplianceEventRaised *)pb_unpack(
		call->arena, &event__compliance_event_raised__descriptor, job->payload);
	if (!alert.raised)
		return FAIL(DATA_LOSS, "JOB_PAYLOAD");
	TRY(call_tenant_get_settings(call, &req, &settings));
	alert.settings = settings;
	return tx_run(call, queue_alerts, &alert);
}
