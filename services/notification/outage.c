#include "notification/outage.h"

#include <stdatomic.h>

#include "base/log.h"
#include "notification/queries.h"
#include "notification/retry.h"
#include "notification/settings.h"
#include "svc_core/metrics.h"

/* How long whoever tries has for it: as long as a delivery is leased. */
#define PROBE_TAKES MINUTES(1)

static _Atomic instant paused_until;
static struct metric *is_paused;

void outage_init(void)
{
	paused_until = 0;
	is_paused = metrics_gauge("aegis_mail_paused",
				  "1 while the mail server takes no mails and all of them wait.");
	metric_set(is_paused, 0);
}

bool outage_is_over(const struct svc *svc, instant now)
{
	(void)svc;
	return paused_until <= now;
}

static void pause_until(instant until)
{
	paused_until = until;
	metric_set(is_paused, 1);
}

static void go_on(void)
{
	if (paused_until == 0)
		return;
	paused_until = 0;
	metric_set(is_paused, 0);
}

struct status outage_enter(struct rpc_call *call, struct outage *outage)
{
	const char *server = notification_config.smtp_url;
	struct q_outage_row *row;
	int64_t taken = 0;

	*outage = (struct outage){};
	TRY(q_mail_outage(call->tx, server, &row));
	if (!row) {
		go_on();
		return OK;
	}
	outage->failures = row->failures;
	if (row->until <= call->now)
		TRY(q_take_probe(call->tx, server, call->now + PROBE_TAKES, call->now, &taken));
	if (taken)
		return OK;
	outage->wait_until = row->until > call->now ? row->until : call->now + SECONDS(1);
	pause_until(outage->wait_until);
	return OK;
}

struct status outage_note(struct rpc_call *call, const struct outage *seen,
			  const struct smtp_answer *answer, instant *retry_at)
{
	instant until = call->now + retry_pause(seen->failures + 1);
	const char *text = smtp_answer_text(call->arena, answer);
	struct q_outage_row *row;

	TRY(q_note_outage(call->tx, &row, .server = notification_config.smtp_url,
			  .failures = seen->failures, .answer = text, .until = until,
			  .now = call->now));
	/* Once for all replicas: the one that wrote the row. */
	if (row && row->failures == 1)
		log_error("the mail server takes no mails; all of them wait until it does",
			  KV("answer", text), KV("server", notification_config.smtp_url),
			  KV("log_in", *notification_config.smtp_user ? "yes" : "no"));
	*retry_at = until;
	pause_until(until);
	return OK;
}

struct status outage_clear(struct rpc_call *call, const struct outage *seen)
{
	int64_t ended;

	if (seen->failures == 0)
		return OK;
	TRY(q_end_outage(call->tx, notification_config.smtp_url, &ended));
	if (ended)
		log_info("the mail server takes mails again", KV("failures", (long)seen->failures));
	go_on();
	return OK;
}
