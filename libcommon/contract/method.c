#include "contract/method.h"

#include "base/arena.h"

const struct rpc_method *rpc_service_find(const struct rpc_service *service, uint32_t id)
{
	for (size_t i = 0; i < service->n_methods; i++)
		if (service->methods[i].id == id)
			return &service->methods[i];
	return NULL;
}

void field_errors_add(struct field_errors *errs, const char *field, const char *reason,
		      const char *message)
{
	if (errs->n == FIELD_ERRORS_MAX)
		return;
	errs->items[errs->n++] =
		(struct field_error){.field = arena_strdup(errs->arena, field),
				     .reason = reason,
				     .message = arena_strdup(errs->arena, message)};
}
