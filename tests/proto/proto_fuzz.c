/*
 * Wire bytes for every request of every service: scan, unpack, validate.  The
 * first two bytes choose the method.  What the scan lets through unpacks without
 * growing past a bound, and validation agrees with the errors it leaves.
 */
#include <aegis/audit/v1/audit.aegis.h>
#include <aegis/auth/v1/auth.aegis.h>
#include <aegis/compliance/v1/compliance.aegis.h>
#include <aegis/consumer/v1/consumer.aegis.h>
#include <aegis/notification/v1/notification.aegis.h>
#include <aegis/program/v1/program.aegis.h>
#include <aegis/svc/v1/svc.aegis.h>
#include <aegis/tenant/v1/tenant.aegis.h>
#include <stdlib.h>

#include "base/arena.h"

#define BYTES_A_BYTE 4096 /* that unpacking may take for each byte of the wire */

static const struct rpc_service *const services[] = {
	&audit_service,	       &auth_service,	 &compliance_service, &consumer_service,
	&notification_service, &program_service, &svc_service,	      &tenant_service,
};

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

	if (size < 2)
		return 0;
	service = services[data[0] % (sizeof services / sizeof services[0])];
	arena = arena_new(SIZE_MAX);
	check(arena, &service->methods[data[1] % service->n_methods], data + 2, size - 2);
	arena_free(&arena);
	return 0;
}
