#include "notification/outage.h"

#include <stdatomic.h>
#include <string.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "base/log.h"
#include "base/str.h"
#include "crypto/hash.h"
#include "notification/fill.h"
#include "notification/retry.h"
#include "notification/settings.h"
#include "svc_core/metrics.h"

/* How long whoever tries has for it: as long as a delivery is leased. */
#define PROBE_TAKES MINUTES(1)

/* Who does not have the turn looks again so soon: the one who has it may be done. */
#define LOOK_AGAIN SECONDS(5)

static _Atomic instant paused_until;
static struct metric *is_paused;

/* The server and account that an outage is of; the settings may hold a password. */
static const char *server_of(struct arena *arena)
{
	const char *text = arena_printf(arena, "%s\n%s", notification_config.smtp_url,
					notification_config.smtp_user);
	uint8_t hash[SHA256_BYTES];
	char *hex = arena_alloc(arena, 2 * sizeof hash + 1);

	crypto_sha256(hash, text, strlen(text));
	hex_encode(hex, hash, sizeof hash);
	return hex;
}

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
	const char *server = server_of(call->arena);
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
	outage->wait_until = call->now + LOOK_AGAIN;
	if (row->until > call->now && row->until < outage->wait_until)
		outage->wait_until = row->until;
	pause_until(outage->wait_until);
	return OK;
}

struct status outage_note(struct rpc_call *call, const struct outage *seen,
			  const struct smtp_answer *answer, instant *retry_at)
{
	instant until = call->now + retry_pause(seen->failures + 1);
	const char *text = smtp_answer_text(call->arena, answer);
	struct q_outage_row *row;

	TRY(q_note_outage(call->tx, &row, .server = server_of(call->arena),
			  .failures = seen->failures, .answer = text, .until = until,
			  .now = call->now));
	/* Once for all replicas: the one that wrote the row. */
	if (row && row->failures == 1)
		log_error("the mail server takes no mails; all of them wait until it does",
			  KV("answer", text));
	*retry_at = until;
	pause_until(until);
	return OK;
}

struct status outage_clear(struct rpc_call *call, const struct outage *seen)
{
	int64_t ended;

	if (seen->failures == 0)
		return OK;
	TRY(q_end_outage(call->tx, server_of(call->arena), &ended));
	if (ended)
		log_info("the mail server takes mails again", KV("failures", (long)seen->failures));
	go_on();
	return OK;
}
