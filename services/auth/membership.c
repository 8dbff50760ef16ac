#include "auth/membership.h"

#include "auth/session.h"
#include "base/log.h"
#include <aegis/event/v1/event.aegis.h>

#define CHANGES_MEMBERS "users:write"

bool membership_may_change(const struct principal *asked, struct uuid organization)
{
	return asked && asked->kind == PRINCIPAL_USER && uuid_eq(asked->tenant, organization) &&
	       principal_has_permission(asked, CHANGES_MEMBERS);
}

struct status membership_put(struct rpc_call *call, const struct membership_news *news,
			     bool *changed)
{
	struct q_account_row *account;
	int64_t written;

	TRY(q_account_by_id(call->tx, news->account, &account));
	if (!account)
		return FAIL(USER_NOT_FOUND);
	TRY(q_put_membership(call->tx, &written, .account = news->account,
			     .organization = news->organization, .role = news->role,
			     .permissions = news->permissions, .epoch = news->epoch,
			     .active = news->active, .now = call->now));
	*changed = written > 0;
	if (!*changed)
		return OK;
	if (!news->active)
		TRY(q_end_member_sessions(call->tx, news->account, news->organization, call->now));
	return sessions_changed(call, news->account);
}

struct status membership_on_event(struct rpc_call *call, const struct Event__Event *event)
{
	const Event__MembershipChanged *payload = event->membership_changed;
	struct membership_news news = {.organization = call->tenant};
	struct status st;
	bool changed;

	if (event->payload_case != EVENT__EVENT__PAYLOAD_MEMBERSHIP_CHANGED ||
	    !uuid_parse(str_of(payload->user_id), &news.account))
		return FAIL(MALFORMED_EVENT);
	if (!membership_may_change(svc_event_principal(call, event), news.organization))
		return FAIL(PERMISSION_REQUIRED);
	news.role = payload->role;
	news.permissions = (struct text_list){payload->permissions, payload->n_permissions};
	news.epoch = (int64_t)payload->epoch;
	news.active = payload->active;
	st = membership_put(call, &news, &changed);
	if (st.code != STATUS_NOT_FOUND)
		return st;
	/* The account is gone, so there is nothing left that could be wrong. */
	log_warn("a membership of nobody", KV("user", news.account));
	return OK;
}
