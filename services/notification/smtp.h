#pragma once

/* Handing a mail to the configured server, by libcurl (RFC 5321, MIME). */
#include "base/status.h"
#include "base/uuid.h"

struct arena;
struct mail;

/*
 * Blocks, at most smtp_timeout_ms.  id makes the Message-ID, so that a mail that
 * is sent twice after a crash is recognised as one.  *code is the server's last
 * answer, 0 when there was none.
 *
 * UNAVAILABLE/MAIL_SERVER for what may pass (no connection, 4xx),
 * FAILED_PRECONDITION/MAIL_REFUSED for a 5xx, INVALID_ARGUMENT/BAD_ADDRESS.
 */
struct status smtp_send(struct arena *arena, const struct mail *mail, struct uuid id, long *code);

/* Once, before any thread starts. */
void smtp_init(void);
