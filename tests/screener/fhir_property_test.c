/*
 * Random questionnaires and screeners: who is asked what is the same for the
 * engine and for a FHIR client (fhir_client.c), whatever the answers are.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fhir_client.h"
#include "fhir_random.h"

#include "screener/exchange/fhir.h"
#include "screener/exchange/patch.h"

#define QUESTIONNAIRES 120
#define SCREENERS      250
#define TRIES	       10

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(SIZE_MAX);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(fhir_property, .init = set_up, .fini = tear_down);

static const char *dump(const json_t *json)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
	const char *copy = arena_strdup(arena, text);

	free(text);
	return copy;
}

/* What the engine made of one set of answers. */
struct seen {
	json_t *trace, *response;
};

static struct screener *compiled(const json_t *document)
{
	struct screener_findings findings;
	struct screener *program = NULL;
	struct status st =
		screener_compile(arena, str_of(dump(document)), NULL, 0, &program, &findings);

	cr_assert(is_ok(st), "%s: %s in %s", findings.list[0].pointer, findings.list[0].message,
		  dump(document));
	return program;
}

static struct seen seen_by_engine(const struct screener *program, const json_t *document,
				  const json_t *answers)
{
	struct strbuf trace = strbuf_new(arena);
	struct screener_answers *parsed;
	struct screener_result result;

	cr_assert(is_ok(
		screener_answers_parse(program, arena, str_of(dump(answers)), 20000, &parsed)));
	screener_eval(program, parsed, arena, SCREENER_FULL, &result);
	screener_trace_json(&result, &trace);
	/* A group without items is left out: its answers name no item. */
	for (size_t i = 0; i < result.n_problems; i++)
		if (result.problems[i].item[0] != 'g')
			cr_assert_fail("%s %s: %s", result.problems[i].item,
				       result.problems[i].code, dump(answers));
	return (struct seen){json_loads(trace.ptr, 0, NULL),
			     fhir_response(arena, document, answers, &result, true)};
}

static bool lists(const json_t *list, const char *id)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), id) == 0)
			return true;
	return false;
}

/* The items of a response with this linkId, from the top. */
static void find_items(const json_t *element, const char *link, json_t *out)
{
	const char *key;
	json_t *value;
	size_t i;

	json_array_foreach ((json_t *)element, i, value)
		find_items(value, link, out);
	if (!json_is_object(element))
		return;
	if (json_object_get(element, "linkId") &&
	    strcmp(json_string_value(json_object_get(element, "linkId")), link) == 0)
		json_array_append(out, (json_t *)element);
	json_object_foreach ((json_t *)element, key, value)
		find_items(value, link, out);
}

static bool responds(const json_t *element, const char *link)
{
	json_t *found = json_array();
	bool answered = false;

	find_items(element, link, found);
	for (size_t i = 0; i < json_array_size(found); i++)
		answered |= json_object_get(json_array_get(found, i), "answer") != NULL;
	json_decref(found);
	return answered;
}

static void compare_row(const json_t *questionnaire, const struct random_form *form,
			const struct random_question *q, const json_t *client,
			const struct seen *seen)
{
	const char *group = form->questions[q->rows].link;
	const json_t *rows = json_object_get(client, group);
	json_t *given = json_array();

	find_items(seen->response, group, given);
	for (size_t i = 0; i < json_array_size(rows); i++) {
		bool expected = json_object_get(json_array_get(rows, i), q->link) &&
				client_shows(questionnaire, client, q->link, i);

		cr_expect_eq(responds(json_array_get(given, i), q->link), expected,
			     "%s in row %zu of %s for %s", q->link, i, dump(questionnaire),
			     dump(client));
	}
	json_decref(given);
}

/* Every question: asked here exactly when a FHIR client asks it, and given on only then. */
static void compare(const json_t *questionnaire, const struct random_form *form,
		    const json_t *client, const struct seen *seen)
{
	for (size_t i = 0; i < form->n; i++) {
		const struct random_question *q = &form->questions[i];
		bool shows, visible;

		if (q->rows >= 0 && !q->group)
			compare_row(questionnaire, form, q, client, seen);
		if (q->rows >= 0 || q->group)
			continue;
		shows = client_shows(questionnaire, client, q->link, 0);
		visible = !lists(json_object_get(seen->trace, "hidden"), q->link) &&
			  !lists(json_object_get(seen->trace, "pending"), q->link);
		cr_assert_eq(visible, shows, "%s is %s: %s for %s", q->link,
			     visible ? "asked" : "not asked", dump(questionnaire), dump(client));
		cr_assert_eq(responds(seen->response, q->link),
			     shows && json_object_get(client, q->link), "%s: %s for %s", q->link,
			     dump(questionnaire), dump(client));
	}
}

static void compare_for_many_answers(const json_t *questionnaire, const json_t *document,
				     const struct random_form *form)
{
	struct screener *program = compiled(document);

	for (int i = 0; i < TRIES; i++) {
		json_t *client, *engine;
		struct seen seen;

		random_answers(form->dice, form, &client, &engine);
		seen = seen_by_engine(program, document, engine);
		compare(questionnaire, form, client, &seen);
		json_decref(seen.trace);
		json_decref(seen.response);
		json_decref(client);
		json_decref(engine);
	}
	screener_free(&program);
}

static void expect_equal(const json_t *got, const json_t *expected)
{
	json_t *patch = patch_diff(arena, expected, got);

	cr_assert_eq(json_array_size(patch), 0, "%s", dump(patch));
	json_decref(patch);
}

/* Import, export, import: the same document, and in between the same questionnaire. */
static void expect_returns(const json_t *questionnaire, const json_t *document, enum fhir_loss loss)
{
	struct screener_findings findings;
	json_t *back = NULL, *again = NULL;

	cr_assert(is_ok(fhir_export(arena, document, loss, &back, &findings)));
	expect_equal(back, questionnaire);
	cr_assert(is_ok(fhir_import(arena, str_of(dump(back)), loss, &again, &findings)));
	expect_equal(again, document);
	json_decref(back);
	json_decref(again);
}

/* The same with what an author adds, which FHIR cannot say. */
static void expect_edited_returns(json_t *document, enum fhir_loss loss)
{
	struct screener_findings findings;
	json_t *out = NULL, *again = NULL;

	json_object_set_new(document, "purpose", json_string("acnu-self-selection"));
	cr_assert(is_ok(fhir_export(arena, document, loss, &out, &findings)));
	cr_assert(is_ok(fhir_import(arena, str_of(dump(out)), loss, &again, &findings)));
	expect_equal(again, document);
	json_decref(out);
	json_decref(again);
}

Test(fhir_property, an_import_never_changes_who_is_asked_what, .timeout = 120)
{
	struct dice dice = dice_new("random questionnaires");

	for (int i = 0; i < QUESTIONNAIRES; i++) {
		struct random_form form = random_questionnaire(&dice, false);
		struct screener_findings findings;
		json_t *document = NULL;
		struct status st = fhir_import(arena, str_of(dump(form.json)), FHIR_STRICT,
					       &document, &findings);

		cr_assert(is_ok(st), "%s: %s in %s", findings.list[0].pointer,
			  findings.list[0].message, dump(form.json));
		expect_returns(form.json, document, FHIR_STRICT);
		compare_for_many_answers(form.json, document, &form);
		expect_edited_returns(document, FHIR_STRICT);
		json_decref(document);
		random_form_free(&form);
		arena_reset(arena, false);
	}
}

/* One part that cannot be expressed: an error, or knowingly all conditions of the item. */
Test(fhir_property, a_lossy_import_asks_everyone_what_it_lost, .timeout = 120)
{
	struct dice dice = dice_new("questionnaires that lose something");
	int lossy = 0;

	for (int i = 0; i < QUESTIONNAIRES; i++) {
		struct random_form form = random_questionnaire(&dice, true);
		struct screener_findings findings;
		json_t *document = NULL;
		struct str text = str_of(dump(form.json));
		struct status st = fhir_import(arena, text, FHIR_STRICT, &document, &findings);

		cr_assert_eq(is_failed(st), form.lossy, "%s", dump(form.json));
		json_decref(document);
		cr_assert(is_ok(fhir_import(arena, text, FHIR_LOSSY, &document, &findings)));
		expect_returns(form.json, document, FHIR_LOSSY);
		compare_for_many_answers(form.honest, document, &form);
		expect_edited_returns(document, FHIR_LOSSY);
		lossy += form.lossy;
		json_decref(document);
		random_form_free(&form);
		arena_reset(arena, false);
	}
	cr_expect_gt(lossy, QUESTIONNAIRES / 10);
}

static bool has_code(const struct screener_findings *findings, const char *code)
{
	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->list[i].code, code) == 0)
			return true;
	return false;
}

Test(fhir_property, an_export_asks_the_same_people_or_says_that_it_cannot, .timeout = 120)
{
	struct dice dice = dice_new("random screeners");
	int said = 0;

	for (int i = 0; i < SCREENERS; i++) {
		struct random_form form = random_screener(&dice);
		struct screener_findings findings;
		json_t *questionnaire = NULL, *back = NULL;

		if (is_failed(fhir_export(arena, form.json, FHIR_STRICT, &questionnaire,
					  &findings))) {
			cr_assert(has_code(&findings, "FHIR_ENABLE_WHEN"));
			cr_assert(is_ok(fhir_export(arena, form.json, FHIR_LOSSY, &questionnaire,
						    &findings)));
		} else {
			compare_for_many_answers(questionnaire, form.json, &form);
			said++;
		}
		cr_assert(is_ok(fhir_import(arena, str_of(dump(questionnaire)), FHIR_STRICT, &back,
					    &findings)));
		expect_equal(back, form.json);
		json_decref(back);
		json_decref(questionnaire);
		random_form_free(&form);
		arena_reset(arena, false);
	}
	cr_expect_gt(said, SCREENERS / 10);
}
