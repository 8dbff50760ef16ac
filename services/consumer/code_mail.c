#include "consumer/code_mail.h"

#include "svc/kit/sealed_mail.h"

struct status code_mail_seal(struct rpc_call *call, const struct code_mail *mail, struct str *out)
{
	char expires[INSTANT_TEXT];
	const struct mail_word words[] = {
		{"code", mail->code},
		{"program", mail->program},
		{"expires", expires},
	};
	Event__SealedMail *message =
		mail_new(call->arena, "code", words, sizeof words / sizeof words[0]);

	instant_format(expires, mail->expires_at);
	message->to = mail->to;
	message->locale = mail->locale;
	return mail_seal(call, message, out);
}
