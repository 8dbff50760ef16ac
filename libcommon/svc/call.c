/* What a handler may do with its call. */
#include "svc/call.h"

struct status call_field_error(struct rpc_call *call, const char *field, const char *reason,
			       const char *message)
{
	field_errors_add(&call->errors, field, reason, message);
	return FAIL(INVALID_ARGUMENT, "INVALID_FIELDS");
}
