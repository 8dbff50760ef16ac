/* QuestionnaireResponses: what the evaluation counted, and nothing else. */
#include <criterion/criterion.h>

#include "fhir_kit.h"

TestSuite(fhir_response, .init = fhir_kit_open, .fini = fhir_kit_close);

static json_t *response_to(const char *name, const char *answers, const char *pruned)
{
	json_t *document = fhir_data(name), *given = fhir_loads(answers);
	struct kit kit = fhir_kit_of(document);
	json_t *out, *trace;

	kit_eval(&kit, fhir_dump(given));
	out = fhir_response(fhir_arena, document, given, &kit.result, true);
	trace = json_loads(kit_trace(&kit), 0, NULL);
	cr_expect_str_eq(fhir_dump(json_object_get(trace, "pruned")), kit_json(fhir_arena, pruned));
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
	const char *got = fhir_dump(json_object_get(out, "item"));

	cr_expect_str_eq(got, kit_json(fhir_arena, items), "%s: %s", answers, got);
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
	json_t *form = fhir_loads(questionnaire);
	json_t *document = NULL, *out;
	json_t *given = fhir_loads(answers);
	struct kit kit;

	cr_assert(is_ok(fhir_import(fhir_arena, str_of(fhir_dump(form)), FHIR_STRICT, &document,
				    &findings)));
	kit = fhir_kit_of(document);
	kit_eval(&kit, fhir_dump(given));
	out = fhir_response(fhir_arena, document, given, &kit.result, true);
	cr_expect_str_eq(fhir_dump(json_object_get(out, "item")), kit_json(fhir_arena, items));
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
