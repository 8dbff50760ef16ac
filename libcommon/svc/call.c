/* What a handler may do with its call. */
#include "svc/call.h"

#include "contract/json_path.h"

struct status call_field_error(struct rpc_call *call, const char *field, const char *reason,
			       const char *message)
{
	if (call->method)
		field = contract_json_path(call->arena, call->method->request, field);
	field_errors_add(&call->errors, field, reason, message);
	return FAIL(INVALID_FIELDS);
}
