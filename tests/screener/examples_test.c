/*
 * The example screeners as an author would trust them: each passes the publish gate, its tests
 * leave no rule untried, both languages are whole, and no code survives a missing safety answer.
 */
#include <criterion/criterion.h>
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "prover/prover.h"
#include "screener/gate/gate.h"

#define MAX_RULES    64
#define MAX_OUTCOMES 16

struct example {
	struct arena *arena;
	const char *path;
	struct str bytes;
	json_t *document;
	struct screener *screener;
};

static struct str read_file(struct arena *arena, const char *path)
{
	struct strbuf buf = strbuf_new(arena);
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t n;

	cr_assert(file, "%s", path);
	while ((n = fread(part, 1, sizeof part, file)) > 0)
		strbuf_add(&buf, part, n);
	fclose(file);
	return (struct str){buf.ptr, buf.len};
}

static glob_t list(const char *pattern)
{
	char path[4096];
	glob_t found;

	snprintf(path, sizeof path, "%s/libcommon/screener/examples/%s", getenv("AEGIS_SOURCE"),
		 pattern);
	cr_assert_eq(glob(path, 0, NULL, &found), 0, "%s", path);
	return found;
}

static void expect_no_finding(const struct example *e, const struct screener_findings *findings)
{
	for (size_t i = 0; i < findings->n; i++)
		cr_expect_fail("%s %s: %s", e->path, findings->list[i].pointer,
			       findings->list[i].message);
}

static struct example open_example(const char *path)
{
	struct example e = {.arena = arena_new(64 << 20), .path = strrchr(path, '/') + 1};
	struct screener_findings findings = {};
	struct str tables[8];
	glob_t files = list("tables/*.json");

	cr_assert_leq(files.gl_pathc, 8);
	for (size_t i = 0; i < files.gl_pathc; i++)
		tables[i] = read_file(e.arena, files.gl_pathv[i]);
	e.bytes = read_file(e.arena, path);
	e.document = json_loadb(e.bytes.ptr, e.bytes.len, JSON_REJECT_DUPLICATES, NULL);
	cr_assert(e.document, "%s", e.path);
	cr_expect(is_ok(screener_compile(e.arena, e.bytes, tables, files.gl_pathc, &e.screener,
					 &findings)));
	expect_no_finding(&e, &findings);
	cr_assert(e.screener, "%s", e.path);
	globfree(&files);
	return e;
}

static void close_example(struct example *e)
{
	screener_free(&e->screener);
	json_decref(e->document);
	arena_free(&e->arena);
}

static void each_example(void (*check)(struct example *))
{
	glob_t files = list("*.json");

	cr_assert_geq(files.gl_pathc, 5);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		struct example e = open_example(files.gl_pathv[i]);

		check(&e);
		close_example(&e);
	}
	globfree(&files);
}

static struct screener_result evaluate(struct example *e, json_t *answers, const char *as_of)
{
	struct screener_answers *parsed;
	struct screener_result result;
	date_days today;
	char *given = json_dumps(answers, JSON_REAL_PRECISION(15));

	cr_assert(date_parse(str_of(as_of ? as_of : "2026-01-01"), &today));
	cr_assert(is_ok(screener_answers_parse(
		e->screener, e->arena, str_of(arena_strdup(e->arena, given)), today, &parsed)));
	free(given);
	screener_eval(e->screener, parsed, e->arena, SCREENER_FULL, &result);
	return result;
}

static struct screener_result evaluate_test(struct example *e, json_t *test, json_t *answers)
{
	return evaluate(e, answers, json_string_value(json_object_get(test, "as_of")));
}

static void expect_publishable(struct example *e)
{
	struct screener_gate_report report;

	cr_assert(is_ok(screener_gate(e->screener, e->arena, e->bytes, &prover_in_process,
				      SCREENER_GATE_EVALUATIONS, &report)));
	cr_expect_geq(report.n_tests, 20, "%s has %zu tests", e->path, report.n_tests);
	expect_no_finding(e, &report.findings);
}

Test(examples, compile_and_pass_the_publish_gate_without_a_remark)
{
	each_example(expect_publishable);
}

/* Outcomes the rules decided, and the truth values each rule had, over all tests. */
struct coverage {
	bool outcome[MAX_OUTCOMES], undecided;
	bool truth[MAX_RULES][3];
};

static void cover(struct example *e, struct coverage *seen)
{
	json_t *test;
	size_t i;

	json_array_foreach (json_object_get(e->document, "tests"), i, test) {
		struct screener_result r = evaluate_test(e, test, json_object_get(test, "answers"));

		seen->undecided |= !r.decided;
		for (size_t k = 0; k < screener_n_outcomes(e->screener); k++)
			seen->outcome[k] |= screener_outcome(e->screener, k) == r.outcome;
		for (size_t k = 0; k < r.n_rules; k++)
			seen->truth[k][r.rules[k].truth] = true;
	}
}

static void expect_coverage(struct example *e)
{
	struct coverage seen = {};
	static const char *const truths[] = {"false", "true", "unknown"};

	cr_assert_leq(screener_n_outcomes(e->screener), MAX_OUTCOMES);
	cr_assert_leq(screener_n_rules(e->screener), MAX_RULES);
	cover(e, &seen);
	cr_expect(seen.undecided, "%s: no test is left undecided", e->path);
	for (size_t k = 0; k < screener_n_outcomes(e->screener); k++)
		cr_expect(seen.outcome[k], "%s: no test ends in %s", e->path,
			  screener_outcome(e->screener, k)->id);
	for (size_t k = 0; k < screener_n_rules(e->screener); k++)
		for (int t = SCREENER_FALSE; t <= SCREENER_UNKNOWN; t++)
			cr_expect(seen.truth[k][t], "%s: %s is never %s", e->path,
				  screener_rule_id(e->screener, k), truths[t]);
}

Test(examples, their_tests_try_every_outcome_and_every_rule_true_false_and_unknown)
{
	each_example(expect_coverage);
}

static bool is_pruned(const struct screener_result *r, const char *item)
{
	for (size_t i = 0; i < r->n_pruned; i++)
		if (strcmp(r->pruned[i], item) == 0)
			return true;
	return false;
}

/* Takes each safety answer that counts in turn out of a test that ends with a code. */
static void expect_each_is_needed(struct example *e, json_t *test)
{
	json_t *answers = json_object_get(test, "answers");
	struct screener_result whole = evaluate_test(e, test, answers);

	for (size_t k = 0; whole.outcome->issues_code && k < screener_n_items(e->screener); k++) {
		struct screener_item_info item = screener_item(e->screener, k);
		json_t *fewer = json_copy(answers);

		if (item.safety && !is_pruned(&whole, item.id) &&
		    json_object_del(fewer, item.id) == 0)
			cr_expect_not(evaluate_test(e, test, fewer).outcome->issues_code,
				      "%s: a code without %s", e->path, item.id);
		json_decref(fewer);
	}
}

static void expect_no_code_without_safety(struct example *e)
{
	json_t *test;
	size_t i;

	json_array_foreach (json_object_get(e->document, "tests"), i, test)
		expect_each_is_needed(e, test);
}

Test(examples, no_code_is_issued_when_a_safety_answer_is_taken_away)
{
	each_example(expect_no_code_without_safety);
}

static json_t *texts_of(struct example *e, const char *locale)
{
	return json_object_get(json_object_get(e->document, "i18n"), locale);
}

/* The gate asks for what a consumer must see; these say what an outcome and a band mean. */
static void expect_explained(struct example *e, json_t *texts)
{
	json_t *score, *band;
	size_t i, k;

	cr_expect(json_object_get(texts, "title") && json_object_get(texts, "description"));
	for (i = 0; i < screener_n_outcomes(e->screener); i++) {
		const char *id = screener_outcome(e->screener, i)->id;

		cr_expect(json_object_get(texts, arena_printf(e->arena, "outcome.%s.text", id)),
			  "%s: %s is not explained", e->path, id);
	}
	json_array_foreach (json_object_get(e->document, "scores"), i, score)
		json_array_foreach (json_object_get(score, "bands"), k, band)
			cr_expect(json_object_get(
				texts, arena_printf(e->arena, "score.%s.band.%s",
						    json_string_value(json_object_get(score, "id")),
						    json_string_value(json_array_get(band, 2)))));
}

static void expect_languages(struct example *e)
{
	json_t *english = texts_of(e, "en-US"), *spanish = texts_of(e, "es-US"), *text;
	const char *key;

	cr_assert(english && spanish, "%s", e->path);
	expect_explained(e, english);
	json_object_foreach (english, key, text)
		cr_expect(json_string_length(json_object_get(spanish, key)) > 0,
			  "%s: no %s in Spanish", e->path, key);
	cr_expect_eq(json_object_size(english), json_object_size(spanish), "%s", e->path);
	cr_expect_eq(json_object_size(json_object_get(e->document, "i18n")), 2);
}

Test(examples, say_everything_in_english_and_in_spanish)
{
	each_example(expect_languages);
}

static struct example example(const char *name)
{
	glob_t files = list(name);
	struct example e = open_example(files.gl_pathv[0]);

	globfree(&files);
	return e;
}

Test(examples, any_thought_of_self_harm_leads_to_the_crisis_line_whatever_else_was_answered)
{
	struct example e = example("phq9.json");
	static const char *const rest[] = {NULL, "0", "1", "2", "3"};
	static const char *const marked[] = {"1", "2", "3"};
	const char *others[] = {"q1", "q2", "q3", "q4", "q5", "q6", "q7", "q8"};

	for (size_t i = 0; i < 5; i++) {
		json_t *answers = json_object();

		for (size_t k = 0; rest[i] && k < 8; k++)
			json_object_set_new(answers, others[k], json_string(rest[i]));
		for (size_t k = 0; k < 3; k++) {
			json_object_set_new(answers, "q9", json_string(marked[k]));
			cr_expect_str_eq(evaluate(&e, answers, NULL).outcome->id, "safety");
		}
		json_object_set_new(answers, "q9", json_string("0"));
		cr_expect_str_neq(evaluate(&e, answers, NULL).outcome->id, "safety");
		json_decref(answers);
	}
	cr_expect(strstr(
		json_string_value(json_object_get(texts_of(&e, "en-US"), "outcome.safety.text")),
		"988"));
	cr_expect(strstr(
		json_string_value(json_object_get(texts_of(&e, "es-US"), "outcome.safety.text")),
		"988"));
	close_example(&e);
}

/*
 * The example of the 2013 risk assessment guideline: 55 years, total cholesterol 213, HDL 50,
 * systolic 120 untreated, no smoker, no diabetes.  published is what the guideline prints,
 * computed what its coefficients give.
 */
static const struct {
	const char *sex, *race;
	double published;
	const char *computed, *outcome;
} people[] = {
	{"F", "white", 2.1, "2.05", "do_not_use"},
	{"F", "black", 3.0, "3.03", "do_not_use"},
	{"M", "white", 5.3, "5.38", "ask_doctor"},
	{"M", "black", 6.1, "6.07", "ask_doctor"},
};

static json_t *person(const char *sex, const char *race)
{
	return json_pack(
		"{s:i,s:s,s:s,s:b,s:b,s:b,s:[s],s:[s],s:b,s:b,s:i,s:b,s:i,s:i,s:i,s:s,s:b}", "age",
		55, "sex", sex, "race", race, "pregnant", 0, "allergy", 0, "statin_now", 0,
		"conditions", "none", "medicines", "none", "diabetes", 0, "smoker", 0, "sbp", 120,
		"treated", 0, "total_chol", 213, "hdl", 50, "ldl", 135, "tested_on", "2026-02-01",
		"read_label", 1);
}

Test(examples, the_statin_screener_gives_the_published_risks)
{
	struct example e = example("statin_otc.json");

	for (size_t i = 0; i < sizeof people / sizeof people[0]; i++) {
		json_t *answers = person(people[i].sex, people[i].race);
		struct screener_result r = evaluate(&e, answers, "2026-03-01");
		struct strbuf risk = strbuf_new(e.arena);

		cr_expect(screener_value_json(&r, str_of("risk"), &risk));
		cr_expect_str_eq(risk.ptr, people[i].computed);
		cr_expect_float_eq(strtod(risk.ptr, NULL), people[i].published, 0.1);
		cr_expect_str_eq(r.outcome->id, people[i].outcome);
		cr_expect(r.decided);
		json_decref(answers);
	}
	close_example(&e);
}
