/* What a handler may do with its call. */
#include "svc/call.h"

#include "contract/json_path.h"
#include "contract/mask.h"

struct status call_field_error(struct rpc_call *call, const char *field, const char *reason,
			       const char *message)
{
	if (call->method)
		field = contract_json_path(call->arena, call->method->request, field);
	field_errors_add(&call->errors, field, reason, message);
	return FAIL(INVALID_FIELDS);
}

struct status call_check_mask(struct rpc_call *call, const struct Google__Protobuf__FieldMask *mask,
			      const char *resource, const char *const *writable)
{
	const char *stranger = mask_find_stranger(mask, writable);

	if (!stranger)
		return OK;
	return call_field_error(call, arena_printf(call->arena, "%s.%s", resource, stranger),
				"READ_ONLY", "cannot be changed");
}
