#include <stdio.h>

#include "world.h"

#include <aegis/event/v1/event.pb-c.h>

#include "aegis/svc/v1/svc.aegis.h"
#include "crypto/keyring.h"
#include "crypto/seal.h"
#include "notification/notification.h"
#include "notification/outage.h"
#include "notification/settings.h"
#include "svc/internal.h"
#include "svc/kit/pb.h"

struct test_daemon *notification;
struct smtp_sink *sink;

int run_jobs(void)
{
	int n = 0;

	while (run_one_job(notification))
		n++;
	return n;
}

void mail_world_start(bool serve)
{
	/* Jobs still read it when the sink has gone first, which lets those that hang go. */
	static char url[128];

	test_sql("TRUNCATE notification.job, notification.outbox, notification.mail_outage");
	sink = smtp_sink_start();
	snprintf(url, sizeof url, "%s", smtp_sink_url(sink));
	notification_config = (struct notification_config){.smtp_url = url,
							   .smtp_user = "",
							   .smtp_password = "",
							   .mail_from = "no-reply@aegis.example",
							   .public_url = "https://api.example",
							   .smtp_timeout_ms = 2000,
							   .mails_per_day = 1000,
							   .mails_per_recipient = 1000};
	notification = daemon_start(&notification_daemon, .serve = serve, .job_threads = 4);
	if (!serve)
		run_jobs();
}

void mail_world_stop(void)
{
	smtp_sink_stop(sink);
	daemons_stop();
}

const Notification__Message *send_to(struct uuid tenant, const char *to)
{
	Notification__SendEmailRequest req = NOTIFICATION__SEND_EMAIL_REQUEST__INIT;

	req.to = to;
	req.subject = "Hello";
	req.text = "A text.";
	return expect_ok(call(as(tenant, "ann"), "SendEmail", &req));
}

const Notification__Message *status_of(struct uuid tenant, const char *id)
{
	Notification__GetNotificationStatusRequest req =
		NOTIFICATION__GET_NOTIFICATION_STATUS_REQUEST__INIT;

	req.id = id;
	return expect_ok(call(as(tenant, "ann"), "GetNotificationStatus", &req));
}

const char *last_detail(struct uuid tenant, const char *id)
{
	const Notification__Message *message = status_of(tenant, id);

	return message->timeline[message->n_timeline - 1]->detail;
}

void time_passes(void)
{
	test_sql("UPDATE notification.job SET run_at = '2000-01-01'");
	test_sql("UPDATE notification.mail_outage SET until = '2000-01-01'");
	outage_init();
}

static struct str seal(struct arena *arena, const struct sealed_event *what,
		       const Event__SealedMail *mail)
{
	const struct key *key = keyring_newest(daemon_svc(notification)->keyring, KEY_SEAL);
	uint8_t lost[32];

	memcpy(lost, key->public_key, sizeof lost);
	lost[0] ^= what->to_a_lost_key;
	return seal_to_public(arena, lost, pb_pack(arena, &mail->base));
}

struct answer deliver_sealed(struct uuid tenant, const struct sealed_event *what)
{
	Event__SealedMail__ValuesEntry name = EVENT__SEALED_MAIL__VALUES_ENTRY__INIT;
	Event__SealedMail__ValuesEntry token = EVENT__SEALED_MAIL__VALUES_ENTRY__INIT;
	Svc__DeliverEventsRequest req = SVC__DELIVER_EVENTS_REQUEST__INIT;
	Event__UserRegistered payload = EVENT__USER_REGISTERED__INIT;
	Event__SealedMail mail = EVENT__SEALED_MAIL__INIT;
	Event__Event event = EVENT__EVENT__INIT;
	struct arena *arena = arena_new(1 << 20);
	struct answer answer;
	struct str sealed;

	name.key = "name";
	name.value = "Ann, see http://evil.example";
	token.key = "token";
	token.value = "ev_token";
	mail.template_ = what->template;
	mail.to = what->to;
	mail.locale = "es-US";
	mail.values = (Event__SealedMail__ValuesEntry *[]){&name, &token};
	mail.n_values = 2;
	sealed = seal(arena, what, &mail);
	payload.sealed = (ProtobufCBinaryData){.len = sealed.len, .data = (uint8_t *)sealed.ptr};
	event.id = uuid_text(arena, an_id(what->name));
	event.tenant_id = uuid_text(arena, tenant);
	event.action = "user.registered";
	event.source = "auth";
	event.payload_case = EVENT__EVENT__PAYLOAD_USER_REGISTERED;
	event.user_registered = &payload;
	req.events = (Event__Event *[]){&event};
	req.n_events = 1;
	answer = call(as_daemon("auth", tenant), "DeliverEvents", &req);
	arena_free(&arena);
	return answer;
}
