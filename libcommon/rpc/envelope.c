#include "rpc/envelope.h"

#include <string.h>

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"
#include "rpc/pb_arena.h"

#define LENGTH_BYTES 4
/* Of what a log line repeats of another process. */
#define REASON_NAME_MAX 63

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

static ProtobufCBinaryData bytes_of(struct str s)
{
	return (ProtobufCBinaryData){.len = s.len, .data = (uint8_t *)(uintptr_t)s.ptr};
}

static struct str str_of_bytes(ProtobufCBinaryData b)
{
	return (struct str){(const char *)b.data, b.len};
}

static bool is_utf8(const char *s)
{
	return utf8_is_valid(s, strlen(s));
}

static uint8_t *write_length(uint8_t *out, size_t len)
{
	for (int i = 0; i < LENGTH_BYTES; i++)
		*out++ = (uint8_t)(len >> 8 * i);
	return out;
}

/* The two parts of a frame. */
static bool split(struct str frame, struct str *header, struct str *payload)
{
	const uint8_t *p = (const uint8_t *)frame.ptr;
	size_t len;

	if (frame.len < LENGTH_BYTES || frame.len > RPC_MESSAGE_MAX)
		return false;
	len = p[0] | (size_t)p[1] << 8 | (size_t)p[2] << 16 | (size_t)p[3] << 24;
	if (len > RPC_HEADER_MAX || len > frame.len - LENGTH_BYTES)
		return false;
	*header = (struct str){frame.ptr + LENGTH_BYTES, len};
	*payload = (struct str){header->ptr + len, frame.len - LENGTH_BYTES - len};
	return true;
}

static Rpc__RequestHeader request_message(const struct rpc_header *h)
{
	Rpc__RequestHeader m = RPC__REQUEST_HEADER__INIT;

	m.method_id = h->method_id;
	m.request_id = or_empty(h->request_id);
	m.traceparent = or_empty(h->traceparent);
	m.deadline_us = h->deadline;
	m.service_token = bytes_of(h->service_token);
	m.principal = bytes_of(h->principal);
	if (!uuid_is_nil(h->tenant))
		m.tenant_id = bytes_of((struct str){(const char *)h->tenant.bytes, 16});
	m.idempotency_key = or_empty(h->idempotency_key);
	m.client_addr = or_empty(h->client_addr);
	m.user_agent = or_empty(h->user_agent);
	m.accept_language = or_empty(h->accept_language);
	return m;
}

size_t rpc_header_size(const struct rpc_header *header)
{
	Rpc__RequestHeader m = request_message(header);

	return LENGTH_BYTES + rpc__request_header__get_packed_size(&m);
}

uint8_t *rpc_header_write(uint8_t *out, const struct rpc_header *header)
{
	Rpc__RequestHeader m = request_message(header);
	size_t len = rpc__request_header__pack(&m, out + LENGTH_BYTES);

	return write_length(out, len) + len;
}

static bool take_request(const Rpc__RequestHeader *m, struct rpc_header *out)
{
	if (m->tenant_id.len != 0 && m->tenant_id.len != 16)
		return false;
	if (!is_utf8(m->request_id) || !is_utf8(m->traceparent) || !is_utf8(m->idempotency_key) ||
	    !is_utf8(m->client_addr) || !is_utf8(m->user_agent) || !is_utf8(m->accept_language))
		return false;
	*out = (struct rpc_header){
		.method_id = m->method_id,
		.request_id = m->request_id,
		.traceparent = m->traceparent,
		.deadline = m->deadline_us,
		.service_token = str_of_bytes(m->service_token),
		.principal = str_of_bytes(m->principal),
		.idempotency_key = m->idempotency_key,
		.client_addr = m->client_addr,
		.user_agent = m->user_agent,
		.accept_language = m->accept_language,
	};
	if (m->tenant_id.len)
		memcpy(out->tenant.bytes, m->tenant_id.data, 16);
	return true;
}

struct status rpc_frame_read(struct arena *arena, struct str frame, struct rpc_header *header,
			     struct str *payload)
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);
	struct str head, body;
	const Rpc__RequestHeader *m;

	if (!split(frame, &head, &body))
		return FAIL(MALFORMED_FRAME);
	m = rpc__request_header__unpack(&allocator, head.len, (const uint8_t *)head.ptr);
	if (!m || !take_request(m, header))
		return FAIL(MALFORMED_FRAME);
	*payload = body;
	return OK;
}

/* A reply's message and the field errors it points to. */
struct reply_message {
	Rpc__ReplyHeader base;
	Rpc__FieldError fields[FIELD_ERRORS_MAX];
	Rpc__FieldError *pointers[FIELD_ERRORS_MAX];
};

static void fill_reply(struct reply_message *m, const struct rpc_reply_header *h)
{
	m->base = (Rpc__ReplyHeader)RPC__REPLY_HEADER__INIT;
	m->base.code = (int32_t)h->status.code;
	m->base.reason = (char *)reason_name(h->status.reason);
	m->base.retry_after_ms = h->retry_after_ms;
	m->base.draining = h->draining;
	m->base.detail = or_empty(h->detail);
	m->base.server_us = h->server_us;
	m->base.fields = m->pointers;
	for (size_t i = 0; i < h->n_fields && i < FIELD_ERRORS_MAX; i++) {
		m->fields[i] = (Rpc__FieldError)RPC__FIELD_ERROR__INIT;
		m->fields[i].field = or_empty(h->fields[i].field);
		m->fields[i].reason = or_empty(h->fields[i].reason);
		m->fields[i].message = or_empty(h->fields[i].message);
		m->pointers[i] = &m->fields[i];
		m->base.n_fields++;
	}
}

size_t rpc_reply_header_size(const struct rpc_reply_header *header)
{
	struct reply_message m;

	fill_reply(&m, header);
	return LENGTH_BYTES + rpc__reply_header__get_packed_size(&m.base);
}

uint8_t *rpc_reply_header_write(uint8_t *out, const struct rpc_reply_header *header)
{
	struct reply_message m;
	size_t len;

	fill_reply(&m, header);
	len = rpc__reply_header__pack(&m.base, out + LENGTH_BYTES);
	return write_length(out, len) + len;
}

static bool take_fields(struct arena *arena, const Rpc__ReplyHeader *m,
			struct rpc_reply_header *out)
{
	struct field_error *fields;

	if (m->n_fields > FIELD_ERRORS_MAX)
		return false;
	fields = arena_array_of(arena, struct field_error, m->n_fields);
	for (size_t i = 0; i < m->n_fields; i++) {
		const Rpc__FieldError *f = m->fields[i];

		if (!is_utf8(f->field) || !is_utf8(f->reason) || !is_utf8(f->message))
			return false;
		fields[i] = (struct field_error){f->field, f->reason, f->message};
	}
	out->fields = fields;
	out->n_fields = m->n_fields;
	return true;
}

/* The other process may be of an older or a newer version and know other reasons. */
static struct status take_status(const Rpc__ReplyHeader *m)
{
	bool is_known;
	struct status st = status_parse((enum status_code)m->code, m->reason, &is_known);

	if (!is_known)
		log_warn("a reply names a reason that this version does not know",
			 KV("name", strlen(m->reason) <= REASON_NAME_MAX ? m->reason : "too long"),
			 KV_STATUS(st));
	return st;
}

static bool take_reply(struct arena *arena, const Rpc__ReplyHeader *m, struct rpc_reply_header *out)
{
	struct rpc_reply_header h = {
		.retry_after_ms = m->retry_after_ms,
		.draining = m->draining,
		.detail = m->detail,
		.server_us = m->server_us,
	};

	if (m->code < STATUS_OK || m->code > STATUS_UNAUTHENTICATED || !is_utf8(m->reason) ||
	    !is_utf8(m->detail) || !take_fields(arena, m, &h))
		return false;
	h.status = take_status(m);
	*out = h;
	return true;
}

struct status rpc_reply_frame_read(struct arena *arena, struct str frame,
				   struct rpc_reply_header *header, struct str *payload)
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);
	struct str head, body;
	const Rpc__ReplyHeader *m;

	if (!split(frame, &head, &body))
		return FAIL(MALFORMED_FRAME);
	m = rpc__reply_header__unpack(&allocator, head.len, (const uint8_t *)head.ptr);
	if (!m || !take_reply(arena, m, header))
		return FAIL(MALFORMED_FRAME);
	*payload = body;
	return OK;
}
