#pragma once

/*
 * Handing a mail to the configured server, by libcurl (RFC 5321, MIME).  Each thread
 * keeps its connection for the mails that follow.
 */
#include "base/status.h"
#include "base/uuid.h"
#include "notification/smtp_verdict.h"

struct arena;
struct mail;

struct smtp_result {
	enum smtp_verdict verdict;
	struct smtp_answer answer; /* how it ended, when the mail was not sent */
};

/*
 * Blocks, at most twice smtp_timeout_ms: the dialogue, and a server that does not let
 * go after it refused.  id makes the Message-ID, so that a mail which is sent twice
 * after a crash is recognised as one.  INVALID_ARGUMENT/BAD_ADDRESS; else OK, and
 * *result says what became of the mail.
 */
struct status smtp_send(struct arena *arena, const struct mail *mail, struct uuid id,
			struct smtp_result *result);

/*
 * Between mails: says good-bye on a connection that has served enough of them.
 * Blocks for at most a second.
 */
void smtp_rest(void);

/*
 * May mails be handed over as configured?  In clear only to a server on this machine and
 * without a log-in, so that neither a mail nor a password crosses a network unencrypted.
 * INVALID_ARGUMENT/SMTP_IN_CLEAR.
 */
struct status smtp_check_settings(void);

/* Once, before any thread starts. */
void smtp_init(void);
