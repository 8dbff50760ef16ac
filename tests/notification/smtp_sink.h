#pragma once

/*
 * A mail server in a thread, just enough of RFC 5321 to be handed mails: it
 * keeps the last one, and answers RCPT with the code it is told to.
 */
struct smtp_sink;

struct smtp_sink *smtp_sink_start(void);
void smtp_sink_stop(struct smtp_sink *sink);
/* "smtp://127.0.0.1:<port>" */
const char *smtp_sink_url(const struct smtp_sink *sink);
/* From now on RCPT is answered with this code: 250, 451, 550. */
void smtp_sink_answer(struct smtp_sink *sink, int code);
/* Whole ones: a connection that ends in the middle of a mail hands none over. */
int smtp_sink_count(struct smtp_sink *sink);
/* "MAIL FROM:<...>" of the last one, with whatever stood behind it; valid until the next. */
const char *smtp_sink_from(struct smtp_sink *sink);
/* Head and body of the last mail; valid until the next one. */
const char *smtp_sink_last(struct smtp_sink *sink);
