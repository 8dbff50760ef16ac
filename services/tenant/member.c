#include "tenant/member.h"

#include "contract/manifest.h"

#define OWNER "owner"

static bool is_owner(const struct q_member_row *row)
{
	return row->active && strcmp(row->role, OWNER) == 0;
}

struct status member_may_give(const struct q_member_row *actor, const char *role)
{
	if (!contract_role_covers(actor->role, role))
		return FAIL(ROLE_ABOVE_YOURS);
	return OK;
}

static struct q_member_row *find(struct q_member_row *rows, size_t n, struct uuid id)
{
	for (size_t i = 0; i < n; i++)
		if (uuid_eq(rows[i].id, id))
			return &rows[i];
	return NULL;
}

static size_t count_owners(const struct q_member_row *rows, size_t n)
{
	size_t owners = 0;

	for (size_t i = 0; i < n; i++)
		owners += is_owner(&rows[i]);
	return owners;
}

struct status member_lock(struct rpc_call *call, struct uuid id, const char *role,
			  struct q_member_row **member)
{
	const struct q_member_row *actor;
	struct q_member_row *rows, *row;
	size_t n;

	TRY(q_lock_members(call->tx, call->principal->id, id, &rows, &n));
	actor = find(rows, n, call->principal->id);
	if (!actor || !actor->active || !contract_role_has(actor->role, "users:write"))
		return FAIL(PERMISSION_REQUIRED);
	row = find(rows, n, id);
	if (!row)
		return FAIL(USER_NOT_FOUND);
	TRY(member_may_give(actor, row->role));
	if (role)
		TRY(member_may_give(actor, role));
	if (is_owner(row) && (!role || strcmp(role, OWNER) != 0) && count_owners(rows, n) == 1)
		return FAIL(LAST_OWNER);
	*member = row;
	return OK;
}
