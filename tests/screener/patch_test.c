/* JSON Patch: the public suites for applying, round trips for the difference. */
#include <stdio.h>

#include "random_json.h"
#include "samples.h"

#include "screener/exchange/patch.h"

static json_t *parse(const char *text)
{
	json_t *json = json_loads(text, JSON_DECODE_ANY, NULL);

	cr_assert(json, "%s", text);
	return json;
}

static char *dump(const json_t *json)
{
	return json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
}

static bool run_case(const json_t *test)
{
	struct arena *arena = arena_new(1 << 24);
	const json_t *doc = json_object_get(test, "doc"), *error = json_object_get(test, "error");
	const json_t *expected = json_object_get(test, "expected");
	json_t *before = json_deep_copy(doc), *result = NULL;
	struct status st = patch_apply(arena, doc, json_object_get(test, "patch"), &result, NULL);
	bool good =
		error ? is_failed(st) : is_ok(st) && (!expected || patch_equal(result, expected));

	if (!good || !json_equal(before, doc)) {
		char *text = dump(test);

		cr_log_error("%s: %s", text, reason_name(st.reason));
		free(text);
	}
	json_decref(before);
	json_decref(result);
	arena_free(&arena);
	return good;
}

static void run_suite(const char *name, size_t expected_live)
{
	json_t *suite = sample_json(name);
	size_t n = 0, passed = 0;

	for (size_t i = 0; i < json_array_size(suite); i++) {
		const json_t *test = json_array_get(suite, i);

		if (json_is_true(json_object_get(test, "disabled")) ||
		    !json_object_get(test, "patch"))
			continue;
		n++;
		passed += run_case(test);
	}
	fprintf(stderr, "%s: %zu of %zu cases\n", name, passed, n);
	cr_expect_eq(passed, n);
	cr_expect_geq(n, expected_live);
	json_decref(suite);
}

Test(patch, the_public_suite_passes)
{
	run_suite("json-patch/tests.json", 75);
}

Test(patch, the_examples_of_the_rfc_pass)
{
	run_suite("json-patch/spec_tests.json", 16);
}

static void expect_round_trip(struct arena *arena, const json_t *from, const json_t *to)
{
	json_t *patch = patch_diff(arena, from, to), *result = NULL;
	struct status st = patch_apply(arena, from, patch, &result, NULL);

	if (is_failed(st) || !patch_equal(result, to)) {
		char *a = dump(from), *b = dump(to), *p = dump(patch);

		cr_assert(false, "%s -> %s by %s: %s", a, b, p, reason_name(st.reason));
	}
	cr_assert(json_array_size(patch) > 0 || patch_equal(from, to));
	json_decref(patch);
	json_decref(result);
}

Test(patch, difference_applied_gives_the_other_document)
{
	struct dice dice = dice_new("patch round trip");
	struct arena *arena = arena_new(1 << 24);

	for (int i = 0; i < 20000; i++) {
		json_t *from = dice_json(&dice, 4);
		json_t *to = i % 4 ? dice_mutate(&dice, from, 4) : dice_json(&dice, 4);

		expect_round_trip(arena, from, to);
		json_decref(from);
		json_decref(to);
		arena_reset(arena, false);
	}
	arena_free(&arena);
}

static void expect_diff(const char *from_text, const char *to_text, const char *expected)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *from = parse(from_text), *to = parse(to_text);
	json_t *patch = patch_diff(arena, from, to);
	char *text = dump(patch);

	cr_expect_str_eq(text, expected, "gave %s", text);
	free(text);
	json_decref(from);
	json_decref(to);
	json_decref(patch);
	arena_free(&arena);
}

Test(patch, an_element_put_in_front_is_one_addition)
{
	expect_diff("[1,2,3,4]", "[0,1,2,3,4]", "[{\"op\":\"add\",\"path\":\"/0\",\"value\":0}]");
	expect_diff("[1,2,3,4]", "[1,3,4]", "[{\"op\":\"remove\",\"path\":\"/1\"}]");
	expect_diff("[1,2,3]", "[1,5,3]", "[{\"op\":\"replace\",\"path\":\"/1\",\"value\":5}]");
}

Test(patch, elements_with_an_id_are_followed)
{
	expect_diff("[{\"id\":\"a\",\"x\":1},{\"id\":\"b\",\"x\":2},{\"id\":\"c\",\"x\":3}]",
		    "[{\"id\":\"b\",\"x\":9},{\"id\":\"c\",\"x\":3}]",
		    "[{\"op\":\"remove\",\"path\":\"/0\"},"
		    "{\"op\":\"replace\",\"path\":\"/0/x\",\"value\":9}]");
}

Test(patch, equal_numbers_are_no_difference)
{
	expect_diff("{\"a\":[1,2.0],\"b\":-0.0}", "{\"b\":0,\"a\":[1.0,2]}", "[]");
}

static void expect_refused(const char *doc_text, const char *patch_text, const char *reason)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *doc = parse(doc_text), *patch = parse(patch_text), *out = NULL;
	struct status st = patch_apply(arena, doc, patch, &out, NULL);

	cr_assert(is_failed(st), "%s was applied", patch_text);
	cr_expect_str_eq(reason_name(st.reason), reason);
	cr_expect_null(out);
	json_decref(doc);
	json_decref(patch);
	arena_free(&arena);
}

Test(patch, a_value_cannot_move_into_itself)
{
	expect_refused("{\"a\":{\"b\":{}}}",
		       "[{\"op\":\"move\",\"from\":\"/a\",\"path\":\"/a/b/c\"}]", "PATCH_FORM");
}

Test(patch, the_end_of_an_array_is_no_value)
{
	expect_refused("[1]", "[{\"op\":\"remove\",\"path\":\"/-\"}]", "PATCH_NO_TARGET");
	expect_refused("[1]", "[{\"op\":\"replace\",\"path\":\"/1\",\"value\":2}]",
		       "PATCH_NO_TARGET");
	expect_refused("[1]", "[{\"op\":\"add\",\"path\":\"/01\",\"value\":2}]", "PATCH_NO_TARGET");
	expect_refused("{\"a~\":1}", "[{\"op\":\"test\",\"path\":\"/a~\",\"value\":1}]",
		       "PATCH_FORM");
}

Test(patch, copies_that_double_are_stopped)
{
	struct arena *arena = arena_new(1 << 24);
	json_t *doc = parse("{\"a\":[1,2,3]}"), *patch = json_array(), *out = NULL;
	size_t failed_at = 0;

	for (int i = 0; i < 64; i++)
		json_array_append_new(patch,
				      parse("{\"op\":\"copy\",\"from\":\"\",\"path\":\"/a/-\"}"));
	struct status st = patch_apply(arena, doc, patch, &out, &failed_at);

	cr_expect_eq(st.code, STATUS_RESOURCE_EXHAUSTED);
	cr_expect_gt(failed_at, 10);
	json_decref(doc);
	json_decref(patch);
	arena_free(&arena);
}
