#pragma once

/*
 * One-time links that are mailed to the owner of an account.  A token leaves this process once,
 * sealed to notification; the table keeps a hash.  What strangers can cause to be mailed is
 * limited for each account and kind of link.
 */
#include "auth/auth.h"
#include "crypto/bearer.h"

#define LINKS_A_MINUTE 1
#define LINKS_A_DAY    5

struct account_link {
	const char *kind;	 /* of the row: "verify", "unlock" */
	const char *bearer_kind; /* of the token: "ev", "ul" */
	const char *template;
	instant ttl;
};

extern const struct account_link verification_link, unlock_link;

/* To whom. */
struct link_owner {
	struct uuid account;
	struct uuid home; /* the tenant of the transaction and of the event */
	const char *email, *name, *organization_name, *locale;
};

/*
 * Inside a transaction of owner->home: makes a token and seals the mail that holds it.
 * Statuses of mail_seal().
 */
struct status account_link_seal(struct rpc_call *call, const struct account_link *link,
				const struct link_owner *owner, struct str *sealed);

/*
 * The same within the limits, for an account that is locked until the commit: *sealed is empty
 * when the account is gone, or had as many mails of this kind as it may have.  A link to
 * confirm an address is for active accounts that are not confirmed.
 */
struct status account_link_again(struct rpc_call *call, const struct account_link *link,
				 struct uuid account, struct uuid home, struct str *sealed);

/* Emits the action with the sealed mail for notification. */
void account_link_emit(struct rpc_call *call, const char *action, struct uuid account,
		       struct str sealed);

/*
 * Inside a transaction: the token's row when it is a live link of this kind.
 * INVALID_ARGUMENT/BAD_TOKEN.
 */
struct status account_link_find(struct rpc_call *call, const struct account_link *link,
				const struct bearer *bearer, struct q_email_token_row **row);
/* INVALID_ARGUMENT/BAD_TOKEN unless it is a token of this kind by its form. */
struct status account_link_parse(const struct account_link *link, const char *token,
				 struct bearer *bearer);
