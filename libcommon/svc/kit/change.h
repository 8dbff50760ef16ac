#pragma once

/* The event of a change of a resource; change_text.h says what its `before` and `after` contain. */
#include "svc/kit/change_text.h"
#include "svc/svc.h"

/*
 * Emits the event as svc_emit() does, under the same conditions.  The target follows from the
 * resource's declaration; a singleton's id is the tenant's.  Aborts when there is no state, and
 * when a state is no message of the resource.  Makes no query.  INTERNAL/UNWRITABLE_MESSAGE when
 * a state has no JSON form.
 */
struct status svc_emit_change(struct rpc_call *call, const char *action,
			      const struct change_out *change);
