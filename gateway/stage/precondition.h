#pragma once

/*
 * Conditional requests (RFC 9110, 13): the ETag of a single resource is made of the version that
 * the contract names in (aegis.resource), and If-Match and If-None-Match are compared with that.  A
 * precondition that a route cannot evaluate is refused, because a client that sends one relies on
 * it.
 */
#include <stdbool.h>

#include "base/str.h"

struct gw_call;
struct ProtobufCMessage;
struct pb_info;

/*
 * Looks at the request's preconditions before its body.  False when one of them cannot be evaluated
 * here or already fails; the answer (400, 412) is then on its way.
 */
bool gw_take_preconditions(struct gw_call *call);

/*
 * Puts the version of If-Match into the request's resource, for the handler to compare in its
 * transaction.  False when the body names another version; the answer (400) is then on its way.
 */
bool gw_bind_precondition(struct gw_call *call);

/*
 * The ETag of an answer's resource, in the call's arena; len 0 when there is none: the message has
 * no version, the version is 0, or the method changes something other than what its path names.
 */
struct str gw_etag_of(const struct gw_call *call, const struct pb_info *info,
		      const struct ProtobufCMessage *message);

/* Does the resource's ETag let a GET be answered?  False when 304 or 412 is on its way. */
bool gw_preconditions_hold(struct gw_call *call, struct str etag);
