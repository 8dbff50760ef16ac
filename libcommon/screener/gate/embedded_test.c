/* The tests a document carries: each is evaluated and held against what it expects. */
#include <stdlib.h>

#include "screener/gate/part.h"
#include "screener/json/tree.h"

/* No number of a document has more digits, so the text is the author's: 209.7, not
 * 209.69999999999999. */
#define AS_WRITTEN (JSON_COMPACT | JSON_REAL_PRECISION(15))

struct test_run {
	const struct screener *screener;
	struct findings findings;
	struct screener_result result;
	struct arena *arena; /* of one test */
};

static void failed(struct test_run *run, const struct path *at, const char *name, json_t *expected,
		   const char *actual)
{
	char *wanted = json_dumps(json_object_get(expected, name), JSON_ENCODE_ANY | AS_WRITTEN);

	ERROR_AT(run, AT_NAME(at, name), "TEST_FAILED",
		 "The test expects %.200s; the engine says %.200s.", wanted ? wanted : "?", actual);
	free(wanted);
}

/* Compares a member given as JSON with the engine's value in JSON, numbers by value. */
static void check_json(struct test_run *run, const struct path *at, const char *name, json_t *test,
		       struct str actual)
{
	json_t *expected = json_object_get(test, name);
	json_t *json;

	if (!expected)
		return;
	json = json_loadb(actual.ptr, actual.len, JSON_DECODE_ANY, NULL);
	if (json_is_number(expected) && json_is_number(json)) {
		if (json_number_value(expected) != json_number_value(json))
			failed(run, at, name, test, actual.ptr);
	} else if (!json || !json_equal(expected, json)) {
		failed(run, at, name, test, actual.ptr);
	}
	json_decref(json);
}

static void put_string(struct strbuf *buf, bool *first, const char *s)
{
	if (!*first)
		strbuf_add_char(buf, ',');
	*first = false;
	strbuf_add_json(buf, str_of(s));
}

static struct str fired_json(const struct test_run *run)
{
	struct strbuf buf = strbuf_new(run->arena);
	bool first = true;

	strbuf_add_char(&buf, '[');
	for (size_t i = 0; i < run->result.n_rules; i++)
		if (run->result.rules[i].truth == SCREENER_TRUE)
			put_string(&buf, &first, run->result.rules[i].id);
	strbuf_add_char(&buf, ']');
	return strbuf_str(&buf);
}

static struct str strings_json(const struct test_run *run, const char *const *list, size_t n)
{
	struct strbuf buf = strbuf_new(run->arena);
	bool first = true;

	strbuf_add_char(&buf, '[');
	for (size_t i = 0; i < n; i++)
		put_string(&buf, &first, list[i]);
	strbuf_add_char(&buf, ']');
	return strbuf_str(&buf);
}

static struct str held_json(const struct test_run *run)
{
	const char *names[16];
	size_t n = 0;

	for (unsigned bit = 1; screener_held_name(bit); bit <<= 1)
		if (run->result.held & bit)
			names[n++] = screener_held_name(bit);
	return strings_json(run, names, n);
}

static struct str problems_json(const struct test_run *run)
{
	struct strbuf buf = strbuf_new(run->arena);

	strbuf_add_char(&buf, '[');
	for (size_t i = 0; i < run->result.n_problems; i++) {
		const struct screener_problem *p = &run->result.problems[i];

		strbuf_add_c(&buf, i ? ",{\"item\":" : "{\"item\":");
		strbuf_add_json(&buf, str_of(p->item));
		if (p->row >= 0)
			strbuf_printf(&buf, ",\"row\":%d", p->row);
		strbuf_printf(&buf, ",\"code\":\"%s\"}", p->code);
	}
	strbuf_add_char(&buf, ']');
	return strbuf_str(&buf);
}

static void check_values(struct test_run *run, const struct path *at, json_t *values)
{
	const char *id;
	json_t *expected;

	json_object_foreach (values, id, expected) {
		struct strbuf buf = strbuf_new(run->arena);

		if (screener_value_json(&run->result, str_of(id), &buf))
			check_json(run, at, id, values, strbuf_str(&buf));
		else
			ERROR_AT(run, AT_NAME(at, id), "UNKNOWN_REF",
				 "There is no item, derived value or score of this name.");
	}
}

static void check_result(struct test_run *run, const struct path *at, json_t *test)
{
	const struct screener_result *r = &run->result;
	struct strbuf outcome = strbuf_new(run->arena);

	strbuf_add_json(&outcome, str_of(r->outcome->id));
	check_json(run, at, "outcome", test, strbuf_str(&outcome));
	check_json(run, at, "decided", test, r->decided ? STR("true") : STR("false"));
	if (json_object_get(test, "fired"))
		check_json(run, at, "fired", test, fired_json(run));
	check_json(run, at, "reasons", test, strings_json(run, r->reasons, r->n_reasons));
	check_json(run, at, "next", test, strings_json(run, r->next, r->n_next));
	check_json(run, at, "held", test, held_json(run));
	check_json(run, at, "problems", test, problems_json(run));
	check_values(run, AT_NAME(at, "values"), json_object_get(test, "values"));
}

struct status embedded_test_answers(const struct screener *screener, struct arena *arena,
				    json_t *test, date_days *today, struct screener_answers **out)
{
	char *dump = json_dumps(json_object_get(test, "answers"), AS_WRITTEN);
	struct str answers = str_of(arena_strdup(arena, dump));
	json_t *as_of = json_object_get(test, "as_of");

	free(dump);
	*today = date_from_civil((struct civil_date){2026, 1, 1});
	if (json_is_string(as_of))
		(void)date_parse(json_str(as_of), today);
	return screener_answers_parse(screener, arena, answers, *today, out);
}

static void run_test(struct test_run *run, const struct path *at, json_t *test)
{
	struct screener_answers *parsed;
	date_days today;
	struct status st = embedded_test_answers(run->screener, run->arena, test, &today, &parsed);

	if (is_failed(st)) {
		ERROR_AT(run, AT_NAME(at, "answers"), "TEST_FAILED",
			 "The answers cannot be read: %s.", reason_name(st.reason));
		return;
	}
	screener_eval(run->screener, parsed, run->arena, SCREENER_FULL, &run->result);
	check_result(run, at, test);
}

struct status screener_run_tests(const struct screener *screener, struct arena *arena,
				 struct str document, size_t *n_run,
				 struct screener_findings *findings)
{
	struct test_run run = {.findings = {.arena = arena}, .screener = screener};
	json_t *json = json_tree_read(document, NULL);
	json_t *test;
	size_t i;

	if (!json)
		return FAIL(DOCUMENT_INVALID);
	run.arena = arena_new(SIZE_MAX);
	json_array_foreach (json_object_get(json, "tests"), i, test) {
		run_test(&run, AT_INDEX(AT_NAME(NULL, "tests"), i), test);
		arena_reset(run.arena, false);
	}
	arena_free(&run.arena);
	*n_run = json_array_size(json_object_get(json, "tests"));
	*findings = run.findings.found;
	json_decref(json);
	return OK;
}
