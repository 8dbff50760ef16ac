/* Path variables and query parameters. */
#include "pbjson/codec.h"

struct binding {
	const char *path;
	const char *text;
	enum pbjson_reason reason;
	const char *error_path;
};

#define SET(path, text)                                                                            \
	{                                                                                          \
		path, text, PBJSON_NONE, ""                                                        \
	}
#define NOT(path, text, why, at)                                                                   \
	{                                                                                          \
		path, text, PBJSON_##why, at                                                       \
	}

static const struct binding bindings[] = {
	SET("i32", "-5"),
	SET("i64", "9223372036854775807"),
	SET("s64", "1e3"),
	SET("u32", "7"),
	SET("flag", "true"),
	SET("color", "dark_blue"),
	SET("display_name", "a b\xc3\xa9\""),
	SET("nick", ""),
	SET("count", "0"),
	SET("blob", "_-8"),
	SET("createdAt", "2026-01-31T09:30:00Z"),
	SET("lease", "5s"),
	SET("update_mask", "displayName"),
	SET("numbers", "1"),
	SET("numbers", "2"),
	SET("names", "x"),
	SET("names", "x"),
	SET("colors", "1"),
	SET("leaf.amount_cents", "5"),
	SET("leaf.amountCents", "6"),
	SET("node.child.leaf.code", "c"),
	SET("chosenLeaf.code", "d"),
	SET("chosenLeaf.active", "false"),
	SET("wideReal", "2.5"),
	NOT("i32", "1", DUPLICATE, "i32"),
	NOT("display_name", "again", DUPLICATE, "displayName"),
	NOT("leaf.amountCents", "7", DUPLICATE, "leaf.amountCents"),
	NOT("chosenText", "x", ONEOF_CONFLICT, "chosenText"),
	NOT("u64", "", TYPE, "u64"),
	NOT("u64", "-1", RANGE, "u64"),
	NOT("u64", " 1", TYPE, "u64"),
	NOT("real", "x", TYPE, "real"),
	NOT("moods", "x", TYPE, "moods"),
	NOT("labels.a", "x", TYPE, "labels"),
	NOT("leaves.code", "x", TYPE, "leaves"),
	NOT("node", "{}", TYPE, "node"),
	NOT("node.title.x", "a", TYPE, "node.title"),
	NOT("rawAnswers", "{}", TYPE, "rawAnswers"),
	NOT("times", "yesterday", NOT_TIMESTAMP, "times"),
	NOT("chosen_color", "purple", ONEOF_CONFLICT, "chosenColor"),
	NOT("colors", "purple", UNKNOWN_ENUM, "colors"),
	NOT("colors", "9", UNKNOWN_ENUM, "colors"),
	NOT("blobs", "!", NOT_BASE64, "blobs"),
	NOT("custom", "\xff", NOT_UTF8, "@custom"),
	NOT("flags", "yes", TYPE, "flags"),
	NOT("flags", "1", TYPE, "flags"),
	NOT("nope", "1", UNKNOWN_FIELD, "nope"),
	NOT("", "1", UNKNOWN_FIELD, "?"),
	NOT("leaf.", "1", UNKNOWN_FIELD, "leaf.?"),
	NOT(".leaf", "1", UNKNOWN_FIELD, "?"),
	NOT("leaf..code", "1", UNKNOWN_FIELD, "leaf.?"),
	NOT("leaf.nope", "1", UNKNOWN_FIELD, "leaf.nope"),
	NOT("created_at.seconds", "1", TYPE, "createdAt"),
};

Test(bind, a_whole_request_from_text)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_binder binder = {.arena = arena, .info = ALL, .msg = pbjson_new(arena, ALL)};
	struct status st;

	for (size_t i = 0; i < sizeof bindings / sizeof bindings[0]; i++) {
		const struct binding *b = &bindings[i];

		/* The second spelling of a member is the same member. */
		if (i == 19) {
			st = pbjson_bind(&binder, str_of(b->path), str_of(b->text));
			cr_expect(is_failed(st) && binder.error.reason == PBJSON_DUPLICATE);
			continue;
		}
		st = pbjson_bind(&binder, str_of(b->path), str_of(b->text));
		cr_expect(is_ok(st) == (b->reason == PBJSON_NONE), "%s=%s", b->path, b->text);
		cr_expect(binder.error.reason == b->reason, "%s=%s: %s", b->path, b->text,
			  pbjson_reason_name(binder.error.reason));
		cr_expect_str_eq(binder.error.path, b->error_path, "%s: %s", b->path,
				 binder.error.path);
	}
	cr_expect_str_eq(
		written(arena, ALL, binder.msg, COMPACT),
		"{\"i32\":-5,\"i64\":\"9223372036854775807\",\"s64\":\"1000\",\"u32\":7,"
		"\"wideReal\":2.5,\"flag\":true,\"color\":\"dark_blue\","
		"\"displayName\":\"a "
		"b\xc3\xa9\\\"\",\"blob\":\"/+8=\",\"leaf\":{\"amountCents\":\"5\"},"
		"\"createdAt\":\"2026-01-31T09:30:00Z\",\"lease\":\"5s\","
		"\"updateMask\":\"displayName\",\"node\":{\"child\":{\"leaf\":{\"code\":\"c\"}}},"
		"\"chosenLeaf\":{\"code\":\"d\"},\"nick\":\"\",\"count\":0,\"numbers\":[1,2],"
		"\"names\":[\"x\",\"x\"],\"colors\":[\"red\"]}");
	arena_free(&arena);
}

Test(bind, a_path_variable_wins_over_the_body_and_bars_the_query)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_error error;
	struct pbjson_binder binder = {.arena = arena, .info = ALL};

	cr_assert(is_ok(parse_as(arena, ALL, "{\"displayName\":\"body\"}", &binder.msg, &error)));
	cr_expect(is_ok(pbjson_bind(&binder, STR("display_name"), STR("path"))));
	cr_expect(is_failed(pbjson_bind(&binder, STR("displayName"), STR("query"))));
	cr_expect_str_eq(written(arena, ALL, binder.msg, COMPACT), "{\"displayName\":\"path\"}");
	arena_free(&arena);
}

Test(bind, text_with_a_nul_is_refused_and_lists_have_limits)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_binder binder = {.arena = arena, .info = ALL, .msg = pbjson_new(arena, ALL)};

	cr_expect(is_failed(pbjson_bind(&binder, STR("displayName"), STR("a\0b"))));
	cr_expect_eq(binder.error.reason, PBJSON_NUL);
	for (int i = 0; i < 3; i++)
		cr_expect(is_ok(pbjson_bind(&binder, STR("few"), STR("x"))));
	cr_expect(is_failed(pbjson_bind(&binder, STR("few"), STR("x"))));
	cr_expect_eq(binder.error.reason, PBJSON_TOO_MANY_ITEMS);
	arena_free(&arena);
}
