#pragma once

/* Break-glass grants: a platform administrator's access to one tenant, for a reason and a time. */
#include "svc/kit/list_page.h"
#include "tenant/tenant.h"

#define GRANT_MINUTES_USUAL 60

struct status grant_show(struct rpc_call *call, const struct q_grant_row *row,
			 Tenant__BreakGlassGrant *out);

struct grant_list {
	Tenant__BreakGlassGrant **grants;
	size_t n;
	const char *next_page_token;
};

/* The opened page, of one organization or with NULL of all; the newest first. */
struct status grant_list_page(struct rpc_call *call, const struct uuid *organization,
			      struct list_page *page, struct grant_list *out);
