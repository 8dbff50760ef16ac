/*
 * Random messages: struct to JSON to struct must pack to the same bytes.  And
 * damaged documents: cut at every byte and changed at random, which must never
 * do worse than be refused.  AEGIS_SEED repeats a run.
 */
#include <stdlib.h>

#include "base/utf8.h"
#include "pbjson/codec.h"
#include "pbjson/random.h"

static struct str packed(struct arena *arena, const ProtobufCMessage *msg)
{
	size_t len = protobuf_c_message_get_packed_size(msg);
	uint8_t *out = arena_alloc(arena, len);

	protobuf_c_message_pack(msg, out);
	return (struct str){(char *)out, len};
}

static void round_trip(struct arena *arena, const struct pbjson_write_options *options)
{
	ProtobufCMessage *msg = random_message(arena, ALL), *again = NULL;
	struct strbuf buf = strbuf_new(arena);
	struct pbjson_error error = {};
	struct status st;

	cr_assert(is_ok(pbjson_write(&buf, ALL, msg, options)));
	st = pbjson_parse(arena, ALL, strbuf_str(&buf), NULL, &again, &error);
	cr_assert(is_ok(st), "%s at \"%s\": %s", pbjson_reason_name(error.reason), error.path,
		  buf.ptr);
	cr_assert(str_eq(packed(arena, msg), packed(arena, again)), "%s", buf.ptr);
}

Test(roundtrip, random_messages_survive)
{
	struct arena *arena = arena_new(1 << 24);

	random_seed();
	for (int i = 0; i < 4000; i++) {
		round_trip(arena, i % 2 ? NULL : COMPACT);
		arena_reset(arena, false);
	}
	arena_free(&arena);
}

/* A copy of exactly len bytes on the heap, so that reading past it is seen. */
static struct status parse_exact(struct arena *arena, const char *text, size_t len,
				 struct pbjson_error *error)
{
	char *copy = malloc(len ? len : 1);
	ProtobufCMessage *msg;
	struct status st;

	memcpy(copy, text, len);
	st = pbjson_parse(arena, ALL, (struct str){copy, len}, NULL, &msg, error);
	/* Nothing in the message may point into the input. */
	memset(copy, 0xee, len);
	free(copy);
	if (is_ok(st)) {
		struct strbuf buf = strbuf_new(arena);

		cr_expect(is_ok(pbjson_write(&buf, ALL, msg, NULL)));
		cr_expect(utf8_is_valid(buf.ptr, buf.len));
	}
	return st;
}

Test(damage, a_document_cut_anywhere_is_refused)
{
	struct arena *arena = arena_new(1 << 24);
	struct pbjson_error error;

	random_seed();
	for (int i = 0; i < 12; i++) {
		struct strbuf buf = strbuf_new(arena);

		cr_assert(is_ok(pbjson_write(&buf, ALL, random_message(arena, ALL), NULL)));
		for (size_t len = 0; len < buf.len; len++) {
			struct arena *scratch = arena_new(1 << 20);

			cr_assert(is_failed(parse_exact(scratch, buf.ptr, len, &error)), "%.*s",
				  (int)len, buf.ptr);
			cr_expect(error.offset <= len);
			arena_free(&scratch);
		}
		cr_assert(is_ok(parse_exact(arena, buf.ptr, buf.len, &error)));
		arena_reset(arena, false);
	}
	arena_free(&arena);
}

static void mutate(char *text, size_t len)
{
	static const char likely[] = "{}[],:\"\\0123456789.eE+-tfnu \n\xff\x80\xc3";

	for (uint64_t n = 1 + random_below(3); n > 0; n--)
		text[random_below(len)] = random_below(3) ? likely[random_below(sizeof likely - 1)]
							  : (char)random_bits64();
}

Test(damage, a_changed_document_is_refused_or_still_a_message)
{
	struct arena *arena = arena_new(1 << 24);
	size_t refused = 0, taken = 0;
	struct pbjson_error error;

	random_seed();
	for (int i = 0; i < 300; i++) {
		struct strbuf buf = strbuf_new(arena);

		cr_assert(is_ok(pbjson_write(&buf, ALL, random_message(arena, ALL), COMPACT)));
		for (int k = 0; k < 30; k++) {
			char *copy = arena_strndup(arena, buf.ptr, buf.len);

			mutate(copy, buf.len);
			if (is_failed(parse_exact(arena, copy, buf.len, &error))) {
				cr_expect(error.reason != PBJSON_NONE && error.path);
				refused++;
			} else {
				taken++;
			}
		}
		arena_reset(arena, false);
	}
	cr_expect(refused > 1000 && taken > 0, "%zu refused, %zu taken", refused, taken);
	arena_free(&arena);
}
