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

#define TRANSLATION "http://hl7.org/fhir/StructureDefinition/translation"

static const char questionnaire[] =
	"{\"resourceType\":\"Questionnaire\",\"id\":\"intake\",\"language\":\"en-US\","
	"\"url\":\"http://example.org/Questionnaire/intake\",\"version\":\"3\",\"name\":\"Intake\","
	"\"title\":\"Intake form\",\"status\":\"active\",\"date\":\"2026-01-01\","
	"\"text\":{\"status\":\"generated\",\"div\":\"<div>x</div>\"},\"item\":["
	"{\"linkId\":\"1\",\"prefix\":\"1.\",\"text\":\"Do you smoke?\",\"_text\":{\"extension\":[{"
	"\"url\":\"" TRANSLATION "\",\"extension\":[{\"url\":\"lang\",\"valueCode\":\"es-US\"},"
	"{\"url\":\"content\",\"valueString\":\"¿Fuma usted?\"}]}]},\"type\":\"boolean\","
	"\"required\":true},"
	"{\"linkId\":\"2\",\"text\":\"How many a day?\",\"type\":\"integer\",\"enableWhen\":[{"
	"\"question\":\"1\",\"operator\":\"=\",\"answerBoolean\":true}],\"extension\":[{\"url\":"
	"\"http://hl7.org/fhir/StructureDefinition/minValue\",\"valueInteger\":1},{\"url\":"
	"\"http://hl7.org/fhir/StructureDefinition/maxValue\",\"valueInteger\":100}],"
	"\"item\":[{\"linkId\":\"2.1\",\"text\":\"Since when?\",\"type\":\"date\"}]},"
	"{\"linkId\":\"LN/44250-9\",\"text\":\"Little "
	"interest\",\"type\":\"choice\",\"answerOption\":["
	"{\"valueCoding\":{\"system\":\"http://loinc.org\",\"code\":\"LA6568-5\",\"display\":\"Not "
	"at "
	"all\"},\"extension\":[{\"url\":\"http://hl7.org/fhir/StructureDefinition/ordinalValue\","
	"\"valueDecimal\":0}]},{\"valueCoding\":{\"system\":\"http://loinc.org\",\"code\":"
	"\"LA6569-3\",\"display\":\"Several days\"},\"extension\":[{\"url\":"
	"\"http://hl7.org/fhir/StructureDefinition/ordinalValue\",\"valueDecimal\":1}]}],"
	"\"initial\":[{\"valueCoding\":{\"system\":\"http://loinc.org\",\"code\":\"LA6568-5\"}}]},"
	"{\"linkId\":\"g\",\"type\":\"group\",\"text\":\"Body\",\"enableWhen\":[{\"question\":"
	"\"LN/44250-9\",\"operator\":\"=\",\"answerCoding\":{\"system\":\"http://"
	"loinc.org\",\"code\":"
	"\"LA6569-3\"}},{\"question\":\"2.1\",\"operator\":\">=\",\"answerDate\":\"2020-01-01\"}],"
	"\"enableBehavior\":\"all\",\"item\":[{\"linkId\":\"w\",\"text\":\"Weight\",\"type\":"
	"\"quantity\",\"extension\":[{\"url\":"
	"\"http://hl7.org/fhir/StructureDefinition/"
	"questionnaire-unit\",\"valueCoding\":{\"system\":"
	"\"http://"
	"unitsofmeasure.org\",\"code\":\"kg\"}}]},{\"linkId\":\"m\",\"text\":\"Medicines\","
	"\"type\":\"choice\",\"repeats\":true,\"answerOption\":[{\"valueString\":\"blood "
	"thinner\"},{"
	"\"valueString\":\"none\"}]},{\"linkId\":\"n\",\"text\":\"Notes\",\"type\":\"text\","
	"\"maxLength\":200}]}]}";

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
	json_t *document = import(questionnaire, &findings);

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
	json_t *document = import(questionnaire, &findings);
	json_t *original = json_loads(questionnaire, 0, NULL);
	json_t *back = export(document, &findings);

	expect_equal(back, original);
	cr_expect_eq(findings.n, 0);
	json_decref(back);
	json_decref(original);
	json_decref(document);
}

static const char screener[] =
	"{\"format\":\"screener/"
	"1\",\"slug\":\"statin\",\"version\":7,\"locales\":[\"en-US\",\"es-US\"],"
	"\"items\":[{\"id\":\"age\",\"type\":\"integer\",\"unit\":\"a\",\"required\":true,"
	"\"safety\":"
	"true,\"min\":0,\"max\":120},{\"id\":\"sex\",\"type\":\"choice\",\"required\":true,"
	"\"options\":[{\"code\":\"F\"},{\"code\":\"M\",\"score\":2}]},{\"id\":\"pregnant\","
	"\"type\":"
	"\"boolean\",\"show_if\":{\"==\":[{\"var\":\"sex\"},\"F\"]},\"when_hidden\":false,"
	"\"required\":"
	"{\"<\":[{\"var\":\"age\"},55]}},{\"id\":\"home\",\"type\":\"state\"},{\"id\":\"zip\","
	"\"type\":"
	"\"zip\"},{\"id\":\"weight\",\"type\":\"quantity\",\"unit\":\"kg\",\"units\":[{\"code\":"
	"\"[lb_av]\",\"factor\":\"0.45359237\"}]},{\"id\":\"born\",\"type\":\"date\",\"max\":"
	"\"today-18Y\"},{\"id\":\"kids\",\"type\":\"group\",\"repeats\":true,\"max_rows\":9,"
	"\"items\":["
	"{\"id\":\"kid_age\",\"type\":\"integer\"}]},{\"id\":\"meds\",\"type\":\"multi\",\"show_"
	"if\":{"
	"\"some\":[\"meds2\",[\"a\"]]},\"options\":[{\"code\":\"none\",\"exclusive\":true},{"
	"\"code\":"
	"\"x\"}]},{\"id\":\"meds2\",\"type\":\"multi\",\"options\":[{\"code\":\"a\"},{\"code\":"
	"\"b\"}]},"
	"{\"id\":\"hdl\",\"type\":\"decimal\",\"min\":0.5,\"step\":0.1,\"show_if\":{\"and\":[{\"!="
	"\":[{"
	"\"var\":\"sex\"},\"M\"]},{\">=\":[{\"var\":\"age\"},40]}]}},{\"id\":\"ok\",\"type\":"
	"\"attestation\"}],\"derived\":[{\"id\":\"d\",\"type\":\"decimal\",\"rule\":{\"var\":"
	"\"hdl\"}}],"
	"\"outcomes\":[{\"id\":\"no\",\"severity\":2},{\"id\":\"yes\",\"severity\":1,\"issue_"
	"code\":{"
	"\"class\":\"retail\",\"ttl\":\"P7D\"}}],\"hit_policy\":\"first\",\"rules\":[{\"id\":"
	"\"R1\","
	"\"if\":{\"var\":\"pregnant\"},\"then\":\"no\"},{\"id\":\"R2\",\"else\":true,\"then\":"
	"\"yes\"}],\"on_unknown\":\"no\",\"i18n\":{\"en-US\":{\"title\":\"Statin\",\"item.age."
	"text\":"
	"\"How old are "
	"you?\",\"item.sex.option.F\":\"Female\"},\"es-US\":{\"item.age.text\":\"¿Cuántos "
	"años tiene?\",\"item.sex.option.F\":\"Mujer\",\"outcome.no.title\":\"No\"}}}";

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
	json_t *document = json_loads(screener, 0, NULL);
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
	json_t *document = json_loads(screener, 0, NULL);
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
	json_t *document = json_loads(screener, 0, NULL);
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
	json_t *document = import(questionnaire, &findings), *out;

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
	json_t *document = import(
		"{\"resourceType\":\"Questionnaire\",\"item\":[{\"linkId\":\"a\",\"type\":"
		"\"boolean\","
		"\"enableWhen\":[{\"question\":\"b\",\"operator\":\"=\",\"answerBoolean\":true}]},{"
		"\"linkId\":\"b\",\"type\":\"boolean\",\"enableWhen\":[{\"question\":\"a\","
		"\"operator\":\"=\",\"answerBoolean\":true}]}]}",
		&findings);

	cr_expect_str_eq(compile_error(document), "CYCLE");
	json_decref(document);
}

Test(fhir, contained_value_sets_give_options)
{
	struct screener_findings findings;
	json_t *document = import(
		"{\"resourceType\":\"Questionnaire\",\"contained\":[{\"resourceType\":\"ValueSet\","
		"\"id\":\"yn\",\"compose\":{\"include\":[{\"system\":\"urn:s\",\"concept\":[{"
		"\"code\":"
		"\"Y\",\"display\":\"Yes\"},{\"code\":\"N\",\"display\":\"No\"}]}]}}],\"item\":[{"
		"\"linkId\":\"a\",\"type\":\"choice\",\"answerValueSet\":\"#yn\"},{\"linkId\":"
		"\"b\","
		"\"type\":\"choice\",\"answerValueSet\":\"http://example.org/vs\"}]}",
		&findings);

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
	json_t *original = json_loads(questionnaire, 0, NULL);

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
	json_t *original = json_loads(screener, 0, NULL);

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
	json_t *document = import(questionnaire, &findings);
	json_t *answers =
		json_loads("{\"q1\":true,\"q2\":20,\"q2_1\":\"2021-05-01\",\"ln_44250_9\":"
			   "\"LA6569-3\",\"w\":70.5,\"m\":[\"blood_thinner\"],\"pruned\":\"x\"}",
			   0, NULL);
	json_t *out = response(document, answers);
	char *text = dump(out);

	cr_expect_str_eq(
		text,
		"{\"resourceType\":\"QuestionnaireResponse\",\"language\":\"en-US\","
		"\"questionnaire\":"
		"\"http://example.org/Questionnaire/intake|3\",\"status\":\"completed\",\"item\":[{"
		"\"linkId\":\"1\",\"text\":\"Do you "
		"smoke?\",\"answer\":[{\"valueBoolean\":true}]},{"
		"\"linkId\":\"2\",\"text\":\"How many a "
		"day?\",\"answer\":[{\"valueInteger\":20,\"item\":"
		"[{\"linkId\":\"2.1\",\"text\":\"Since when?\",\"answer\":[{\"valueDate\":"
		"\"2021-05-01\"}]}]}]},{\"linkId\":\"LN/44250-9\",\"text\":\"Little interest\","
		"\"answer\":[{\"valueCoding\":{\"system\":\"http://"
		"loinc.org\",\"code\":\"LA6569-3\","
		"\"display\":\"Several days\"}}]},{\"linkId\":\"g\",\"text\":\"Body\",\"item\":[{"
		"\"linkId\":\"w\",\"text\":\"Weight\",\"answer\":[{\"valueQuantity\":{\"value\":70."
		"5,"
		"\"unit\":\"kg\",\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}]},{"
		"\"linkId\":\"m\",\"text\":\"Medicines\",\"answer\":[{\"valueString\":\"blood "
		"thinner\"}]}]}]}",
		"%s", text);
	free(text);
	json_decref(out);
	json_decref(answers);
	json_decref(document);
}
