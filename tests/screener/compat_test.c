/* The compat profile: the public JSON Logic suite whole, and JavaScript's corners. */
#include <stdio.h>

#include "samples.h"

#include "screener/exchange/patch.h"
#include "screener/logic/compat.h"

static struct status run_text(const char *rule_text, const char *data_text, char **out)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *rule = json_loads(rule_text, JSON_DECODE_ANY, NULL), *result = NULL;
	json_t *data = json_loads(data_text, JSON_DECODE_ANY, NULL);

	cr_assert(rule && data, "%s %s", rule_text, data_text);
	struct status st = compat_apply(arena, rule, data, &result);

	*out = is_ok(st) ? json_dumps(result, JSON_ENCODE_ANY | JSON_COMPACT) : NULL;
	json_decref(rule);
	json_decref(data);
	json_decref(result);
	arena_free(&arena);
	return st;
}

static void expect_result(const char *rule, const char *data, const char *expected)
{
	char *text;
	struct status st = run_text(rule, data, &text);

	cr_assert(is_ok(st), "%s: %s", rule, reason_name(st.reason));
	cr_expect_str_eq(text, expected, "%s of %s gave %s, not %s", rule, data, text, expected);
	free(text);
}

static void expect_failure(const char *rule, enum status_code code, const char *reason)
{
	char *text = NULL;
	struct status st = run_text(rule, "{}", &text);

	cr_assert_eq(st.code, code, "%s gave %s", rule, text ? text : reason_name(st.reason));
	cr_expect_str_eq(reason_name(st.reason), reason);
}

static bool run_case(const json_t *test)
{
	struct arena *arena = arena_new(1 << 20);
	json_t *result = NULL;
	struct status st =
		compat_apply(arena, json_array_get(test, 0), json_array_get(test, 1), &result);
	bool same = is_ok(st) && patch_equal(result, json_array_get(test, 2));

	if (!same) {
		char *text = json_dumps(test, JSON_COMPACT);

		cr_log_error("%s: %s", text, reason_name(st.reason));
		free(text);
	}
	json_decref(result);
	arena_free(&arena);
	return same;
}

Test(compat, the_public_suite_passes_whole)
{
	json_t *suite = sample_json("json-logic/tests.json");
	size_t n = 0, passed = 0;

	for (size_t i = 0; i < json_array_size(suite); i++) {
		const json_t *test = json_array_get(suite, i);

		if (!json_is_array(test))
			continue;
		n++;
		passed += run_case(test);
	}
	fprintf(stderr, "json logic: %zu of %zu cases\n", passed, n);
	cr_expect_eq(n, 277);
	cr_expect_eq(passed, n);
	json_decref(suite);
}

Test(compat, coercions_are_those_of_javascript)
{
	expect_result("{\"<=\":[{\"var\":\"income\"},31300]}", "{}", "true");
	expect_result("{\"==\":[[],false]}", "{}", "true");
	expect_result("{\"==\":[[1,2],\"1,2\"]}", "{}", "true");
	expect_result("{\"==\":[null,0]}", "{}", "false");
	expect_result("{\"==\":[\" 0x1F \",31]}", "{}", "true");
	expect_result("{\"<\":[\"10\",\"9\"]}", "{}", "true");
	expect_result("{\"<\":[\"10\",9]}", "{}", "false");
	expect_result("{\"+\":[\"3.5kg\",1]}", "{}", "4.5");
	expect_result("{\"+\":[\"kg\",1]}", "{}", "null");
	expect_result("{\"*\":[\"3\"]}", "{}", "\"3\"");
	expect_result("{\"-\":[\"3\"]}", "{}", "-3");
	expect_result("{\"%\":[-7,3]}", "{}", "-1");
	expect_result("{\"/\":[1,0]}", "{}", "null");
	expect_result("{\"max\":[]}", "{}", "null");
	expect_result("{\"cat\":[1,null,[2,[3,null]],{\"var\":\"a.b\"},true]}",
		      "{\"a\":{\"b\":0.1}}", "\"12,3,0.1true\"");
	expect_result("{\"in\":[1,\"x1y\"]}", "{}", "true");
	expect_result("{\"!\":[[]]}", "{}", "true");
	expect_result("{\"!!\":[\"0\"]}", "{}", "true");
}

Test(compat, text_is_counted_in_utf16_units)
{
	expect_result("{\"substr\":[\"a😀b\",3]}", "{}", "\"b\"");
	expect_result("{\"substr\":[\"a😀b\",1,2]}", "{}", "\"😀\"");
	expect_result("{\"substr\":[\"a😀b\",0,2]}", "{}", "\"a\xef\xbf\xbd\"");
	expect_result("{\"var\":\"s.length\"}", "{\"s\":\"a😀b\"}", "4");
	expect_result("{\"<\":[\"\\ufb33\",\"😀\"]}", "{}", "false");
}

Test(compat, var_reaches_into_lists_and_scopes)
{
	expect_result("{\"var\":\"a.1.b\"}", "{\"a\":[0,{\"b\":5}]}", "5");
	expect_result("{\"var\":[\"a.01\",9]}", "{\"a\":[0,1]}", "9");
	expect_result("{\"reduce\":[[1,2,3],{\"var\":\"\"},0]}", "{}",
		      "{\"current\":3,\"accumulator\":{\"current\":2,\"accumulator\":"
		      "{\"current\":1,\"accumulator\":0}}}");
}

Test(compat, what_javascript_throws_is_an_error)
{
	expect_failure("{\"frobnicate\":[1]}", STATUS_INVALID_ARGUMENT, "RULE_UNKNOWN_OPERATOR");
	expect_failure("{\"*\":[]}", STATUS_INVALID_ARGUMENT, "RULE_TYPE");
	expect_failure("{\"missing_some\":[1]}", STATUS_INVALID_ARGUMENT, "RULE_TYPE");
}

Test(compat, depth_operations_and_growth_are_limited)
{
	char deep[8 * 200 + 1] = "";

	for (int i = 0; i < 200; i++)
		strcat(deep, "{\"!\":");
	strcat(deep, "1");
	for (int i = 0; i < 200; i++)
		strcat(deep, "}");
	expect_failure(deep, STATUS_RESOURCE_EXHAUSTED, "RULE_DEPTH");

	char doubling[4096] = "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"";

	expect_result("{\"cat\":[1]}", "{}", "\"1\"");
	json_t *items = json_array();

	for (int i = 0; i < 64; i++)
		json_array_append_new(items, json_integer(i));
	char *list = json_dumps(items, JSON_COMPACT);

	snprintf(doubling, sizeof doubling,
		 "{\"reduce\":[%s,{\"cat\":[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]},"
		 "\"aaaa\"]}",
		 list);
	expect_failure(doubling, STATUS_RESOURCE_EXHAUSTED, "RULE_OPERATIONS");
	snprintf(
		doubling, sizeof doubling,
		"{\"reduce\":[%s,{\"merge\":[{\"var\":\"accumulator\"},{\"var\":\"accumulator\"}]},"
		"[1]]}",
		list);
	expect_failure(doubling, STATUS_RESOURCE_EXHAUSTED, "RULE_OPERATIONS");
	snprintf(doubling, sizeof doubling,
		 "{\"map\":[%s,{\"map\":[%s,{\"map\":[%s,{\"+\":[1,{\"var\":\"\"}]}]}]}]}", list,
		 list, list);
	expect_failure(doubling, STATUS_RESOURCE_EXHAUSTED, "RULE_OPERATIONS");
	free(list);
	json_decref(items);
}
