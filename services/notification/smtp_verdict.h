#pragma once

/*
 * What an SMTP server's answer means for a mail.  A reply code says little without
 * the step it answers: 550 to RCPT refuses one mail, 550 to MAIL refuses our account
 * and says nothing about the mail.  README.md holds the same table with the paragraphs.
 */
struct arena;

/* Where the dialogue stood, in its order (RFC 5321 3 and 4.3.2, RFC 3207, RFC 4954). */
enum smtp_step {
	SMTP_CONNECT, /* no greeting yet */
	SMTP_GREETING,
	SMTP_EHLO,
	SMTP_STARTTLS,
	SMTP_AUTH,
	SMTP_MAIL,
	SMTP_RCPT,
	SMTP_DATA,
	SMTP_END, /* the mail itself, up to the answer to its final dot */
};

struct smtp_answer {
	enum smtp_step step;
	int code; /* 0: no answer to this step (silence, a lost connection, failed TLS) */
	/* The enhanced code's subject and detail (RFC 3463), 0 when there is none. */
	int subject;
	int detail;
};

enum smtp_verdict {
	SMTP_SENT,
	SMTP_REFUSED,	 /* final for this mail */
	SMTP_LATER,	 /* this mail did not pass this time: an attempt is used up */
	SMTP_NO_SERVICE, /* server or account: every mail waits, and none uses up an attempt */
};

/* Of a dialogue that did not hand the mail over; never SMTP_SENT. */
enum smtp_verdict smtp_judge(const struct smtp_answer *answer);

/* "RCPT 550 5.1.1", "AUTH no answer": nothing of the server's words. */
const char *smtp_answer_text(struct arena *arena, const struct smtp_answer *answer);
