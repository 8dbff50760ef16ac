#pragma once

/*
 * The frame between daemons (proto/aegis/rpc/v1/envelope.proto):
 *
 *   u32 little-endian length of header | header (protobuf) | payload (protobuf)
 *
 * Knows nothing of sockets; every decoder here takes hostile bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "base/uuid.h"
#include "contract/method.h"

struct arena;

/* The whole frame, both ways; RPC_EDGE_MAX is what the gateway lets in. */
#define RPC_MESSAGE_MAX ((size_t)4 * 1024 * 1024)
#define RPC_EDGE_MAX	((size_t)1024 * 1024)
#define RPC_HEADER_MAX	((size_t)32 * 1024)

/* A method id no service has: answered by the server itself, needs no token. */
#define RPC_PING 0u

/* What goes in front of a request.  Strings are "" when absent, on both sides. */
struct rpc_header {
	uint32_t method_id;
	const char *request_id;
	const char *traceparent;
	instant deadline;	  /* absolute, wall clock; 0 when none */
	struct str service_token; /* the client fills it */
	struct str principal;	  /* SignedPrincipal bytes, forwarded unchanged */
	struct uuid tenant;	  /* nil when the caller sets none */
	const char *idempotency_key;
	const char *client_addr;
	const char *user_agent;
	const char *accept_language; /* the field of HTTP, as the client sent it */
};

/* What comes back in front of a response. */
struct rpc_reply_header {
	struct status status;
	const struct field_error *fields;
	size_t n_fields;
	uint32_t retry_after_ms;
	bool draining;
	const char *detail; /* a sentence for a person, "" when none */
	uint32_t server_us;
};

/* Length of the frame without its payload: 4 + the packed header. */
size_t rpc_header_size(const struct rpc_header *header);
size_t rpc_reply_header_size(const struct rpc_reply_header *header);

/* Writes exactly that many bytes; returns the end, where the payload goes. */
uint8_t *rpc_header_write(uint8_t *out, const struct rpc_header *header);
uint8_t *rpc_reply_header_write(uint8_t *out, const struct rpc_reply_header *header);

/*
 * Takes a frame apart: the header into the arena, *payload into the frame.
 * INVALID_ARGUMENT/MALFORMED_FRAME when it is none, a string is no UTF-8 or a
 * fixed-size field has another size.
 */
struct status rpc_frame_read(struct arena *arena, struct str frame, struct rpc_header *header,
			     struct str *payload);
struct status rpc_reply_frame_read(struct arena *arena, struct str frame,
				   struct rpc_reply_header *header, struct str *payload);
