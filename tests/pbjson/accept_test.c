/* ProtoJSON that must be taken, and exactly what it reads as. */
#include "pbjson/codec.h"

struct accept_case {
	const char *json;
	const char *output; /* without defaults; NULL: the same as json */
};

static const struct accept_case integers[] = {
	{"{}", NULL},
	{" \t\r\n{ \n} \t", "{}"},
	{"{\"i32\":1}", NULL},
	{"{\"i32\":0}", "{}"},
	{"{\"i32\":-0}", "{}"},
	{"{\"i32\":2147483647}", NULL},
	{"{\"i32\":-2147483648}", NULL},
	{"{\"i32\":\"12\"}", "{\"i32\":12}"},
	{"{\"i32\":\"-12\"}", "{\"i32\":-12}"},
	{"{\"i32\":1.0}", "{\"i32\":1}"},
	{"{\"i32\":1.000000}", "{\"i32\":1}"},
	{"{\"i32\":1e2}", "{\"i32\":100}"},
	{"{\"i32\":1E+2}", "{\"i32\":100}"},
	{"{\"i32\":100e-2}", "{\"i32\":1}"},
	{"{\"i32\":1.5e1}", "{\"i32\":15}"},
	{"{\"i32\":\"1e2\"}", "{\"i32\":100}"},
	{"{\"i32\":\"1.0\"}", "{\"i32\":1}"},
	{"{\"i32\":0e999999999999}", "{}"},
	{"{\"i32\":0.0e-5}", "{}"},
	{"{\"i32\":21474836470e-1}", "{\"i32\":2147483647}"},
	{"{\"i32\":\"\\u0031\"}", "{\"i32\":1}"},
	{"{\"s32\":-5,\"sf32\":-6}", NULL},
	{"{\"s32\":-2147483648}", NULL},
	{"{\"sf32\":2147483647}", NULL},
	{"{\"i64\":\"9223372036854775807\"}", NULL},
	{"{\"i64\":\"-9223372036854775808\"}", NULL},
	{"{\"i64\":9223372036854775807}", "{\"i64\":\"9223372036854775807\"}"},
	{"{\"i64\":-9223372036854775808}", "{\"i64\":\"-9223372036854775808\"}"},
	{"{\"i64\":9007199254740993}", "{\"i64\":\"9007199254740993\"}"},
	{"{\"i64\":123456789012345678}", "{\"i64\":\"123456789012345678\"}"},
	{"{\"i64\":1234567890123456789}", "{\"i64\":\"1234567890123456789\"}"},
	{"{\"i64\":9.223372036854775807e18}", "{\"i64\":\"9223372036854775807\"}"},
	{"{\"i64\":92233720368547758.07e2}", "{\"i64\":\"9223372036854775807\"}"},
	{"{\"i64\":1e18}", "{\"i64\":\"1000000000000000000\"}"},
	{"{\"i64\":1.0}", "{\"i64\":\"1\"}"},
	{"{\"s64\":\"-1\",\"sf64\":\"-2\"}", NULL},
	{"{\"u32\":4294967295}", NULL},
	{"{\"u32\":-0}", "{}"},
	{"{\"u32\":4294967295.0}", "{\"u32\":4294967295}"},
	{"{\"f32\":\"4294967295\"}", "{\"f32\":4294967295}"},
	{"{\"u64\":\"18446744073709551615\"}", NULL},
	{"{\"u64\":18446744073709551615}", "{\"u64\":\"18446744073709551615\"}"},
	{"{\"f64\":18446744073709551615}", "{\"f64\":\"18446744073709551615\"}"},
	{"{\"u64\":1.8446744073709551615e19}", "{\"u64\":\"18446744073709551615\"}"},
	{"{\"u64\":10000000000000000000}", "{\"u64\":\"10000000000000000000\"}"},
};

static const struct accept_case reals[] = {
	{"{\"wideReal\":1.5}", NULL},
	{"{\"wideReal\":\"1.5\"}", "{\"wideReal\":1.5}"},
	{"{\"wideReal\":0.1}", NULL},
	{"{\"wideReal\":1e300}", "{\"wideReal\":1e+300}"},
	{"{\"wideReal\":1.7976931348623157e308}", "{\"wideReal\":1.7976931348623157e+308}"},
	{"{\"wideReal\":-1.7976931348623157e308}", "{\"wideReal\":-1.7976931348623157e+308}"},
	{"{\"wideReal\":5e-324}", "{\"wideReal\":4.94065645841247e-324}"},
	{"{\"wideReal\":1e-400}", "{}"},
	{"{\"wideReal\":3}", NULL},
	{"{\"wideReal\":-0.0}", "{\"wideReal\":-0}"},
	{"{\"wideReal\":\"NaN\"}", NULL},
	{"{\"wideReal\":\"Infinity\"}", NULL},
	{"{\"wideReal\":\"-Infinity\"}", NULL},
	{"{\"wideReal\":0.30000000000000004}", NULL},
	{"{\"real\":0.1}", NULL},
	{"{\"real\":3.4028235e38}", "{\"real\":3.4028235e+38}"},
	{"{\"real\":-3.4028235e38}", "{\"real\":-3.4028235e+38}"},
	{"{\"real\":1.17549e-38}", "{\"real\":1.17549e-38}"},
	{"{\"real\":16777217}", "{\"real\":16777216}"},
	{"{\"real\":\"NaN\"}", NULL},
	{"{\"real\":\"-Infinity\"}", NULL},
	{"{\"reals\":[1,2.5,\"Infinity\",\"3\"]}", "{\"reals\":[1,2.5,\"Infinity\",3]}"},
};

static const struct accept_case texts[] = {
	{"{\"displayName\":\"a\"}", NULL},
	{"{\"display_name\":\"a\"}", "{\"displayName\":\"a\"}"},
	{"{\"\\u0064isplayName\":\"a\"}", "{\"displayName\":\"a\"}"},
	{"{\"displayName\":\"\"}", "{}"},
	{"{\"displayName\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}",
	 "{\"displayName\":\"\\\"\\\\/\\b\\f\\n\\r\\t\"}"},
	{"{\"displayName\":\"\\u00e9\"}", "{\"displayName\":\"\xc3\xa9\"}"},
	{"{\"displayName\":\"\\u00E9\"}", "{\"displayName\":\"\xc3\xa9\"}"},
	{"{\"displayName\":\"\xc3\xa9\"}", NULL},
	{"{\"displayName\":\"\\u20ac\"}", "{\"displayName\":\"\xe2\x82\xac\"}"},
	{"{\"displayName\":\"\\ud83d\\ude00\"}", "{\"displayName\":\"\xf0\x9f\x98\x80\"}"},
	{"{\"displayName\":\"\xf0\x9f\x98\x80\"}", NULL},
	{"{\"displayName\":\"\\u0001\"}", NULL},
	{"{\"displayName\":\"\\u001f\"}", NULL},
	{"{\"displayName\":\"\\u007f\"}", "{\"displayName\":\"\x7f\"}"},
	{"{\"displayName\":\"\\uffff\"}", "{\"displayName\":\"\xef\xbf\xbf\"}"},
	{"{\"displayName\":\"\\udbff\\udfff\"}", "{\"displayName\":\"\xf4\x8f\xbf\xbf\"}"},
	{"{\"displayName\":\"eight by 8 and more than a word\\n\"}", NULL},
	{"{\"displayName\":\"1234567\\\"89\"}", NULL},
	{"{\"displayName\":\"</script>\"}", NULL},
	{"{\"@custom\":\"x\"}", NULL},
	{"{\"custom\":\"x\"}", "{\"@custom\":\"x\"}"},
	{"{\"names\":[\"\",\"a\",\"\\u0041\"]}", "{\"names\":[\"\",\"a\",\"A\"]}"},
	{"{\"flag\":true}", NULL},
	{"{\"flag\":false}", "{}"},
	{"{\"flags\":[true,false]}", NULL},
	{"{\"color\":\"red\"}", NULL},
	{"{\"color\":\"COLOR_RED\"}", "{\"color\":\"red\"}"},
	{"{\"color\":\"dark_blue\"}", NULL},
	{"{\"color\":2}", "{\"color\":\"dark_blue\"}"},
	{"{\"color\":-1}", "{\"color\":\"negative\"}"},
	{"{\"color\":2.0}", "{\"color\":\"dark_blue\"}"},
	{"{\"color\":\"unspecified\"}", "{}"},
	{"{\"color\":0}", "{}"},
	{"{\"colors\":[\"red\",0,\"unspecified\",2]}",
	 "{\"colors\":[\"red\",\"unspecified\",\"unspecified\",\"dark_blue\"]}"},
	{"{\"blob\":\"AQID\"}", NULL},
	{"{\"blob\":\"AQI=\"}", NULL},
	{"{\"blob\":\"AQ==\"}", NULL},
	{"{\"blob\":\"AQ\"}", "{\"blob\":\"AQ==\"}"},
	{"{\"blob\":\"AQI\"}", "{\"blob\":\"AQI=\"}"},
	{"{\"blob\":\"-_\"}", "{\"blob\":\"+w==\"}"},
	{"{\"blob\":\"-_8=\"}", "{\"blob\":\"+/8=\"}"},
	{"{\"blob\":\"+/8\"}", "{\"blob\":\"+/8=\"}"},
	{"{\"blob\":\"\"}", "{}"},
	{"{\"blobs\":[\"\",\"AA==\"]}", NULL},
};

static const struct accept_case structures[] = {
	{"{\"leaf\":{}}", NULL},
	{"{\"leaf\":null}", "{}"},
	{"{\"i32\":null,\"displayName\":null,\"numbers\":null,\"labels\":null,\"color\":null}",
	 "{}"},
	{"{\"leaf\":{\"code\":\"A\",\"amountCents\":\"5\",\"active\":true}}", NULL},
	{"{\"leaf\":{\"active\":true,\"code\":\"A\"}}",
	 "{\"leaf\":{\"code\":\"A\",\"active\":true}}"},
	{"{\"nothing\":{}}", NULL},
	{"{\"node\":{\"child\":{\"child\":{\"title\":\"deep\"}}}}", NULL},
	{"{\"node\":{\"leaves\":[{},{\"code\":\"b\"}]}}", NULL},
	{"{\"numbers\":[]}", "{}"},
	{"{\"numbers\":[1,\"2\",3.0,4e0,5]}", "{\"numbers\":[1,2,3,4,5]}"},
	{"{\"numbers\":[0,0]}", NULL},
	{"{\"wideNumbers\":[\"1\",2]}", "{\"wideNumbers\":[\"1\",\"2\"]}"},
	{"{\"leaves\":[{\"code\":\"1\"},{\"code\":\"2\"},{\"code\":\"3\"},{\"code\":\"4\"},"
	 "{\"code\":\"5\"}]}",
	 NULL},
	{"{\"few\":[\"1\",\"2\",\"3\"]}", NULL},
	{"{\"labels\":{}}", "{}"},
	{"{\"labels\":{\"a\":\"1\",\"b\":\"\"}}", NULL},
	{"{\"labels\":{\"\":\"empty key\"}}", NULL},
	{"{\"totals\":{\"1\":\"10\",\"-2\":20}}", "{\"totals\":{\"1\":\"10\",\"-2\":\"20\"}}"},
	{"{\"moods\":{\"true\":\"red\",\"false\":2}}",
	 "{\"moods\":{\"true\":\"red\",\"false\":\"dark_blue\"}}"},
	{"{\"leafByName\":{\"x\":{},\"y\":{\"code\":\"c\"}}}", NULL},
	{"{\"blobsById\":{\"18446744073709551615\":\"AA==\"}}", NULL},
	{"{\"chosenText\":\"\"}", NULL},
	{"{\"chosenNumber\":\"0\"}", NULL},
	{"{\"chosenLeaf\":{}}", NULL},
	{"{\"chosenColor\":\"unspecified\"}", NULL},
	{"{\"chosenText\":null,\"chosenNumber\":1}", "{\"chosenNumber\":\"1\"}"},
	{"{\"nick\":\"\"}", NULL},
	{"{\"count\":0}", NULL},
	{"{\"count\":0,\"nick\":\"n\"}", "{\"nick\":\"n\",\"count\":0}"},
};

static const struct accept_case well_known[] = {
	{"{\"createdAt\":\"1970-01-01T00:00:00Z\"}", NULL},
	{"{\"createdAt\":\"2026-01-31T09:30:00Z\"}", NULL},
	{"{\"createdAt\":\"2026-01-31T09:30:00.1Z\"}",
	 "{\"createdAt\":\"2026-01-31T09:30:00.100Z\"}"},
	{"{\"createdAt\":\"2026-01-31T09:30:00.123Z\"}", NULL},
	{"{\"createdAt\":\"2026-01-31T09:30:00.123456Z\"}", NULL},
	{"{\"createdAt\":\"2026-01-31T09:30:00.123456789Z\"}", NULL},
	{"{\"createdAt\":\"2026-01-31T09:30:00.000000001Z\"}", NULL},
	{"{\"createdAt\":\"2026-01-31T09:30:00+02:00\"}",
	 "{\"createdAt\":\"2026-01-31T07:30:00Z\"}"},
	{"{\"createdAt\":\"2026-01-31T23:30:00-01:00\"}",
	 "{\"createdAt\":\"2026-02-01T00:30:00Z\"}"},
	{"{\"createdAt\":\"0001-01-01T00:00:00Z\"}", NULL},
	{"{\"createdAt\":\"9999-12-31T23:59:59.999999999Z\"}", NULL},
	{"{\"createdAt\":\"1969-12-31T23:59:59.900Z\"}", NULL},
	{"{\"createdAt\":\"2024-02-29T00:00:00Z\"}", NULL},
	{"{\"times\":[\"1970-01-01T00:00:01Z\"]}", NULL},
	{"{\"lease\":\"0s\"}", NULL},
	{"{\"lease\":\"1.5s\"}", "{\"lease\":\"1.500s\"}"},
	{"{\"lease\":\"-1.5s\"}", "{\"lease\":\"-1.500s\"}"},
	{"{\"lease\":\"-0.000000001s\"}", NULL},
	{"{\"lease\":\"315576000000s\"}", NULL},
	{"{\"lease\":\"-315576000000s\"}", NULL},
	{"{\"updateMask\":\"\"}", NULL},
	{"{\"updateMask\":\"a,bC.dEf\"}", NULL},
	{"{\"rawAnswers\":{\"a\":[1,2,{\"b\":null}]}}", NULL},
	{"{\"rawAnswers\": { \"a b\" : [ 1 , \"x \\\" y\" ] } }",
	 "{\"rawAnswers\":{\"a b\":[1,\"x \\\" y\"]}}"},
	{"{\"rawAnswers\":\"text\"}", NULL},
	{"{\"rawAnswers\":12345678901234567890123456789}", NULL},
	{"{\"rawAnswers\":1e308}", NULL},
	{"{\"rawAnswers\":true}", NULL},
	{"{\"rawAnswers\":null}", "{}"},
	{"{\"rawAnswers\":{\"a\":{\"x\":1},\"b\":{\"x\":1}}}", NULL},
	{"{\"rawItems\":[1,null,{\"a\":[]}]}", NULL},
	{"{\"rawSmall\":\"14 characters.\"}", NULL},
};

static void check(const struct accept_case *c)
{
	struct arena *arena = arena_new(1 << 20);
	const char *expected = c->output ? c->output : c->json;
	struct pbjson_error error;
	ProtobufCMessage *msg;
	struct status st = parse_as(arena, ALL, c->json, &msg, &error);

	cr_expect(is_ok(st), "%s: refused with %s at \"%s\"", c->json,
		  pbjson_reason_name(error.reason), error.path);
	if (is_ok(st)) {
		const char *out = written(arena, ALL, msg, COMPACT);

		cr_expect_str_eq(out, expected, "%s: wrote %s", c->json, out);
	}
	arena_free(&arena);
}

#define CHECK_ALL(cases)                                                                           \
	for (size_t i = 0; i < sizeof(cases) / sizeof((cases)[0]); i++)                            \
	check(&(cases)[i])

Test(accept, integers_are_exact)
{
	CHECK_ALL(integers);
}

Test(accept, reals_read_back_as_the_same_number)
{
	CHECK_ALL(reals);
}

Test(accept, text_enums_and_bytes)
{
	CHECK_ALL(texts);
}

Test(accept, messages_lists_maps_and_oneofs)
{
	CHECK_ALL(structures);
}

Test(accept, times_masks_and_free_json)
{
	CHECK_ALL(well_known);
}

Test(write, defaults_are_written_unless_told_otherwise)
{
	struct arena *arena = arena_new(1 << 20);
	ProtobufCMessage *msg = pbjson_new(arena, NODE);
	Sample__Leaf leaf = SAMPLE__LEAF__INIT;

	cr_expect_str_eq(written(arena, NODE, msg, NULL), "{\"title\":\"\",\"leaves\":[]}");
	((Sample__Node *)msg)->leaf = &leaf;
	cr_expect_str_eq(written(arena, NODE, msg, NULL),
			 "{\"title\":\"\",\"leaf\":{\"code\":\"\",\"amountCents\":\"0\","
			 "\"active\":false},\"leaves\":[]}");
	arena_free(&arena);
}

Test(write, log_lines_carry_no_protected_member)
{
	struct arena *arena = arena_new(1 << 20);
	struct pbjson_error error;
	ProtobufCMessage *msg;
	const char *out;

	cr_assert(is_ok(parse_as(arena, ALL,
				 "{\"patientName\":\"CANARY1\",\"emailAddress\":\"CANARY2\","
				 "\"password\":\"CANARY3\",\"rawAnswers\":\"CANARY4\","
				 "\"rawItems\":[\"CANARY5\"],\"displayName\":\"shown\"}",
				 &msg, &error)));
	out = written(arena, ALL, msg,
		      &(struct pbjson_write_options){.redact = true, .omit_defaults = true});
	cr_expect_str_eq(out, "{\"displayName\":\"shown\"}");
	cr_expect_null(
		strstr(written(arena, ALL, msg, &(struct pbjson_write_options){.redact = true}),
		       "CANARY"));
	arena_free(&arena);
}

Test(write, what_cannot_be_written_leaves_the_buffer_alone)
{
	struct arena *arena = arena_new(1 << 20);
	struct strbuf buf = strbuf_new(arena);
	Sample__All all = SAMPLE__ALL__INIT;
	Google__Protobuf__Timestamp time = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	const char *const broken[] = {"{", "{\"a\":1}}", "\"\\u0000\"", "\"\xff\"", "01", "{}{}"};

	strbuf_add_c(&buf, "before");
	for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
		all.raw_answers =
			(ProtobufCBinaryData){strlen(broken[i]), (uint8_t *)(uintptr_t)broken[i]};
		cr_expect(is_failed(pbjson_write(&buf, ALL, &all.base, NULL)), "%s", broken[i]);
		cr_expect_str_eq(buf.ptr, "before");
	}
	all.raw_answers = (ProtobufCBinaryData){};
	all.created_at = &time;
	time.seconds = INT64_C(253402300800);
	cr_expect(is_failed(pbjson_write(&buf, ALL, &all.base, NULL)));
	time = (Google__Protobuf__Timestamp)GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	time.nanos = -1;
	cr_expect(is_failed(pbjson_write(&buf, ALL, &all.base, NULL)));
	cr_expect_str_eq(buf.ptr, "before");
	arena_free(&arena);
}

Test(write, invalid_utf8_from_a_service_becomes_the_replacement_character)
{
	struct arena *arena = arena_new(1 << 20);
	Sample__All all = SAMPLE__ALL__INIT;

	all.display_name = (char *)"a\xff"
				   "b";
	cr_expect_str_eq(written(arena, ALL, &all.base, COMPACT), "{\"displayName\":\"a\xef\xbf\xbd"
								  "b\"}");
	arena_free(&arena);
}

Test(write, an_unknown_enum_number_stays_a_number)
{
	struct arena *arena = arena_new(1 << 20);
	Sample__All all = SAMPLE__ALL__INIT;

	all.color = (Sample__Color)77;
	cr_expect_str_eq(written(arena, ALL, &all.base, COMPACT), "{\"color\":77}");
	arena_free(&arena);
}

Test(field, one_field_alone_is_a_body)
{
	struct arena *arena = arena_new(1 << 20);
	ProtobufCMessage *msg = pbjson_new(arena, ALL);
	struct pbjson_error error;
	struct strbuf buf = strbuf_new(arena);

	cr_assert(is_ok(pbjson_parse_field(arena, ALL, msg, "leaf", STR("{\"code\":\"z\"}"), NULL,
					   &error)));
	cr_assert(is_ok(
		pbjson_parse_field(arena, ALL, msg, "numbers", STR(" [1,2] "), NULL, &error)));
	cr_expect_str_eq(written(arena, ALL, msg, COMPACT),
			 "{\"leaf\":{\"code\":\"z\"},\"numbers\":[1,2]}");
	cr_assert(is_ok(pbjson_write_field(&buf, ALL, msg, "numbers", NULL)));
	cr_assert(is_ok(pbjson_write_field(&buf, ALL, msg, "node", NULL)));
	cr_expect_str_eq(buf.ptr, "[1,2]null");
	cr_expect(is_failed(
		pbjson_parse_field(arena, ALL, msg, "node", STR("{\"bad\":1}"), NULL, &error)));
	cr_expect_str_eq(error.path, "bad");
	arena_free(&arena);
}
