#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "aegis/rpc/v1/envelope.pb-c.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/utf8.h"
#include "rpc/envelope.h"

static struct str frame_of(struct arena *arena, const struct rpc_header *h, struct str payload)
{
	size_t size = rpc_header_size(h);
	uint8_t *bytes = arena_alloc(arena, size + payload.len);

	cr_assert_eq(rpc_header_write(bytes, h), bytes + size);
	memcpy(bytes + size, payload.ptr, payload.len);
	return (struct str){(const char *)bytes, size + payload.len};
}

Test(envelope, a_request_comes_back_as_it_was)
{
	struct arena *arena = arena_new(1 << 20);
	struct rpc_header h = {.method_id = 0xfffffffeu,
			       .request_id = "r-1",
			       .traceparent = "00-ab-cd-01",
			       .deadline = -5,
			       .service_token = STR("\0tok"),
			       .principal = STR("prin\0cipal"),
			       .tenant = {{1, 2, 3}},
			       .accept_language = "de"};
	struct rpc_header out;
	struct str payload;

	cr_assert(is_ok(
		rpc_frame_read(arena, frame_of(arena, &h, STR("pay\0load")), &out, &payload)));
	cr_assert_eq(out.method_id, h.method_id);
	cr_assert_str_eq(out.request_id, "r-1");
	cr_assert_str_eq(out.idempotency_key, "");
	cr_assert_eq(out.deadline, -5);
	cr_assert(str_eq(out.service_token, h.service_token) && str_eq(out.principal, h.principal));
	cr_assert(uuid_eq(out.tenant, h.tenant));
	cr_assert(str_eq(payload, STR("pay\0load")));
	arena_free(&arena);
}

Test(envelope, a_reply_comes_back_as_it_was)
{
	struct arena *arena = arena_new(1 << 20);
	struct field_error fields[2] = {{"a", "REQUIRED", "is missing"}, {"b[1]", "TOO_LONG", ""}};
	struct rpc_reply_header h = {.status = FAIL(INVALID_FIELDS),
				     .fields = fields,
				     .n_fields = 2,
				     .retry_after_ms = 7,
				     .draining = true,
				     .server_us = 9};
	struct rpc_reply_header out;
	size_t size = rpc_reply_header_size(&h);
	uint8_t *bytes = malloc(size);
	struct str payload;

	cr_assert_eq(rpc_reply_header_write(bytes, &h), bytes + size);
	cr_assert(is_ok(
		rpc_reply_frame_read(arena, (struct str){(char *)bytes, size}, &out, &payload)));
	cr_assert_eq(out.status.code, STATUS_INVALID_ARGUMENT);
	cr_assert_str_eq(reason_name(out.status.reason), "INVALID_FIELDS");
	cr_assert_eq(out.n_fields, 2);
	cr_assert_str_eq(out.fields[1].field, "b[1]");
	cr_assert(out.draining && out.retry_after_ms == 7 && out.server_us == 9 &&
		  payload.len == 0);
	free(bytes);
	arena_free(&arena);
}

/* A reply as another version of a daemon writes it. */
static struct rpc_reply_header reply_of(struct arena *arena, enum status_code code, char *reason)
{
	Rpc__ReplyHeader m = RPC__REPLY_HEADER__INIT;
	struct rpc_reply_header out;
	struct str payload;
	uint8_t *bytes;
	size_t len;

	m.code = (int32_t)code;
	m.reason = reason;
	len = rpc__reply_header__get_packed_size(&m);
	bytes = arena_calloc(arena, 4 + len, 1);
	bytes[0] = (uint8_t)len;
	rpc__reply_header__pack(&m, bytes + 4);
	cr_assert(is_ok(
		rpc_reply_frame_read(arena, (struct str){(char *)bytes, 4 + len}, &out, &payload)));
	return out;
}

Test(envelope, every_reason_comes_back_as_it_was)
{
	struct arena *arena = arena_new(1 << 20);

	for (int code = STATUS_CANCELLED; code <= STATUS_UNAUTHENTICATED; code++) {
		const enum reason reason = reason_of_code((enum status_code)code);
		struct rpc_reply_header out =
			reply_of(arena, (enum status_code)code, (char *)reason_name(reason));

		cr_expect_eq((int)out.status.code, code);
		cr_expect_eq(out.status.reason, reason);
	}
	cr_expect_eq(reply_of(arena, STATUS_ABORTED, (char *)"VERSION_CONFLICT").status.reason,
		     REASON_VERSION_CONFLICT);
	cr_expect_eq(reply_of(arena, STATUS_OK, (char *)"").status.reason, REASON_NONE);
	arena_free(&arena);
}

Test(envelope, a_reason_of_another_version_keeps_its_code_and_its_name_is_logged)
{
	struct arena *arena = arena_new(1 << 20);
	char logged[1024] = "";
	FILE *log = tmpfile();
	struct rpc_reply_header out;

	log_set_fd(fileno(log));
	out = reply_of(arena, STATUS_NOT_FOUND, (char *)"REASON_OF_TOMORROW");
	log_set_fd(STDERR_FILENO);
	cr_expect_eq(out.status.code, STATUS_NOT_FOUND);
	cr_expect_eq(out.status.reason, REASON_NOT_FOUND);
	cr_assert_gt(pread(fileno(log), logged, sizeof logged - 1, 0), 0);
	cr_expect_not_null(strstr(logged, "REASON_OF_TOMORROW"), "%s", logged);
	fclose(log);
	arena_free(&arena);
}

/* Every cut and every flipped bit is either read or refused, under the sanitizers. */
Test(envelope, damaged_frames_are_refused_or_read_but_never_overrun)
{
	struct arena *arena = arena_new(1 << 20);
	struct rpc_header h = {.method_id = 1, .request_id = "é", .tenant = {{9}}}, out;
	struct str frame = frame_of(arena, &h, STR("body")), payload;

	for (size_t len = 0; len < frame.len; len++) {
		char *cut = malloc(len ? len : 1);
		struct status st;

		memcpy(cut, frame.ptr, len);
		st = rpc_frame_read(arena, (struct str){cut, len}, &out, &payload);
		cr_assert(len >= frame.len - 4 || is_failed(st), "%zu", len);
		free(cut);
	}
	for (size_t bit = 0; bit < frame.len * 8; bit++) {
		char *bad = arena_memdup(arena, frame.ptr, frame.len);
		struct status st;

		bad[bit / 8] ^= (char)(1 << bit % 8);
		st = rpc_frame_read(arena, (struct str){bad, frame.len}, &out, &payload);
		if (is_failed(st))
			cr_assert_str_eq(reason_name(st.reason), "MALFORMED_FRAME");
		else
			cr_assert(utf8_is_valid(out.request_id, strlen(out.request_id)));
	}
	arena_free(&arena);
}
