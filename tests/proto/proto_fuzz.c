/*
 * Wire bytes for every request of every service, and of what every daemon answers: scan, unpack,
 * validate.  The first two bytes choose the method.  What the scan lets through unpacks without
 * growing past a bound, and validation agrees with the errors it leaves.
 */
#include <aegis/svc/v1/svc.aegis.h>
#include <stdlib.h>

#include "base/arena.h"
#include "contract/services.h"

#define BYTES_A_BYTE 4096 /* that unpacking may take for each byte of the wire */

static void *take(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void keep(void *arena, void *ptr)
{
	(void)arena;
	(void)ptr;
}

static void check(struct arena *arena, const struct rpc_method *method, const uint8_t *wire,
		  size_t len)
{
	ProtobufCAllocator allocator = {take, keep, arena};
	struct field_errors errs = {.arena = arena};
	ProtobufCMessage *msg;

	if (is_failed(method->scan(wire, len)))
		return;
	msg = protobuf_c_message_unpack(method->request->descriptor, &allocator, len, wire);
	if (arena_used(arena) > 65536 + len * BYTES_A_BYTE)
		abort();
	if (!msg)
		return;
	if (is_ok(method->validate(msg, &errs)) != (errs.n == 0))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct rpc_service *service;
	struct arena *arena;
	size_t which;

	if (size < 2)
		return 0;
	which = data[0] % (n_all_services + 1);
	service = which < n_all_services ? all_services[which] : &svc_service;
	arena = arena_new(SIZE_MAX);
	check(arena, &service->methods[data[1] % service->n_methods], data + 2, size - 2);
	arena_free(&arena);
	return 0;
}
