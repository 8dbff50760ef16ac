#pragma once

/*
 * A mail server in threads, just enough of RFC 5321 to be handed mails: it keeps the
 * last one, and answers each step as its script says.
 */
struct smtp_sink;

struct smtp_sink *smtp_sink_start(void);
/* Ends every dialogue, too. */
void smtp_sink_stop(struct smtp_sink *sink);
/* "smtp://127.0.0.1:<port>" */
const char *smtp_sink_url(const struct smtp_sink *sink);
/* From now on RCPT is answered with this code: 250, 451, 550. */
void smtp_sink_answer(struct smtp_sink *sink, int code);

/*
 * The steps that a script names; QUIT is the good-bye, END the mail's final dot.
 * A reply is the line that is said ("550 5.1.1 unknown"), or SINK_HANGS (nothing is said
 * until the other side goes), SINK_DROPS (the connection ends), NULL (as usual).
 */
enum sink_step {
	SINK_GREETING,
	SINK_EHLO,
	SINK_STARTTLS,
	SINK_AUTH,
	SINK_MAIL,
	SINK_RCPT,
	SINK_DATA,
	SINK_END,
	SINK_QUIT,
	SINK_STEPS,
};
#define SINK_HANGS "hangs"
#define SINK_DROPS "drops"
void smtp_sink_script(struct smtp_sink *sink, enum sink_step step, const char *reply);
/* The script of RCPT is for addresses with this word; NULL: for all. */
void smtp_sink_only_for(struct smtp_sink *sink, const char *word);
/* "STARTTLS", "AUTH PLAIN": further lines of the answer to EHLO, parted by "\r\n250-"; NULL: none.
 */
void smtp_sink_offer(struct smtp_sink *sink, const char *extension);

/* Ends every dialogue, as a server does that has waited for long. */
void smtp_sink_drop_all(struct smtp_sink *sink);

/* Whole ones: a connection that ends in the middle of a mail hands none over. */
int smtp_sink_count(struct smtp_sink *sink);
/* Dialogues that were begun. */
int smtp_sink_dialogues(struct smtp_sink *sink);
/* How often MAIL was said. */
int smtp_sink_tries(struct smtp_sink *sink);
/* How often AUTH was said. */
int smtp_sink_logins(struct smtp_sink *sink);
/* "MAIL FROM:<...>" of the last one, with whatever stood behind it; valid until the next. */
const char *smtp_sink_from(struct smtp_sink *sink);
/* Head and body of the last mail; valid until the next one. */
const char *smtp_sink_last(struct smtp_sink *sink);
