/* What must be refused, with which reason and where. */
#include "pbjson/codec.h"

struct refuse_case {
	const char *json;
	enum pbjson_reason reason;
	const char *path;
};

#define R(json, reason, path)                                                                      \
	{                                                                                          \
		json, PBJSON_##reason, path                                                        \
	}

static const struct refuse_case syntax[] = {
	R("", SYNTAX, ""),
	R(" ", SYNTAX, ""),
	R("{", SYNTAX, ""),
	R("}", TYPE, ""),
	R("{}}", SYNTAX, ""),
	R("{}x", SYNTAX, ""),
	R("{}{}", SYNTAX, ""),
	R("\xef\xbb\xbf{}", TYPE, ""),
	R("{,}", SYNTAX, ""),
	R("{\"i32\":1,}", SYNTAX, ""),
	R("{\"i32\":1 \"u32\":1}", SYNTAX, ""),
	R("{\"i32\" 1}", SYNTAX, "i32"),
	R("{\"i32\":}", SYNTAX, "i32"),
	R("{\"i32\":,}", SYNTAX, "i32"),
	R("{i32:1}", SYNTAX, ""),
	R("{'i32':1}", SYNTAX, ""),
	R("{\"i32\":01}", SYNTAX, ""),
	R("{\"i32\":-}", SYNTAX, "i32"),
	R("{\"i32\":+1}", SYNTAX, "i32"),
	R("{\"i32\":1.}", SYNTAX, "i32"),
	R("{\"i32\":.5}", SYNTAX, "i32"),
	R("{\"i32\":1e}", SYNTAX, "i32"),
	R("{\"i32\":1e+}", SYNTAX, "i32"),
	R("{\"i32\":0x10}", SYNTAX, ""),
	R("{\"i32\":1_000}", SYNTAX, ""),
	R("{\"i32\":NaN}", SYNTAX, "i32"),
	R("{\"wideReal\":NaN}", SYNTAX, "wideReal"),
	R("{\"wideReal\":Infinity}", SYNTAX, "wideReal"),
	R("{\"flag\":True}", SYNTAX, "flag"),
	R("{\"flag\":tru}", SYNTAX, "flag"),
	R("{\"flag\":truefalse}", SYNTAX, ""),
	R("{\"leaf\":nul}", SYNTAX, "leaf"),
	R("{\"numbers\":[1,]}", SYNTAX, "numbers[1]"),
	R("{\"numbers\":[,1]}", SYNTAX, "numbers[0]"),
	R("{\"numbers\":[1 2]}", SYNTAX, "numbers"),
	R("{\"numbers\":[1}", SYNTAX, "numbers"),
	R("{\"numbers\":[1", SYNTAX, "numbers"),
	R("{\"labels\":{\"a\":\"b\",}}", SYNTAX, "labels[1]"),
	R("{\"labels\":{\"a\"}}", SYNTAX, "labels[0]"),
	R("{\"labels\":{a:\"b\"}}", SYNTAX, "labels[0]"),
	R("{\"displayName\":\"a}", SYNTAX, "displayName"),
	R("{\"displayName\":\"a\nb\"}", SYNTAX, "displayName"),
	R("{\"displayName\":\"a\tb\"}", SYNTAX, "displayName"),
	R("{\"displayName\":\"\\x41\"}", SYNTAX, "displayName"),
	R("{\"displayName\":\"\\'\"}", SYNTAX, "displayName"),
	R("{\"displayName\":\"\\u12\"}", SYNTAX, "displayName"),
	R("{\"displayName\":\"\\u12g4\"}", SYNTAX, "displayName"),
	R("{\"displayName\":\"\\U0041\"}", SYNTAX, "displayName"),
	R("{\"displayName\":'a'}", SYNTAX, "displayName"),
	R("{/* no */}", SYNTAX, ""),
	R("{\"i32\":1}//", SYNTAX, ""),
	R("{\"i32\":1\f}", SYNTAX, ""),
	R("{\"i32\":1\xc2\xa0}", SYNTAX, ""),
};

static const struct refuse_case unicode[] = {
	R("{\"displayName\":\"\xff\"}", NOT_UTF8, ""),
	R("{\"displayName\":\"\xc0\x80\"}", NOT_UTF8, ""),
	R("{\"displayName\":\"\xed\xa0\x80\"}", NOT_UTF8, ""),
	R("{\"displayName\":\"\xf4\x90\x80\x80\"}", NOT_UTF8, ""),
	R("{\"displayName\":\"\xe2\x82\"}", NOT_UTF8, ""),
	R("{\"displayName\":\"\xc3", NOT_UTF8, ""),
	R("{\"displayName\":\"\\ud800\"}", NOT_UTF8, "displayName"),
	R("{\"displayName\":\"\\ud83dx\"}", NOT_UTF8, "displayName"),
	R("{\"displayName\":\"\\ud83d\\n\"}", NOT_UTF8, "displayName"),
	R("{\"displayName\":\"\\ud83d\\u0041\"}", NOT_UTF8, "displayName"),
	R("{\"displayName\":\"\\ude00\"}", NOT_UTF8, "displayName"),
	R("{\"displayName\":\"\\ude00\\ud83d\"}", NOT_UTF8, "displayName"),
	R("{\"displayName\":\"\\u0000\"}", NUL, "displayName"),
	R("{\"displayName\":\"a\\u0000b\"}", NUL, "displayName"),
	R("{\"labels\":{\"\\u0000\":\"\"}}", NUL, "labels[0]"),
	R("{\"\\u0000\":1}", NUL, ""),
	R("{\"rawAnswers\":\"\\u0000\"}", NUL, "rawAnswers"),
	R("{\"rawAnswers\":{\"\\ud800\":1}}", NOT_UTF8, "rawAnswers"),
};

static const struct refuse_case members[] = {
	R("{\"unknown\":1}", UNKNOWN_FIELD, "unknown"),
	R("{\"I32\":1}", UNKNOWN_FIELD, "I32"),
	R("{\"\":1}", UNKNOWN_FIELD, "?"),
	R("{\"i3\":1}", UNKNOWN_FIELD, "i3"),
	R("{\"i322\":1}", UNKNOWN_FIELD, "i322"),
	R("{\"Jane Doe\":1}", UNKNOWN_FIELD, "?"),
	R("{\"leaf\":{\"nope\":1}}", UNKNOWN_FIELD, "leaf.nope"),
	R("{\"leaves\":[{},{\"nope\":1}]}", UNKNOWN_FIELD, "leaves[1].nope"),
	R("{\"node\":{\"leaves\":[{\"x\":1}]}}", UNKNOWN_FIELD, "node.leaves[0].x"),
	R("{\"nothing\":{\"x\":1}}", UNKNOWN_FIELD, "nothing.x"),
	R("{\"leafByName\":{\"k\":{\"x\":1}}}", UNKNOWN_FIELD, "leafByName[0].x"),
	R("{\"i32\":1,\"i32\":1}", DUPLICATE, "i32"),
	R("{\"i32\":null,\"i32\":1}", DUPLICATE, "i32"),
	R("{\"displayName\":\"a\",\"display_name\":\"a\"}", DUPLICATE, "displayName"),
	R("{\"displayName\":\"a\",\"displ\\u0061yName\":\"a\"}", DUPLICATE, "displayName"),
	R("{\"rawSmall\":1,\"rawSmall\":1}", DUPLICATE, "rawSmall"),
	R("{\"leaf\":{\"code\":\"\",\"code\":\"\"}}", DUPLICATE, "leaf.code"),
	R("{\"numbers\":[],\"numbers\":[]}", DUPLICATE, "numbers"),
	R("{\"labels\":{\"a\":\"1\",\"a\":\"1\"}}", DUPLICATE, "labels[1]"),
	R("{\"labels\":{\"a\":\"1\",\"\\u0061\":\"1\"}}", DUPLICATE, "labels[1]"),
	R("{\"totals\":{\"1\":1,\"1e0\":1}}", DUPLICATE, "totals[1]"),
	R("{\"moods\":{\"true\":0,\"true\":0}}", DUPLICATE, "moods[1]"),
	R("{\"rawAnswers\":{\"a\":1,\"a\":2}}", DUPLICATE, "rawAnswers"),
	R("{\"rawAnswers\":[{\"b\":{\"a\":1,\"\\u0061\":2}}]}", DUPLICATE, "rawAnswers"),
	R("{\"chosenText\":\"a\",\"chosenNumber\":1}", ONEOF_CONFLICT, "chosenNumber"),
	R("{\"chosenLeaf\":{},\"chosenColor\":\"red\"}", ONEOF_CONFLICT, "chosenColor"),
	R("{\"chosenColor\":\"red\",\"chosenText\":\"a\"}", ONEOF_CONFLICT, "chosenText"),
};

static const struct refuse_case types[] = {
	R("[]", TYPE, ""),
	R("null", TYPE, ""),
	R("1", TYPE, ""),
	R("\"{}\"", TYPE, ""),
	R("{\"i32\":true}", TYPE, "i32"),
	R("{\"i32\":\"\"}", TYPE, "i32"),
	R("{\"i32\":\" 1\"}", TYPE, "i32"),
	R("{\"i32\":\"1 \"}", TYPE, "i32"),
	R("{\"i32\":\"+1\"}", TYPE, "i32"),
	R("{\"i32\":\"01\"}", TYPE, "i32"),
	R("{\"i32\":\"0x1\"}", TYPE, "i32"),
	R("{\"i32\":\"one\"}", TYPE, "i32"),
	R("{\"i32\":{}}", TYPE, "i32"),
	R("{\"i32\":[1]}", TYPE, "i32"),
	R("{\"u64\":\"NaN\"}", TYPE, "u64"),
	R("{\"wideReal\":true}", TYPE, "wideReal"),
	R("{\"wideReal\":\"nan\"}", TYPE, "wideReal"),
	R("{\"wideReal\":\"inf\"}", TYPE, "wideReal"),
	R("{\"wideReal\":\"+Infinity\"}", TYPE, "wideReal"),
	R("{\"wideReal\":\"\"}", TYPE, "wideReal"),
	R("{\"wideReal\":\"1.5 \"}", TYPE, "wideReal"),
	R("{\"flag\":1}", TYPE, "flag"),
	R("{\"flag\":0}", TYPE, "flag"),
	R("{\"flag\":\"true\"}", TYPE, "flag"),
	R("{\"flag\":[]}", TYPE, "flag"),
	R("{\"displayName\":1}", TYPE, "displayName"),
	R("{\"displayName\":true}", TYPE, "displayName"),
	R("{\"displayName\":{}}", TYPE, "displayName"),
	R("{\"displayName\":[\"a\"]}", TYPE, "displayName"),
	R("{\"blob\":1}", TYPE, "blob"),
	R("{\"leaf\":1}", TYPE, "leaf"),
	R("{\"leaf\":\"{}\"}", TYPE, "leaf"),
	R("{\"leaf\":[]}", TYPE, "leaf"),
	R("{\"numbers\":1}", TYPE, "numbers"),
	R("{\"numbers\":{}}", TYPE, "numbers"),
	R("{\"numbers\":[\"x\"]}", TYPE, "numbers[0]"),
	R("{\"numbers\":[1,[2]]}", TYPE, "numbers[1]"),
	R("{\"labels\":[]}", TYPE, "labels"),
	R("{\"labels\":\"a\"}", TYPE, "labels"),
	R("{\"labels\":{\"a\":1}}", TYPE, "labels[0]"),
	R("{\"totals\":{\"a\":1}}", TYPE, "totals[0]"),
	R("{\"totals\":{\"\":1}}", TYPE, "totals[0]"),
	R("{\"moods\":{\"1\":0}}", TYPE, "moods[0]"),
	R("{\"color\":true}", TYPE, "color"),
	R("{\"createdAt\":1}", TYPE, "createdAt"),
	R("{\"createdAt\":{\"seconds\":1}}", TYPE, "createdAt"),
	R("{\"updateMask\":{\"paths\":[\"a\"]}}", TYPE, "updateMask"),
	R("{\"lease\":5}", TYPE, "lease"),
	R("{\"numbers\":[null]}", NULL_ITEM, "numbers[0]"),
	R("{\"leaves\":[{},null]}", NULL_ITEM, "leaves[1]"),
	R("{\"labels\":{\"a\":null}}", NULL_ITEM, "labels[0]"),
};

static const struct refuse_case ranges[] = {
	R("{\"i32\":2147483648}", RANGE, "i32"),
	R("{\"i32\":-2147483649}", RANGE, "i32"),
	R("{\"i32\":1e10}", RANGE, "i32"),
	R("{\"i32\":\"2147483648\"}", RANGE, "i32"),
	R("{\"s32\":2147483648}", RANGE, "s32"),
	R("{\"sf32\":-2147483649}", RANGE, "sf32"),
	R("{\"i64\":9223372036854775808}", RANGE, "i64"),
	R("{\"i64\":-9223372036854775809}", RANGE, "i64"),
	R("{\"i64\":\"9223372036854775808\"}", RANGE, "i64"),
	R("{\"i64\":1e19}", RANGE, "i64"),
	R("{\"i64\":1e99999999999999999999}", RANGE, "i64"),
	R("{\"u32\":-1}", RANGE, "u32"),
	R("{\"u32\":4294967296}", RANGE, "u32"),
	R("{\"f32\":4294967296}", RANGE, "f32"),
	R("{\"u64\":-1}", RANGE, "u64"),
	R("{\"u64\":18446744073709551616}", RANGE, "u64"),
	R("{\"u64\":99999999999999999999999999}", RANGE, "u64"),
	R("{\"f64\":\"18446744073709551616\"}", RANGE, "f64"),
	R("{\"wideReal\":1.8e308}", RANGE, "wideReal"),
	R("{\"wideReal\":-1e400}", RANGE, "wideReal"),
	R("{\"wideReal\":\"1e400\"}", RANGE, "wideReal"),
	R("{\"real\":3.502823e38}", RANGE, "real"),
	R("{\"real\":-1e39}", RANGE, "real"),
	R("{\"rawAnswers\":1e400}", RANGE, "rawAnswers"),
	R("{\"color\":2147483648}", RANGE, "color"),
	R("{\"totals\":{\"2147483648\":1}}", RANGE, "totals[0]"),
	R("{\"i32\":0.5}", NOT_INTEGER, "i32"),
	R("{\"i32\":1.00000001}", NOT_INTEGER, "i32"),
	R("{\"i32\":1e-1}", NOT_INTEGER, "i32"),
	R("{\"i64\":9223372036854775807.5}", NOT_INTEGER, "i64"),
	R("{\"i64\":1e-99999999999999}", NOT_INTEGER, "i64"),
	R("{\"i64\":\"0.1\"}", NOT_INTEGER, "i64"),
	R("{\"color\":0.5}", NOT_INTEGER, "color"),
	R("{\"color\":3}", UNKNOWN_ENUM, "color"),
	R("{\"color\":\"green\"}", UNKNOWN_ENUM, "color"),
	R("{\"color\":\"RED\"}", UNKNOWN_ENUM, "color"),
	R("{\"color\":\"\"}", UNKNOWN_ENUM, "color"),
	R("{\"color\":\"1\"}", UNKNOWN_ENUM, "color"),
	R("{\"colors\":[\"red\",\"x\"]}", UNKNOWN_ENUM, "colors[1]"),
};

static const struct refuse_case forms[] = {
	R("{\"blob\":\"A\"}", NOT_BASE64, "blob"),
	R("{\"blob\":\"AQ=\"}", NOT_BASE64, "blob"),
	R("{\"blob\":\"A===\"}", NOT_BASE64, "blob"),
	R("{\"blob\":\"AQ ID\"}", NOT_BASE64, "blob"),
	R("{\"blob\":\"AQ\\nID\"}", NOT_BASE64, "blob"),
	R("{\"blob\":\"AQ==AQ==\"}", NOT_BASE64, "blob"),
	R("{\"createdAt\":\"\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31T09:30:00\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31 09:30:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31t09:30:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31T09:30:00z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-02-29T00:00:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-13-01T00:00:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-01T24:00:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-01T00:60:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-01T00:00:60Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"0000-01-01T00:00:00Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"0001-01-01T00:00:00+00:01\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"9999-12-31T23:59:59-00:01\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31T09:30:00.Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31T09:30:00.1234567890Z\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"createdAt\":\"2026-01-31T09:30:00+0200\"}", NOT_TIMESTAMP, "createdAt"),
	R("{\"lease\":\"\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"1\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"s\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"1.s\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\".5s\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"+1s\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"1m\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"1s \"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"315576000001s\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"315576000000.1s\"}", NOT_DURATION, "lease"),
	R("{\"lease\":\"1.0000000001s\"}", NOT_DURATION, "lease"),
	R("{\"updateMask\":\"a_b\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"updateMask\":\"a,\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"updateMask\":\",a\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"updateMask\":\"a..b\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"updateMask\":\"a.\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"updateMask\":\"Ab\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"updateMask\":\"a b\"}", NOT_FIELD_MASK, "updateMask"),
	R("{\"rawAnswers\":}", SYNTAX, "rawAnswers"),
	R("{\"rawAnswers\":{\"a\":}}", SYNTAX, "rawAnswers"),
	R("{\"rawAnswers\":[1,]}", SYNTAX, "rawAnswers"),
	R("{\"rawAnswers\":{1:2}}", SYNTAX, "rawAnswers"),
	R("{\"rawSmall\":\"more than 16 bytes\"}", SIZE, "rawSmall"),
	R("{\"few\":[\"1\",\"2\",\"3\",\"4\"]}", TOO_MANY_ITEMS, "few"),
};

static void check(const struct refuse_case *c)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_error error;
	ProtobufCMessage *msg = NULL;
	struct status st = parse_as(arena, ALL, c->json, &msg, &error);

	cr_expect(is_failed(st), "%s: taken", c->json);
	cr_expect_null(msg, "%s: output touched", c->json);
	if (is_failed(st)) {
		cr_expect(st.code == STATUS_INVALID_ARGUMENT);
		cr_expect(error.reason == c->reason, "%s: %s instead of %s", c->json,
			  pbjson_reason_name(error.reason), pbjson_reason_name(c->reason));
		cr_expect_str_eq(error.path, c->path, "%s: at \"%s\" instead of \"%s\"", c->json,
				 error.path, c->path);
		cr_expect(error.offset <= strlen(c->json), "%s: offset %zu", c->json, error.offset);
	}
	arena_free(&arena);
}

#define CHECK_ALL(cases)                                                                           \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++)                            \
	check(&(cases)[i])

Test(refuse, text_that_is_not_json)
{
	CHECK_ALL(syntax);
}

Test(refuse, text_that_is_not_unicode)
{
	CHECK_ALL(unicode);
}

Test(refuse, unknown_and_repeated_members)
{
	CHECK_ALL(members);
}

Test(refuse, values_of_another_type)
{
	CHECK_ALL(types);
}

Test(refuse, numbers_beyond_their_field)
{
	CHECK_ALL(ranges);
}

Test(refuse, malformed_forms_and_field_limits)
{
	CHECK_ALL(forms);
}

Test(refuse, the_offset_points_at_what_is_wrong)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_error error;
	ProtobufCMessage *msg;

	cr_expect(is_failed(parse_as(arena, ALL, "{\"i32\": 1, \"u32\": -5}", &msg, &error)));
	cr_expect_eq(error.offset, 18, "%zu", error.offset);
	cr_expect(is_failed(parse_as(arena, ALL, "{\"displayName\":\"ab\xff\"}", &msg, &error)));
	cr_expect_eq(error.offset, 18, "%zu", error.offset);
	arena_free(&arena);
}
