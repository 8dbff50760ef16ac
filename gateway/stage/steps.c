/*
 * The order of the stages that a request passes after its head was read.  A stage either answers,
 * or waits (for Redis or a daemon), or calls gw_next().  Nobody else knows the order.
 */
#include <assert.h>

#include "call.h"

static void (*const steps[])(struct gw_call *call) = {
	gw_authenticate, /* whose call it is, and whether the rule lets them in */
	gw_admit,	 /* session, tenant, limits, confirmed address */
	gw_use_grant,	 /* an administrator in a tenant */
	gw_transcode,	 /* HTTP to a valid message */
	gw_call_daemon,	 /* the daemon, and the answer */
};

void gw_next(struct gw_call *call)
{
	assert(call->step < sizeof steps / sizeof steps[0]);
	steps[call->step++](call);
}
