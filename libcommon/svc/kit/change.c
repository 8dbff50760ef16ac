#include "svc/kit/change.h"

#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>

static const void *member_of(const struct change_out *change, unsigned i)
{
	const char *state = change->after ? change->after : change->before;

	return state + change->resource->descriptor->fields[i].offset;
}

/* There is one object of a singleton for each organization, so its id is the organization's. */
static struct uuid target_of(const struct rpc_call *call, const struct change_out *change)
{
	int i = change_target_field(change->resource);
	struct uuid id = {};

	if (change->resource->n_ids == 0)
		return call->tenant;
	if (i >= 0)
		(void)uuid_parse(str_of(*(const char *const *)member_of(change, (unsigned)i)), &id);
	return id;
}

static int64_t version_of(const struct change_out *change)
{
	const struct pb_info *info = change->resource;

	return info->has_version ? *(const int64_t *)member_of(change, info->version) : 0;
}

struct status svc_emit_change(struct rpc_call *call, const char *action,
			      const struct change_out *change)
{
	struct change_texts texts;

	if (!change->resource->kind || (!change->before && !change->after))
		abort();
	TRY(change_write(call->arena, change, &texts));
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = change->resource->kind,
					   .target_id = target_of(call, change),
					   .target_version = version_of(change),
					   .before = texts.before,
					   .after = texts.after,
					   .payload_case = change->payload_case,
					   .payload = change->payload});
	return OK;
}
