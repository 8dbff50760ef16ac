/* Which members were given: the update mask of a PATCH. */
#include "pbjson/codec.h"

static const char *given(struct arena *arena, const char *json)
{
	struct pbjson_paths paths = {};
	struct pbjson_options options = {.present = &paths};
	struct strbuf buf = strbuf_new(arena);
	struct pbjson_error error;
	ProtobufCMessage *msg;
	struct status st = pbjson_parse(arena, ALL, str_of(json), &options, &msg, &error);

	cr_assert(is_ok(st), "%s: %s", json, pbjson_reason_name(error.reason));
	for (size_t i = 0; i < paths.n; i++) {
		if (i)
			strbuf_add_char(&buf, ' ');
		strbuf_add_c(&buf, paths.items[i]);
	}
	return buf.ptr;
}

Test(present, members_by_proto_name)
{
	struct arena *arena = arena_new(1 << 20);

	cr_expect_str_eq(given(arena, "{}"), "");
	cr_expect_str_eq(given(arena, "{\"displayName\":\"x\",\"i32\":0}"), "display_name i32");
	cr_expect_str_eq(given(arena, "{\"leaf\":{\"amountCents\":1,\"code\":\"\"}}"),
			 "leaf.amount_cents leaf.code");
	cr_expect_str_eq(given(arena, "{\"node\":{\"child\":{\"leaf\":{\"code\":\"\"}}}}"),
			 "node.child.leaf.code");
	cr_expect_str_eq(given(arena, "{\"leaf\":{}}"), "leaf");
	cr_expect_str_eq(given(arena, "{\"leaf\":null,\"displayName\":null}"), "leaf display_name");
	cr_expect_str_eq(given(arena, "{\"leaf\":{\"code\":null}}"), "leaf.code");
	arena_free(&arena);
}

Test(present, lists_maps_free_json_and_times_are_leaves)
{
	struct arena *arena = arena_new(1 << 20);

	cr_expect_str_eq(given(arena, "{\"leaves\":[{\"code\":\"\"}],\"numbers\":[]}"),
			 "leaves numbers");
	cr_expect_str_eq(given(arena, "{\"leafByName\":{\"a\":{\"code\":\"\"}},\"labels\":{}}"),
			 "leaf_by_name labels");
	cr_expect_str_eq(given(arena, "{\"rawAnswers\":{\"a\":{\"b\":1}}}"), "raw_answers");
	cr_expect_str_eq(given(arena, "{\"createdAt\":\"2026-01-01T00:00:00Z\"}"), "created_at");
	cr_expect_str_eq(given(arena, "{\"leaves\":[{}],\"leaf\":{\"code\":\"\"}}"),
			 "leaves leaf.code");
	arena_free(&arena);
}

Test(present, fills_an_update_mask_that_was_not_given)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_paths paths = {};
	struct pbjson_options options = {.present = &paths};
	struct pbjson_error error;
	ProtobufCMessage *msg;
	const Sample__All *all;

	cr_assert(is_ok(pbjson_parse(arena, ALL, STR("{\"displayName\":\"x\",\"leaf\":null}"),
				     &options, &msg, &error)));
	pbjson_fill_mask(arena, ALL, msg, &paths);
	all = (const Sample__All *)msg;
	cr_assert_not_null(all->update_mask);
	cr_assert_eq(all->update_mask->n_paths, 2);
	cr_expect_str_eq(all->update_mask->paths[0], "display_name");
	cr_expect_str_eq(all->update_mask->paths[1], "leaf");

	paths = (struct pbjson_paths){};
	cr_assert(is_ok(pbjson_parse(arena, ALL, STR("{\"i32\":1,\"updateMask\":\"flag\"}"),
				     &options, &msg, &error)));
	pbjson_fill_mask(arena, ALL, msg, &paths);
	all = (const Sample__All *)msg;
	cr_assert_eq(all->update_mask->n_paths, 1);
	cr_expect_str_eq(all->update_mask->paths[0], "flag");
	arena_free(&arena);
}
