#pragma once

/*
 * How often an address may be tried.  An attempt is counted before the password
 * is looked at, in a transaction that commits whatever comes of it; success
 * clears the count.  Unknown addresses are counted like known ones.  A network
 * from which the person has signed in before has a lane of its own, so that
 * strangers cannot lock its owner out.  A lock ends by itself.
 */
#include "auth/auth.h"

#define LANE_FAILURES_MAX 10
/* By strangers of one network, whatever accounts they try: one password against many accounts. */
#define LANE_NETWORK_FAILURES_MAX 50
#define LANE_LOCK		  MINUTES(15)
#define LANE_MEMORY		  MINUTES(15)
#define LANE_KEY_BYTES		  32

/* The lane's key; network is NULL for the lane of strangers. */
struct str lane_key(struct rpc_call *call, const char *email, const char *network);
/* The lane of a network's strangers, over all accounts. */
struct str lane_network_key(struct rpc_call *call, const char *network);

/*
 * Inside a transaction: counts one attempt.  *locked_until is 0 when it may be
 * made, else nothing was counted.  *failures counts this attempt, and the lane locks
 * at failures_max of them.
 */
struct status lane_take(struct rpc_call *call, struct str key, int32_t failures_max,
			int32_t *failures, instant *locked_until);
