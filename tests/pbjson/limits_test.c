/* Depth, size, counts and options. */
#include "pbjson/codec.h"

static const struct pbjson_options *with(struct pbjson_options options)
{
	static struct pbjson_options kept;

	kept = options;
	return &kept;
}

/* {"child":{"child":…{}}} of n objects. */
static const char *nested(struct arena *arena, size_t n)
{
	struct strbuf buf = strbuf_new(arena);

	for (size_t i = 1; i < n; i++)
		strbuf_add_c(&buf, "{\"child\":");
	strbuf_add_c(&buf, "{}");
	for (size_t i = 1; i < n; i++)
		strbuf_add_char(&buf, '}');
	return buf.ptr;
}

static enum pbjson_reason verdict(const struct pb_info *info, const char *json,
				  const struct pbjson_options *options)
{
	struct arena *arena = arena_new(1 << 24);
	struct pbjson_error error;
	ProtobufCMessage *msg;
	enum pbjson_reason reason = PBJSON_NONE;

	if (is_failed(pbjson_parse(arena, info, str_of(json), options, &msg, &error)))
		reason = error.reason;
	arena_free(&arena);
	return reason;
}

Test(limits, nesting_stops_at_the_depth)
{
	struct arena *arena = arena_new(1 << 24);

	cr_expect_eq(verdict(NODE, nested(arena, 32), NULL), PBJSON_NONE);
	cr_expect_eq(verdict(NODE, nested(arena, 33), NULL), PBJSON_DEPTH);
	cr_expect_eq(verdict(NODE, nested(arena, 5), with((struct pbjson_options){.max_depth = 5})),
		     PBJSON_NONE);
	cr_expect_eq(verdict(NODE, nested(arena, 6), with((struct pbjson_options){.max_depth = 5})),
		     PBJSON_DEPTH);
	cr_expect_eq(
		verdict(NODE, nested(arena, 100), with((struct pbjson_options){.max_depth = 100})),
		PBJSON_NONE);
	cr_expect_eq(
		verdict(NODE, nested(arena, 101), with((struct pbjson_options){.max_depth = 4000})),
		PBJSON_DEPTH);
	cr_expect_eq(verdict(NODE, nested(arena, 50000), NULL), PBJSON_DEPTH);
	arena_free(&arena);
}

Test(limits, free_json_counts_towards_the_depth)
{
	struct arena *arena = arena_new(1 << 24);
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, "{\"rawAnswers\":");
	for (int i = 0; i < 31; i++)
		strbuf_add_char(&buf, '[');
	for (int i = 0; i < 31; i++)
		strbuf_add_char(&buf, ']');
	strbuf_add_char(&buf, '}');
	cr_expect_eq(verdict(ALL, buf.ptr, NULL), PBJSON_NONE);
	cr_expect_eq(verdict(ALL, buf.ptr, with((struct pbjson_options){.max_depth = 31})),
		     PBJSON_DEPTH);
	arena_free(&arena);
}

Test(limits, a_document_has_a_size)
{
	cr_expect_eq(verdict(ALL, "{ }", with((struct pbjson_options){.max_bytes = 3})),
		     PBJSON_NONE);
	cr_expect_eq(verdict(ALL, "{  }", with((struct pbjson_options){.max_bytes = 3})),
		     PBJSON_SIZE);
}

Test(limits, lists_and_documents_have_a_count)
{
	struct arena *arena = arena_new(1 << 24);
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, "{\"numbers\":[0");
	for (int i = 1; i < 1000; i++)
		strbuf_add_c(&buf, ",0");
	strbuf_add_c(&buf, "]}");
	cr_expect_eq(verdict(ALL, buf.ptr, NULL), PBJSON_NONE);
	cr_expect_eq(verdict(ALL, buf.ptr, with((struct pbjson_options){.max_items = 999})),
		     PBJSON_TOO_MANY_ITEMS);
	cr_expect_eq(verdict(ALL, buf.ptr, with((struct pbjson_options){.max_elements = 1001})),
		     PBJSON_NONE);
	cr_expect_eq(verdict(ALL, buf.ptr, with((struct pbjson_options){.max_elements = 1000})),
		     PBJSON_TOO_MANY_ITEMS);
	cr_expect_eq(verdict(ALL, "{\"rawAnswers\":[[1],{\"a\":1}]}",
			     with((struct pbjson_options){.max_elements = 4})),
		     PBJSON_TOO_MANY_ITEMS);
	arena_free(&arena);
}

Test(limits, small_text_cannot_fill_the_memory)
{
	struct arena *arena = arena_new(1 << 24), *small = arena_new(20000);
	struct strbuf buf = strbuf_new(arena);
	struct pbjson_error error;
	ProtobufCMessage *msg;

	strbuf_add_c(&buf, "{\"leaves\":[{}");
	for (int i = 1; i < 1000; i++)
		strbuf_add_c(&buf, ",{}");
	strbuf_add_c(&buf, "]}");
	cr_expect_str_eq(reason_name(parse_as(small, NODE, buf.ptr, &msg, &error).reason),
			 "JSON_TOO_COMPLEX");
	cr_expect_eq(error.reason, PBJSON_SIZE);
	cr_expect(is_ok(parse_as(arena, NODE, buf.ptr, &msg, &error)));
	arena_free(&small);
	arena_free(&arena);
}

Test(limits, a_number_has_a_length)
{
	struct arena *arena = arena_new(1 << 24);
	struct strbuf buf = strbuf_new(arena);

	strbuf_add_c(&buf, "{\"wideReal\":0.");
	for (int i = 0; i < 2000; i++)
		strbuf_add_char(&buf, '1');
	strbuf_add_char(&buf, '}');
	cr_expect_eq(verdict(ALL, buf.ptr, NULL), PBJSON_RANGE);
	arena_free(&arena);
}

Test(limits, unknown_members_may_be_skipped_but_not_malformed)
{
	const struct pbjson_options *lenient =
		with((struct pbjson_options){.ignore_unknown = true});

	cr_expect_eq(verdict(ALL, "{\"x\":{\"a\":[1,{}]},\"i32\":1}", lenient), PBJSON_NONE);
	cr_expect_eq(verdict(ALL, "{\"leaf\":{\"x\":null},\"y\":\"\"}", lenient), PBJSON_NONE);
	cr_expect_eq(verdict(ALL, "{\"x\":{\"a\":[1,]}}", lenient), PBJSON_SYNTAX);
	cr_expect_eq(verdict(ALL, "{\"x\":01}", lenient), PBJSON_SYNTAX);
	cr_expect_eq(verdict(ALL, "{\"x\":{\"a\":1,\"a\":1}}", lenient), PBJSON_DUPLICATE);
}

Test(limits, enum_numbers_may_be_open)
{
	cr_expect_eq(
		verdict(ALL, "{\"color\":77}", with((struct pbjson_options){.open_enums = true})),
		PBJSON_NONE);
	cr_expect_eq(verdict(ALL, "{\"color\":\"x\"}",
			     with((struct pbjson_options){.open_enums = true})),
		     PBJSON_UNKNOWN_ENUM);
}

Test(limits, duplicates_are_seen_beyond_the_first_word_of_fields)
{
	cr_expect_eq(verdict(WIDE, "{\"a001\":1,\"a065\":1,\"a067\":1}", NULL), PBJSON_NONE);
	cr_expect_eq(verdict(WIDE, "{\"a065\":1,\"a001\":1,\"a065\":1}", NULL), PBJSON_DUPLICATE);
	cr_expect_eq(verdict(WIDE, "{\"a067\":1,\"a003\":1,\"a003\":1}", NULL), PBJSON_DUPLICATE);
}

Test(limits, text_with_a_nul_byte_is_refused)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_error error;
	ProtobufCMessage *msg;

	cr_expect(is_failed(
		pbjson_parse(arena, ALL, STR("{\"displayName\":\"a\0b\"}"), NULL, &msg, &error)));
	cr_expect_eq(error.reason, PBJSON_SYNTAX);
	cr_expect(is_failed(pbjson_parse(arena, ALL, STR("{}\0"), NULL, &msg, &error)));
	cr_expect_eq(error.reason, PBJSON_SYNTAX);
	arena_free(&arena);
}

Test(limits, statuses_tell_the_document_from_its_members)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_error error;
	ProtobufCMessage *msg;

	cr_expect_str_eq(reason_name(parse_as(arena, ALL, "{", &msg, &error).reason),
			 "MALFORMED_JSON");
	cr_expect_str_eq(reason_name(parse_as(arena, ALL, "{\"x\":1}", &msg, &error).reason),
			 "INVALID_FIELDS");
	cr_expect_str_eq(reason_name(parse_as(arena, NODE, nested(arena, 40), &msg, &error).reason),
			 "JSON_TOO_COMPLEX");
	arena_free(&arena);
}
