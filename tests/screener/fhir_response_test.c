/* QuestionnaireResponses: what the evaluation counted, and nothing else. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "kit.h"

#include "screener/exchange/fhir.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(SIZE_MAX);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(fhir_response, .init = set_up, .fini = tear_down);

static json_t *data(const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s.json", SCREENER_TESTS, name);
	json_t *json = json_load_file(path, 0, NULL);

	cr_assert_not_null(json, "%s", path);
	return json;
}

static const char *dump_digits(const json_t *json, size_t digits)
{
	char *text = json_dumps(json, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(digits));
	const char *copy = arena_strdup(arena, text ? text : "");

	free(text);
	return copy;
}

static const char *dump(const json_t *json)
{
	return dump_digits(json, 15);
}

static struct kit kit_of(const json_t *document)
{
	struct kit kit = kit_compile(dump(document));

	cr_assert_not_null(kit.screener, "%s", kit_findings(&kit));
	return kit;
}

static json_t *response_to(const char *name, const char *answers, const char *pruned)
{
	json_t *document = data(name), *given = json_loads(kit_json(arena, answers), 0, NULL);
	struct kit kit = kit_of(document);
	json_t *out, *trace;

	kit_eval(&kit, dump(given));
	out = fhir_response(arena, document, given, &kit.result, true);
	trace = json_loads(kit_trace(&kit), 0, NULL);
	cr_expect_str_eq(dump(json_object_get(trace, "pruned")), kit_json(arena, pruned));
	json_decref(trace);
	kit_free(&kit);
	json_decref(given);
	json_decref(document);
	return out;
}

static void expect_response(const char *answers, const char *status, const char *items,
			    const char *pruned)
{
	json_t *out = response_to("data/fhir_rows", answers, pruned);
	const char *got = dump(json_object_get(out, "item"));

	cr_expect_str_eq(got, kit_json(arena, items), "%s: %s", answers, got);
	cr_expect_str_eq(json_string_value(json_object_get(out, "status")), status, "%s", answers);
	json_decref(out);
}

Test(fhir_response, answers_that_a_row_hides_stay_out_of_a_response_and_are_named_as_pruned)
{
	static const char asthma[] =
		"[{'linkId':'kid','item':[{'linkId':'asthma','answer':[{'valueBoolean':false}]}]}]";

	expect_response("{'kid':[{'asthma':false,'brand':'B'}]}", "completed", asthma,
			"['kid/0/brand']");
	expect_response("{'kid':[{'brand':'B'}]}", "completed", "[{'linkId':'kid'}]",
			"['kid/0/brand']");
	expect_response("{'kid':[{'asthma':false,'sev':'bad','puffs':9}]}", "completed", asthma,
			"['kid/0/sev','kid/0/puffs']");
	expect_response(
		"{'kid':[{'asthma':true,'brand':'B'},{'work':'x','asthma':false}]}", "completed",
		"[{'linkId':'kid','item':[{'linkId':'asthma','answer':[{'valueBoolean':true}]"
		"},{'linkId':'brand','answer':[{'valueString':'B'}]}]},{'linkId':'kid','item':"
		"[{'linkId':'asthma','answer':[{'valueBoolean':false}]}]}]",
		"['kid/1/work']");
	expect_response("{'adult':false,'job':'x','h':[{'car':'y'}]}", "completed",
			"[{'linkId':'adult','answer':[{'valueBoolean':false}]}]", "['job','h']");
}

Test(fhir_response, invalid_answers_stay_out_of_a_response_that_is_then_in_progress)
{
	static const char *const table[] = {
		"{'d':'2023-02-30'}", "{'d':5}",     "{'n':7}",	  "{'n':1.5}",
		"{'m':['a','none']}", "{'m':['z']}", "{'c':'y'}", "{'t':5}"};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		expect_response(table[i], "in-progress", "", "[]");
	expect_response("{'kid':[{'asthma':'yes'}]}", "in-progress", "[{'linkId':'kid'}]", "[]");
	expect_response("{'kid':[{},{},{},{}]}", "in-progress", "", "[]");
	expect_response("{'unknown':1}", "completed", "", "[]");
	expect_response("{'t':' '}", "completed", "", "[]");
}

Test(fhir_response, answers_have_the_type_of_their_question)
{
	expect_response(
		"{'d':'2023-02-28','n':3.0,'m':['a'],'c':'x','t':'2023-02-28'}", "completed",
		"[{'linkId':'d','answer':[{'valueDate':'2023-02-28'}]},{'linkId':'n','answer'"
		":[{'valueInteger':3}]},{'linkId':'m','answer':[{'valueCoding':{'code':'a'}}]"
		"},{'linkId':'c','answer':[{'valueCoding':{'code':'x'}}]},{'linkId':'t',"
		"'answer':[{'valueString':'2023-02-28'}]}]",
		"[]");
}

/* status and items of the response of an imported questionnaire */
static void expect_imported_response(const char *questionnaire, const char *answers,
				     const char *status, const char *items)
{
	struct screener_findings findings;
	json_t *form = json_loads(kit_json(arena, questionnaire), 0, NULL);
	json_t *document = NULL, *out;
	json_t *given = json_loads(kit_json(arena, answers), 0, NULL);
	struct kit kit;

	cr_assert(is_ok(fhir_import(arena, str_of(dump(form)), FHIR_STRICT, &document, &findings)));
	kit = kit_of(document);
	kit_eval(&kit, dump(given));
	out = fhir_response(arena, document, given, &kit.result, true);
	cr_expect_str_eq(dump(json_object_get(out, "item")), kit_json(arena, items));
	cr_expect_str_eq(json_string_value(json_object_get(out, "status")), status);
	json_decref(out);
	json_decref(given);
	json_decref(document);
	json_decref(form);
	kit_free(&kit);
}

Test(fhir_response, a_response_without_a_required_answer_is_in_progress)
{
	static const char form[] =
		"{'resourceType':'Questionnaire','item':[{'linkId':'a','type':'boolean'},{'linkId':"
		"'b','type':'boolean','required':true,'enableWhen':[{'question':'a','operator':'=',"
		"'answerBoolean':true}]}]}";

	expect_imported_response(form, "{'a':true}", "in-progress",
				 "[{'linkId':'a','answer':[{'valueBoolean':true}]}]");
	expect_imported_response(form, "{'a':false}", "completed",
				 "[{'linkId':'a','answer':[{'valueBoolean':false}]}]");
	expect_imported_response(form, "{}", "completed", "");
}

Test(fhir_response, a_child_stands_below_its_own_question)
{
	static const char form[] =
		"{'resourceType':'Questionnaire','item':[{'linkId':'a','type':'boolean'},{'linkId':"
		"'b','type':'boolean','item':[{'linkId':'c','type':'boolean'}]}]}";

	expect_imported_response(
		form, "{'a':true,'b':true,'c':true}", "completed",
		"[{'linkId':'a','answer':[{'valueBoolean':true}]},{'linkId':'b','answer':[{"
		"'valueBoolean':true,'item':[{'linkId':'c','answer':[{'valueBoolean':true}]}]}]}]");
	expect_imported_response(form, "{'a':true,'c':true}", "completed",
				 "[{'linkId':'a','answer':[{'valueBoolean':true}]},{'linkId':'b','"
				 "item':[{'linkId':'c'"
				 ",'answer':[{'valueBoolean':true}]}]}]");
}
