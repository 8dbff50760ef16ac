#include "notification/notification.h"

#include "base/log.h"
#include "notification/delivery.h"
#include "notification/outage.h"
#include "notification/settings.h"
#include "notification/smtp.h"
#include "notification_platform/queries.h"
#include "svc_core/sandbox.h"

struct notification_config notification_config;

#define CFG_OWNER struct notification_config
static const struct cfg_setting setting_rows[] = {NOTIFICATION_SETTINGS(CFG_ROW)};
#undef CFG_OWNER

static const struct svc_subscription subscriptions[] = {
	{.topic = "user.registered", .on_event = on_user_registered},
	{.topic = "account.mail", .on_event = on_account_mail},
	{.topic = "code.issued", .on_event = on_code_issued},
	{.topic = "operator.access_opened", .on_event = on_operator_access},
	{.topic = "compliance.alert_raised", .on_event = on_compliance_alert},
	/* Of a compliance daemon of before, which told each event by itself. */
	{.topic = "compliance.event_raised", .on_event = on_compliance_alert},
};

/* Longer than smtp_send() can take: a mail whose sender was killed goes out after it. */
#define DELIVERY_LEASE_S 60
/* Of one organization, so that one whose recipients' servers hang leaves threads to others. */
#define DELIVERIES_AT_ONCE 2

static const struct svc_job jobs[] = {
	/* What becomes of a mail is the mail's own matter; this counts broken machinery alone. */
	{.kind = "deliver",
	 .run = run_delivery,
	 .lease_s = DELIVERY_LEASE_S,
	 .max_attempts = 1000,
	 .backoff_ms = 5000,
	 .at_once = DELIVERIES_AT_ONCE,
	 .is_ready = outage_is_over},
	/* The same for what a suspended tenant is told, too. */
	{.kind = "notice",
	 .run = run_delivery,
	 .lease_s = DELIVERY_LEASE_S,
	 .max_attempts = 1000,
	 .backoff_ms = 5000,
	 .while_suspended = true,
	 .at_once = DELIVERIES_AT_ONCE,
	 .is_ready = outage_is_over},
	{.kind = "alert", .run = run_alert, .lease_s = 30, .max_attempts = 20},
	{.kind = "sweep", .run = run_sweep, .every_s = 3600},
};

static struct status start(struct svc *svc)
{
	struct status st = smtp_check_settings();

	(void)svc;
	if (is_failed(st)) {
		log_error("smtp_require_tls = false is for smtp_url = smtp:// on this machine, "
			  "without smtp_user");
		return st;
	}
	if (!notification_config.smtp_require_tls)
		log_warn("mails are handed over in clear to a server on this machine");
	smtp_init();
	outage_init();
	return OK;
}

static const struct svc_key keys[] = {
	{"body", KEY_SECRET},
	{"recipient", KEY_SECRET},
};

const struct svc_descriptor notification_daemon = {
	.name = "notification",
	.purpose = "mails, their status and retries",
	.service = &notification_service,
	.handlers = &notification_handlers,
	.needs = SANDBOX_NETWORK,
	.queries = &notification_queries,
	.platform_queries = &notification_platform_queries,
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
