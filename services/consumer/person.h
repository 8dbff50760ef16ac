#pragma once

/*
 * Who takes a screener, where the program counts the attempts of one person
 * over several sessions.  An e-mail address or a partner's reference comes in;
 * only a keyed hash of it is stored.
 */
#include <aegis/program/v1/program.aegis.h>

#include "consumer/consumer.h"

/*
 * Does the request name the consumer in the way that the program counts by, and in no other?
 * INVALID_ARGUMENT/INVALID_FIELDS.
 */
struct status person_check(struct rpc_call *call, const Program__PublishedVersion *version,
			   const Consumer__Session *asked);

/*
 * The person of a request that person_check() let through, found or made in the open
 * transaction; NULL where the program counts by session.  UNAVAILABLE/KEYS_UNAVAILABLE.
 */
struct status person_take(struct rpc_call *call, const Program__PublishedVersion *version,
			  const Consumer__Session *asked, const struct uuid **out);
