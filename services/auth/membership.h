#pragma once

/*
 * The resolved copy of who belongs to which organization.  tenant decides; a
 * greater epoch replaces a lesser one, so news may come twice and in any order.
 */
#include "auth/auth.h"

struct Event__Event;

struct membership_news {
	struct uuid account;
	struct uuid organization;
	const char *role;
	struct text_list permissions;
	int64_t epoch;
	bool active;
};

/*
 * May this principal change who belongs to the organization?  tenant decides which
 * change is right; that somebody of the organization asked for one is proven by the
 * gateway's signature, so that tenant's key alone makes nobody a member.
 */
bool membership_may_change(const struct principal *asked, struct uuid organization);

/*
 * Inside a transaction of the organization.  *changed: it was news, sessions of
 * removed members have ended, and sessions_publish() is due after the commit
 * (a job does it too).  NOT_FOUND/USER_NOT_FOUND.
 */
struct status membership_put(struct rpc_call *call, const struct membership_news *news,
			     bool *changed);

/*
 * membership.changed: the same, when PutMembership did not get through.
 * PERMISSION_DENIED/PERMISSION_REQUIRED
 */
struct status membership_on_event(struct rpc_call *call, const struct Event__Event *event);
