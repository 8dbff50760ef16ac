#include "notification/smtp_verdict.h"

#include <stdbool.h>

#include "base/arena.h"

/* RFC 4954 4 and 6: the server wants another log-in than it was given. */
static bool wants_log_in(int code)
{
	return code == 530 || code == 534 || code == 535 || code == 538;
}

/* RFC 5321 4.2.2: about the dialogue, not about what was to be sent. */
static bool is_confused(int code)
{
	return code == 500 || code == 502 || code == 503 || code == 504;
}

static enum smtp_verdict judge_mail_command(const struct smtp_answer *answer)
{
	/* RFC 1870 6.1, RFC 3463 X.3.4: this mail is too large; the next one may not be. */
	if (answer->code == 552 || (answer->subject == 3 && answer->detail == 4))
		return SMTP_LATER;
	return SMTP_NO_SERVICE;
}

enum smtp_verdict smtp_judge(const struct smtp_answer *answer)
{
	if (answer->step == SMTP_MAIL)
		return judge_mail_command(answer);
	if (answer->step < SMTP_RCPT || wants_log_in(answer->code))
		return SMTP_NO_SERVICE;
	if (answer->code < 500 || answer->code > 599 || is_confused(answer->code))
		return SMTP_LATER;
	/* RFC 3463 X.3: the state of the server, but for the size of the mail (X.3.4). */
	if (answer->subject == 3 && answer->detail != 4)
		return SMTP_LATER;
	/* RFC 3463 X.7.1 to RCPT: we may not relay there, which may be the account's fault. */
	if (answer->step == SMTP_RCPT && answer->subject == 7 && answer->detail == 1)
		return SMTP_LATER;
	return SMTP_REFUSED;
}

const char *smtp_answer_text(struct arena *arena, const struct smtp_answer *answer)
{
	static const char *const names[] = {
		[SMTP_CONNECT] = "CONNECT",   [SMTP_GREETING] = "GREETING", [SMTP_EHLO] = "EHLO",
		[SMTP_STARTTLS] = "STARTTLS", [SMTP_AUTH] = "AUTH",	    [SMTP_MAIL] = "MAIL",
		[SMTP_RCPT] = "RCPT",	      [SMTP_DATA] = "DATA",	    [SMTP_END] = "END",
	};
	const char *name = names[answer->step];

	if (answer->code == 0)
		return arena_printf(arena, "%s no answer", name);
	if (answer->subject == 0 && answer->detail == 0)
		return arena_printf(arena, "%s %d", name, answer->code);
	return arena_printf(arena, "%s %d %d.%d.%d", name, answer->code, answer->code / 100,
			    answer->subject, answer->detail);
}
