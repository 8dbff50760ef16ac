#include "auth/account_link.h"

#include "crypto/hash.h"
#include "svc/kit/sealed_mail.h"

/* A verification link stays good after its first use: people press the button twice. */
const struct account_link verification_link = {"verify", "ev", "verify_email", HOURS(24)};
const struct account_link unlock_link = {"unlock", "ul", "unlock", MINUTES(30)};

static struct status insert_token(struct rpc_call *call, const struct account_link *link,
				  const struct link_owner *owner, char *token)
{
	struct bearer bearer = bearer_new(link->bearer_kind, owner->home, uuid_v7(call->now));
	uint8_t hash[BEARER_HASH_BYTES];
	struct status st;

	bearer_hash(hash, &bearer);
	bearer_format(token, &bearer);
	st = q_insert_email_token(call->tx, .id = bearer.id, .account = owner->account,
				  .kind = link->kind,
				  .hash = ((struct str){(const char *)hash, sizeof hash}),
				  .expires_at = call->now + link->ttl, .now = call->now);
	crypto_wipe(&bearer, sizeof bearer);
	return st;
}

struct status account_link_seal(struct rpc_call *call, const struct account_link *link,
				const struct link_owner *owner, struct str *sealed)
{
	char token[BEARER_TEXT];
	const struct mail_word words[] = {
		{"name", owner->name},
		{"token", token},
		{"organization", owner->organization_name},
	};
	Event__SealedMail *mail;
	struct status st;

	TRY(insert_token(call, link, owner, token));
	mail = mail_new(call->arena, link->template, words, sizeof words / sizeof words[0]);
	mail->to = owner->email;
	mail->locale = owner->locale;
	st = mail_seal(call, mail, sealed);
	crypto_wipe(token, sizeof token);
	return st;
}

static bool is_fit(const struct account_link *link, const struct q_mailed_row *account)
{
	return account && strcmp(account->state, "active") == 0 &&
	       (link != &verification_link || !account->email_verified_at);
}

struct status account_link_again(struct rpc_call *call, const struct account_link *link,
				 struct uuid account, struct uuid home, struct str *sealed)
{
	struct q_recent_links_row *recent;
	struct q_mailed_row *row;
	struct link_owner owner;

	*sealed = (struct str){};
	TRY(q_lock_account(call->tx, account, &row));
	if (!is_fit(link, row))
		return OK;
	TRY(q_recent_links(call->tx, &recent, .account = account, .kind = link->kind,
			   .a_minute_ago = call->now - MINUTES(1),
			   .a_day_ago = call->now - DAYS(1)));
	if (recent->in_minute >= LINKS_A_MINUTE || recent->in_day >= LINKS_A_DAY)
		return OK;
	owner = (struct link_owner){account,	home, row->email, row->name, row->organization_name,
				    row->locale};
	return account_link_seal(call, link, &owner, sealed);
}

void account_link_emit(struct rpc_call *call, const char *action, struct uuid account,
		       struct str sealed)
{
	Event__AccountMail payload = EVENT__ACCOUNT_MAIL__INIT;

	payload.user_id = uuid_text(call->arena, account);
	payload.sealed = (ProtobufCBinaryData){.len = sealed.len, .data = (uint8_t *)sealed.ptr};
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = "user",
					   .target_id = account,
					   .payload_case = EVENT__EVENT__PAYLOAD_ACCOUNT_MAIL,
					   .payload = &payload});
}

struct status account_link_parse(const struct account_link *link, const char *token,
				 struct bearer *bearer)
{
	if (!bearer_parse(str_of(token), bearer) || !bearer_is_kind(bearer, link->bearer_kind))
		return FAIL(BAD_TOKEN);
	return OK;
}

struct status account_link_find(struct rpc_call *call, const struct account_link *link,
				const struct bearer *bearer, struct q_email_token_row **row)
{
	TRY(q_email_token(call->tx, bearer->id, link->kind, row));
	if (!*row || (*row)->hash.len != BEARER_HASH_BYTES ||
	    !bearer_matches(bearer, (const uint8_t *)(*row)->hash.ptr) ||
	    (*row)->expires_at <= call->now)
		return FAIL(BAD_TOKEN);
	return OK;
}
