#include "notification/allowance.h"

#include <ctype.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "notification/notification.h"
#include "notification/settings.h"

#define RECIPIENT_KEY "recipient"

static struct status take(struct rpc_call *call, struct str who, long most, enum reason reason)
{
	date_days today = date_of_instant(call->now);
	struct q_allowance_row *row;

	TRY(q_take_allowance(call->tx, who, today, (int32_t)most, &row));
	if (row)
		return OK;
	call->retry_after_ms =
		(uint32_t)(((instant)(today + 1) * DAYS(1) - call->now) / MILLIS(1)) + 1;
	return fail_as(reason);
}

/* "code" ‖ MAC(address), so that a flood of one kind leaves the other kinds their own. */
static struct status recipient_of(struct rpc_call *call, const struct mail *mail, struct str *who)
{
	const struct key *key = keyring_newest(svc_keyring(call->svc), RECIPIENT_KEY);
	char *address = arena_strdup(call->arena, mail->to);
	uint8_t mac[MAC_BYTES];
	struct strbuf out = strbuf_new(call->arena);

	if (!key)
		return FAIL(NO_RECIPIENT_KEY);
	for (char *c = address; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	crypto_mac(mac, key->bytes, address, strlen(address));
	strbuf_add_c(&out, mail->template);
	strbuf_add_char(&out, ':');
	strbuf_add(&out, (const char *)mac, sizeof mac);
	*who = strbuf_str(&out);
	return OK;
}

struct status allowance_take(struct rpc_call *call, const struct mail *mail)
{
	struct str recipient;

	/* An alert goes to those whom the tenant named, as often as its sources change. */
	if (mail_class(mail->template) == JOB_NORMAL)
		return OK;
	/* Codes and links are few by their own limits; what a tenant writes is not. */
	if (mail_class(mail->template) == JOB_BULK)
		TRY(take(call, STR("tenant"), notification_config.mails_per_day,
			 REASON_MAIL_ALLOWANCE_TENANT));
	TRY(recipient_of(call, mail, &recipient));
	return take(call, recipient, notification_config.mails_per_recipient,
		    REASON_MAIL_ALLOWANCE_RECIPIENT);
}

bool allowance_is_used_up(struct status st)
{
	return st.reason == REASON_MAIL_ALLOWANCE_TENANT ||
	       st.reason == REASON_MAIL_ALLOWANCE_RECIPIENT;
}
