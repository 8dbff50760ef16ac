#pragma once

/*
 * The lines of a mail's head: what a mail server and a reader make decisions by,
 * so no text of a person may end a line, begin another, or pass for an encoding.
 * RFC 5322 (form), 2047 (encoded words).
 */
#include "base/status.h"
#include "base/uuid.h"

struct arena;
struct mail;

#define MAIL_HEAD_LINES 7

struct mail_head {
	const char *lines[MAIL_HEAD_LINES]; /* "Name: value", folded, no CRLF at the end */
};

/*
 * *out and its texts live in the arena.  from is the platform's own address; id
 * makes the Message-ID and, being of version 7, the Date: both stay when the mail
 * is sent again.  INVALID_ARGUMENT/BAD_ADDRESS when mail->to is no
 * address that mail can be sent to.
 */
struct status mail_head_make(struct arena *arena, const struct mail *mail, const char *from,
			     struct uuid id, struct mail_head *out);
