/* FHIR questionnaires: what maps, what is kept, and documents that mean harm. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#include "random_json.h"

#include "screener/exchange/fhir.h"
#include "screener/exchange/patch.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(SIZE_MAX);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(fhir, .init = set_up, .fini = tear_down);

static json_t *data(const char *file)
{
	const char *path =
		arena_printf(arena, "%s/tests/screener/data/%s", getenv("AEGIS_SOURCE"), file);
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, NULL);

	cr_assert(json, "%s", path);
	return json;
}

static json_t *import(const char *json, struct screener_findings *findings)
{
	json_t *out = NULL;
	struct status st = fhir_import(arena, str_of(json), FHIR_LOSSY, &out, findings);

	cr_assert(is_ok(st), "%s", reason_name(st.reason));
	return out;
}

static json_t *export(const json_t *document, struct screener_findings *findings)
{
	json_t *out = NULL;
	struct status st = fhir_export(arena, document, FHIR_STRICT, &out, findings);

	cr_assert(is_ok(st), "%s", reason_name(st.reason));
	return out;
}

static bool has_finding(const struct screener_findings *findings, const char *code)
{
	for (size_t i = 0; i < findings->n; i++)
		if (strcmp(findings->list[i].code, code) == 0)
			return true;
	return false;
}

static char *dump(const json_t *json)
{
	return json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
}

static const char *dump_in_arena(const json_t *json)
{
	char *text = dump(json), *copy = arena_strdup(arena, text);

	free(text);
	return copy;
}

static json_t *import_data(const char *file, struct screener_findings *findings)
{
	json_t *json = data(file), *document = import(dump_in_arena(json), findings);

	json_decref(json);
	return document;
}

static void expect_equal(const json_t *got, const json_t *expected)
{
	json_t *patch = patch_diff(arena, expected, got);
	char *text = dump(patch);

	cr_expect_eq(json_array_size(patch), 0, "%s", text);
	free(text);
	json_decref(patch);
}

static void expect_item(const json_t *document, size_t i, const char *expected)
{
	char *text = dump(json_array_get(json_object_get(document, "items"), i));

	cr_expect_str_eq(text, expected, "%s", text);
	free(text);
}

/* NULL when it compiles, else the code of the first error. */
static const char *compile_error(const json_t *document)
{
	char *text = dump(document);
	struct screener_findings findings;
	struct screener *screener = NULL;
	const char *error = NULL;

	if (is_failed(screener_compile(arena, str_of(text), NULL, 0, &screener, &findings)))
		for (size_t i = 0; i < findings.n && !error; i++)
			if (findings.list[i].severity == SCREENER_ERROR) {
				error = findings.list[i].code;
				fprintf(stderr, "%s: %s\n", findings.list[i].pointer,
					findings.list[i].message);
			}
	screener_free(&screener);
	free(text);
	return error;
}

Test(fhir, questions_become_items_that_compile)
{
	struct screener_findings findings;
	json_t *document = import_data("fhir_intake.json", &findings);

	expect_item(document, 0,
		    "{\"id\":\"q1\",\"type\":\"boolean\",\"required\":true,\"x_fhir\":{\"linkId\":"
		    "\"1\"}}");
	expect_item(
		document, 1,
		"{\"id\":\"q2\",\"type\":\"integer\",\"show_if\":{\"==\":[{\"var\":\"q1\"},true]},"
		"\"min\":1,\"max\":100,\"x_fhir\":{\"linkId\":\"2\"}}");
	expect_item(document, 2,
		    "{\"id\":\"q2_below\",\"type\":\"group\",\"items\":[{\"id\":\"q2_1\",\"type\":"
		    "\"date\",\"x_fhir\":{\"linkId\":\"2.1\"}}],\"x_fhir\":{\"below\":true},"
		    "\"show_if\":{\"==\":[{\"var\":\"q1\"},true]}}");
	cr_expect_null(compile_error(document));
	cr_expect(has_finding(&findings, "FHIR_NO_RULES"));
	cr_expect(has_finding(&findings, "FHIR_KEPT"));
	cr_expect_eq(findings.n_errors, 0);
	cr_expect_str_eq(json_string_value(json_object_get(
				 json_object_get(json_object_get(document, "i18n"), "es-US"),
				 "item.q1.text")),
			 "¿Fuma usted?");
	json_decref(document);
}

Test(fhir, a_questionnaire_comes_back_as_it_was)
{
	struct screener_findings findings;
	json_t *document = import_data("fhir_intake.json", &findings);
	json_t *original = data("fhir_intake.json");
	json_t *back = export(document, &findings);

	expect_equal(back, original);
	cr_expect_eq(findings.n, 0);
	json_decref(back);
	json_decref(original);
	json_decref(document);
}

static void expect_document_returns(const json_t *document)
{
	struct screener_findings findings;
	json_t *questionnaire_json = export(document, &findings), *back;
	char *text = dump(questionnaire_json);

	cr_expect_eq(findings.n_errors, 0);
	back = import(text, &findings);
	expect_equal(back, document);
	cr_expect_not(has_finding(&findings, "FHIR_CHANGED"));
	cr_expect(has_finding(&findings, "FHIR_RESTORED"));
	free(text);
	json_decref(back);
	json_decref(questionnaire_json);
}

Test(fhir, a_screener_comes_back_as_it_was)
{
	json_t *document = data("fhir_statin.json");
	struct screener_findings findings;

	cr_assert_null(compile_error(document));
	expect_document_returns(document);
	json_t *out = export(document, &findings);

	cr_expect(has_finding(&findings, "FHIR_NOT_MAPPED"));
	json_decref(out);
	json_decref(document);
}

Test(fhir, what_fhir_can_say_is_said_in_fhir)
{
	json_t *document = data("fhir_statin.json");
	struct screener_findings findings;
	json_t *out = export(document, &findings), *items = json_object_get(out, "item");
	char *when = dump(json_object_get(json_array_get(items, 2), "enableWhen"));
	char *both = dump(json_object_get(json_array_get(items, 10), "enableWhen"));
	char *option = dump(json_object_get(json_array_get(items, 1), "answerOption"));

	cr_expect_str_eq(when,
			 "[{\"question\":\"sex\",\"operator\":\"=\",\"answerCoding\":{\"code\":"
			 "\"F\"}}]");
	cr_expect_str_eq(
		both, "[{\"question\":\"sex\",\"operator\":\"exists\",\"answerBoolean\":true},{"
		      "\"question\":\"sex\",\"operator\":\"!=\",\"answerCoding\":{\"code\":"
		      "\"M\"}},{\"question\":\"age\",\"operator\":\">=\",\"answerInteger\":40}]");
	cr_expect(strstr(option, "ordinalValue\",\"valueDecimal\":2"), "%s", option);
	cr_expect(strstr(option, "\"content\",\"valueString\":\"Mujer\""), "%s", option);
	cr_expect_str_eq(json_string_value(json_object_get(out, "version")), "7");
	free(when);
	free(both);
	free(option);
	json_decref(out);
	json_decref(document);
}

Test(fhir, a_questionnaire_changed_after_export_brings_no_rules_back)
{
	json_t *document = data("fhir_statin.json");
	struct screener_findings findings;
	json_t *out = export(document, &findings);

	json_array_remove(json_object_get(out, "item"), 0);
	char *text = dump(out);
	json_t *back = import(text, &findings);

	cr_expect(has_finding(&findings, "FHIR_CHANGED"));
	cr_expect_str_eq(json_string_value(json_object_get(back, "on_unknown")), "review");
	free(text);
	json_decref(back);
	json_decref(out);
	json_decref(document);
}

Test(fhir, an_edited_import_still_gives_a_questionnaire)
{
	struct screener_findings findings;
	json_t *document = import_data("fhir_intake.json", &findings), *out;

	json_array_remove(json_object_get(document, "items"), 4);
	out = export(document, &findings);
	cr_expect(has_finding(&findings, "FHIR_CHANGED"));
	cr_expect_eq(json_array_size(json_object_get(out, "item")), 3);
	json_decref(out);
	json_decref(document);
}

Test(fhir, conditions_that_depend_on_each_other_are_a_cycle)
{
	struct screener_findings findings;
	json_t *document = import_data("fhir_cycle.json", &findings);

	cr_expect_str_eq(compile_error(document), "CYCLE");
	json_decref(document);
}

Test(fhir, contained_value_sets_give_options)
{
	struct screener_findings findings;
	json_t *document = import_data("fhir_value_sets.json", &findings);

	cr_expect_eq(json_array_size(json_object_get(
			     json_array_get(json_object_get(document, "items"), 0), "options")),
		     2);
	cr_expect(has_finding(&findings, "FHIR_VALUE_SET"));
	cr_expect_null(compile_error(document));
	json_decref(document);
}

static void expect_refused(const char *json, const char *reason, struct screener_findings *findings)
{
	json_t *out = NULL;

	cr_expect_str_eq(
		reason_name(fhir_import(arena, str_of(json), FHIR_LOSSY, &out, findings).reason),
		reason);
	cr_expect_null(out);
}

Test(fhir, what_is_no_questionnaire_is_refused)
{
	struct screener_findings findings;

	expect_refused("", "FHIR_JSON", &findings);
	expect_refused("[]", "FHIR_TYPE", &findings);
	expect_refused("{\"resourceType\":\"Patient\"}", "FHIR_TYPE", &findings);
	expect_refused("{\"resourceType\":5}", "FHIR_TYPE", &findings);
	expect_refused("{\"resourceType\":\"Questionnaire\",\"a\":1,\"a\":2}", "FHIR_JSON",
		       &findings);
}

Test(fhir, depth_number_and_doubled_names_are_findings)
{
	struct strbuf buf = strbuf_new(arena);
	struct screener_findings findings;

	strbuf_add_c(&buf, "{\"resourceType\":\"Questionnaire\"");
	for (int i = 0; i < 500; i++)
		strbuf_printf(&buf, ",\"item\":[{\"linkId\":\"%d\",\"type\":\"group\"", i);
	for (int i = 0; i < 500; i++)
		strbuf_add_c(&buf, "}]");
	strbuf_add_c(&buf, "}");
	expect_refused(buf.ptr, "FHIR_INVALID", &findings);
	cr_expect(has_finding(&findings, "FHIR_TOO_DEEP"));

	buf = strbuf_new(arena);
	strbuf_add_c(&buf, "{\"resourceType\":\"Questionnaire\",\"item\":[null");
	for (int i = 0; i < 1500; i++) /* two of them have one name */
		strbuf_printf(&buf, ",{\"linkId\":\"%d\",\"type\":\"boolean\"}", i == 9 ? 8 : i);
	strbuf_add_c(&buf, "]}");
	expect_refused(buf.ptr, "FHIR_INVALID", &findings);
	cr_expect(has_finding(&findings, "FHIR_TOO_MANY"));
	cr_expect(has_finding(&findings, "FHIR_LINK_ID"));
}

/* Questionnaires with parts replaced by anything: no crash, and they come back whole. */
Test(fhir, damaged_questionnaires_come_back_as_they_were)
{
	struct dice dice = dice_new("damaged questionnaires");
	json_t *original = data("fhir_intake.json");

	for (int i = 0; i < 1500; i++) {
		struct screener_findings findings;
		json_t *damaged = dice_mutate(&dice, original, 3), *document = NULL;
		char *text = dump(damaged);

		if (is_ok(fhir_import(arena, str_of(text), FHIR_LOSSY, &document, &findings))) {
			json_t *back = export(document, &findings);

			expect_equal(back, damaged);
			json_decref(back);
		}
		free(text);
		json_decref(document);
		json_decref(damaged);
		arena_reset(arena, false);
	}
	json_decref(original);
}

Test(fhir, damaged_screeners_are_exported_without_harm)
{
	struct dice dice = dice_new("damaged screeners");
	json_t *original = data("fhir_statin.json");

	for (int i = 0; i < 1500; i++) {
		struct screener_findings findings;
		json_t *damaged = dice_mutate(&dice, original, 3), *out = NULL;

		cr_expect(json_is_object(damaged) ==
			  is_ok(fhir_export(arena, damaged, FHIR_LOSSY, &out, &findings)));
		json_decref(out);
		json_decref(damaged);
		arena_reset(arena, false);
	}
	json_decref(original);
}

static json_t *response(const json_t *document, const json_t *answers)
{
	struct str json = str_of(dump_in_arena(document)), given = str_of(dump_in_arena(answers));
	struct screener_findings findings;
	struct screener_answers *parsed;
	struct screener *program = NULL;
	struct screener_result result;
	json_t *out;

	cr_assert(is_ok(screener_compile(arena, json, NULL, 0, &program, &findings)));
	cr_assert(is_ok(screener_answers_parse(program, arena, given, 20000, &parsed)));
	screener_eval(program, parsed, arena, SCREENER_FULL, &result);
	out = fhir_response(arena, document, answers, &result, true);
	screener_free(&program);
	return out;
}

Test(fhir, answers_become_a_response_without_the_pruned)
{
	struct screener_findings findings;
	json_t *document = import_data("fhir_intake.json", &findings);
	json_t *answers =
		json_loads("{\"q1\":true,\"q2\":20,\"q2_1\":\"2021-05-01\",\"ln_44250_9\":"
			   "\"LA6569-3\",\"w\":70.5,\"m\":[\"blood_thinner\"],\"pruned\":\"x\"}",
			   0, NULL);
	json_t *out = response(document, answers);
	json_t *expected = data("fhir_intake_response.json");

	expect_equal(out, expected);
	json_decref(expected);
	json_decref(out);
	json_decref(answers);
	json_decref(document);
}
