#include "notification/notification.h"

#include "notification/settings.h"
#include "notification/smtp.h"
#include "svc_core/sandbox.h"

struct notification_config notification_config;

#define CFG_OWNER struct notification_config
static const struct cfg_setting setting_rows[] = {NOTIFICATION_SETTINGS(CFG_ROW)};
#undef CFG_OWNER

static const struct svc_subscription subscriptions[] = {
	{.topic = "user.registered", .on_event = on_user_registered},
	{.topic = "code.issued", .on_event = on_code_issued},
	{.topic = "compliance.event_raised", .on_event = on_compliance_event},
};

/* Longer than smtp_timeout_ms can be set: a mail whose sender was killed goes out after it. */
#define DELIVERY_LEASE_S 60

static const struct svc_job jobs[] = {
	{.kind = "deliver",
	 .run = run_delivery,
	 .lease_s = DELIVERY_LEASE_S,
	 .max_attempts = 10,
	 .backoff_ms = 5000},
	{.kind = "alert", .run = run_alert, .lease_s = 30, .max_attempts = 20},
};

static struct status start(struct svc *svc)
{
	(void)svc;
	smtp_init();
	return OK;
}

static const struct svc_key keys[] = {
	{"body", KEY_SECRET},
};

const struct svc_descriptor notification_daemon = {
	.name = "notification",
	.purpose = "mails, their status and retries",
	.service = &notification_service,
	.handlers = &notification_handlers,
	.needs = SANDBOX_NETWORK,
	.queries = &notification_queries,
	.keys = keys,
	.n_keys = sizeof keys / sizeof keys[0],
	.subscriptions = subscriptions,
	.n_subscriptions = sizeof subscriptions / sizeof subscriptions[0],
	.jobs = jobs,
	.n_jobs = sizeof jobs / sizeof jobs[0],
	.settings = {.settings = setting_rows,
		     .n = sizeof setting_rows / sizeof setting_rows[0],
		     .target = &notification_config},
	.start = start,
};
