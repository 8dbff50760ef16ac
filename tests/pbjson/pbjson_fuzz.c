/*
 * Arbitrary bytes as a document: refused, or a message that is written as
 * valid JSON which reads back as the same bytes on the wire.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "pbjson/pbjson.h"
#include "pbjson/tables.h"
#include "sample.pb-c.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct str packed(struct arena *arena, const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *out = arena_alloc(arena, len);

	protobuf_c_message_pack(msg, out);
	return (struct str){(char *)out, len};
}

static void must(bool held)
{
	if (!held)
		abort();
}

static void check_round_trip(struct arena *arena, const struct pb_info *info,
			     const ProtobufCMessage *msg, const struct pbjson_options *options)
{
	struct strbuf buf = strbuf_new(arena);
	struct pbjson_error error;
	ProtobufCMessage *again;

	must(is_ok(pbjson_write(&buf, info, msg, NULL)));
	must(utf8_is_valid(buf.ptr, buf.len));
	must(is_ok(pbjson_parse(arena, info, strbuf_str(&buf), options, &again, &error)));
	must(str_eq(packed(arena, msg), packed(arena, again)));
}

/* The first line is a path, the rest its text. */
static void bind_lines(struct arena *arena, const struct pb_info *info, struct str input)
{
	struct pbjson_binder binder = {.arena = arena, .info = info};
	struct strbuf buf = strbuf_new(arena);

	binder.msg = pbjson_new(arena, info);
	for (int i = 0; i < 16 && input.len; i++) {
		struct str path = str_take_until(&input, '=');
		struct str text = str_take_until(&input, '&');

		if (is_failed(pbjson_bind(&binder, path, text)))
			must(binder.error.reason != PBJSON_NONE);
	}
	must(is_ok(pbjson_write(&buf, info, binder.msg, NULL)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pb_info *info = table_of(&sample__all__descriptor);
	struct arena *arena = arena_new(1 << 24);
	struct pbjson_paths paths = {};
	struct pbjson_options options = {
		.present = &paths, .max_elements = 1 << 20, .max_bytes = 1 << 24};
	struct str input = {(const char *)data, size};
	struct pbjson_error error;
	ProtobufCMessage *msg;

	if (is_ok(pbjson_parse(arena, info, input, &options, &msg, &error)))
		check_round_trip(arena, info, msg, &options);
	else
		must(error.reason != PBJSON_NONE && error.offset <= size);
	bind_lines(arena, info, input);
	arena_free(&arena);
	return 0;
}
