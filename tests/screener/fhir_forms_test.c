/*
 * Forms of questionnaires that other tools write: what each becomes, and what is
 * an error.  Questionnaires are in corpus/fhir, screeners in data.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "fhir_kit.h"
#include "screener/exchange/patch.h"

TestSuite(fhir_forms, .init = fhir_kit_open, .fini = fhir_kit_close);

static size_t count(const struct screener_findings *findings, const char *code)
{
	size_t n = 0;

	for (size_t i = 0; i < findings->n; i++)
		n += strcmp(findings->list[i].code, code) == 0;
	return n;
}

static const json_t *item_of(const json_t *list, const char *id, const char *key)
{
	const json_t *found = NULL;

	for (size_t i = 0; i < json_array_size(list) && !found; i++) {
		const json_t *item = json_array_get(list, i);

		if (strcmp(json_string_value(json_object_get(item, key)), id) == 0)
			return item;
		found = item_of(json_object_get(item, key[0] == 'i' ? "items" : "item"), id, key);
	}
	return found;
}

static const json_t *item(const json_t *document, const char *id)
{
	return item_of(json_object_get(document, "items"), id, "id");
}

static json_t *import_data(const char *name)
{
	struct screener_findings findings;
	json_t *questionnaire = fhir_data(arena_printf(fhir_arena, "corpus/fhir/%s", name));
	json_t *document = fhir_imported(questionnaire, FHIR_STRICT, &findings), *back = NULL;

	cr_assert_not_null(document, "%s: %s", name, findings.list[0].message);
	cr_assert(is_ok(fhir_export(fhir_arena, document, FHIR_STRICT, &back, &findings)));
	cr_expect(patch_equal(back, questionnaire), "%s", fhir_dump(back));
	json_decref(back);
	json_decref(questionnaire);
	return document;
}

/* The show_if of "asked" with these conditions; NULL when it is refused. */
static const char *asked_when(const char *conditions, const char *behaviour)
{
	struct screener_findings findings;
	json_t *questionnaire = fhir_data("corpus/fhir/conditions"), *document, *lossy;
	json_t *asked =
		(json_t *)item_of(json_object_get(questionnaire, "item"), "asked", "linkId");
	const char *show_if = NULL;

	json_object_set_new(asked, "enableWhen", fhir_loads(conditions));
	if (behaviour)
		json_object_set_new(asked, "enableBehavior", json_string(behaviour));
	document = fhir_imported(questionnaire, FHIR_STRICT, &findings);
	if (document) {
		struct kit kit = fhir_kit_of(document);

		show_if = fhir_dump(json_object_get(item(document, "asked"), "show_if"));
		kit_free(&kit);
	} else {
		cr_expect_eq(count(&findings, "FHIR_ENABLE_WHEN"), findings.n_errors);
		lossy = fhir_imported(questionnaire, FHIR_LOSSY, &findings);
		cr_expect_eq(count(&findings, "FHIR_ENABLE_WHEN"), 1);
		cr_expect_null(json_object_get(item(lossy, "asked"), "show_if"));
		json_decref(lossy);
	}
	json_decref(document);
	json_decref(questionnaire);
	return show_if;
}

static void expect_when(const char *conditions, const char *behaviour, const char *expected)
{
	const char *got = asked_when(conditions, behaviour);

	if (expected)
		cr_expect_str_eq(got ? got : "refused", kit_json(fhir_arena, expected), "%s: %s",
				 conditions, got);
	else
		cr_expect_null(got, "%s: %s", conditions, got);
}

Test(fhir_forms, conditions_that_a_rule_can_say_are_said)
{
	static const char *const table[][2] = {
		{"[{'question':'b','operator':'=','answerBoolean':false}]",
		 "{'==':[{'var':'b'},false]}"},
		{"[{'question':'s','operator':'exists','answerBoolean':true}]",
		 "{'==':[{'var':'s'},{'var':'s'}]}"},
		{"[{'question':'s','operator':'exists','answerBoolean':false}]",
		 "{'==':[{'var':'s_answered'},0]}"},
		{"[{'question':'m','operator':'=','answerCoding':{'code':'A'}}]",
		 "{'some':['m',['A']]}"},
		{"[{'question':'s','operator':'!=','answerString':'x'}]",
		 "{'or':[{'==':[{'var':'s_answered'},0]},{'!=':[{'var':'s'},'x']}]}"},
		{"[{'question':'n','operator':'>','answerDecimal':4.5}]", "{'>=':[{'var':'n'},5]}"},
		{"[{'question':'n','operator':'>=','answerDecimal':4.5}]",
		 "{'>=':[{'var':'n'},5]}"},
		{"[{'question':'n','operator':'<','answerDecimal':4.5}]", "{'<=':[{'var':'n'},4]}"},
		{"[{'question':'n','operator':'<=','answerDecimal':-4.5}]",
		 "{'<=':[{'var':'n'},-5]}"},
		{"[{'question':'n','operator':'=','answerDecimal':4.0}]", "{'==':[{'var':'n'},4]}"},
		{"[{'question':'n','operator':'=','answerDecimal':4.5}]", "false"},
		{"[{'question':'x','operator':'<','answerDecimal':4.5}]",
		 "{'<':[{'var':'x'},4.5]}"},
		{"[{'question':'d','operator':'<=','answerDate':'2020-02-29'}]",
		 "{'<=':[{'var':'d'},{'date':'2020-02-29'}]}"},
		{"[{'question':'c','operator':'=','answerCoding':{'system':'urn:b','code':'A'}}]",
		 "{'==':[{'var':'c'},'A_2']}"},
		{"[{'question':'w','operator':'>','answerQuantity':{'value':250,'code':'[lb_av]'}}"
		 "]",
		 "{'>':[{'var':'w'},{'quantity':['113.3980925','kg']}]}"},
		{"[{'question':'w','operator':'>','answerQuantity':{'value':70.5,'code':'kg'}}]",
		 "{'>':[{'var':'w'},{'quantity':['70.5','kg']}]}"},
	};

	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		expect_when(table[i][0], NULL, table[i][1]);
}

Test(fhir_forms, a_condition_that_cannot_be_expressed_takes_the_whole_list_and_is_an_error)
{
	static const char good[] = "{'question':'b','operator':'=','answerBoolean':true}";
	json_t *list = fhir_data("data/fhir_inexpressible");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *bad = fhir_dump_exactly(json_array_get(list, i));

		expect_when(arena_printf(fhir_arena, "[%s,%s]", bad, good), "any", NULL);
		expect_when(arena_printf(fhir_arena, "[%s,%s]", good, bad), "all", NULL);
	}
	json_decref(list);
	expect_when("[]", NULL, NULL);
	expect_when("{}", NULL, NULL);
}

Test(fhir_forms, several_conditions_need_to_say_whether_all_or_any)
{
	static const char two[] = "[{'question':'b','operator':'=','answerBoolean':true},"
				  "{'question':'n','operator':'<','answerInteger':3}]";

	expect_when(two, NULL, NULL);
	expect_when(two, "some", NULL);
	expect_when(two, "all", "{'and':[{'==':[{'var':'b'},true]},{'<':[{'var':'n'},3]}]}");
	expect_when(two, "any", "{'or':[{'==':[{'var':'b'},true]},{'<':[{'var':'n'},3]}]}");
}

Test(fhir_forms, not_equal_and_no_answer_ask_while_nothing_is_answered)
{
	struct kit kit;
	json_t *document = import_data("no_answer_or_unsure");

	kit = fhir_kit_of(document);
	kit_eval(&kit, "{}");
	cr_expect_str_eq(kit_next(&kit), "meds,unsure,call_us");
	kit_eval(&kit, "{\"meds\":\"aspirin\"}");
	cr_expect_str_eq(kit_next(&kit), "unsure");
	kit_eval(&kit, "{\"meds\":\"aspirin\",\"unsure\":true}");
	cr_expect_str_eq(kit_next(&kit), "call_us");
	kit_free(&kit);
	json_decref(document);
}

Test(fhir_forms, a_weight_in_pounds_is_compared_in_kilograms)
{
	json_t *document = import_data("weight_in_pounds");
	struct kit kit = fhir_kit_of(document);

	kit_eval(&kit, "{\"weight\":113.39,\"pregnant\":false}");
	cr_expect_str_eq(kit_next(&kit), "");
	kit_eval(&kit, "{\"weight\":113.4,\"pregnant\":false}");
	cr_expect_str_eq(kit_next(&kit), "ask");
	kit_free(&kit);
	json_decref(document);
}

static void expect_show_if(const json_t *document, const char *id, const char *expected)
{
	const char *got = fhir_dump(json_object_get(item(document, id), "show_if"));

	cr_expect_str_eq(got, kit_json(fhir_arena, expected), "%s: %s", id, got);
}

Test(fhir_forms, conditions_of_a_group_that_cannot_stand_move_to_each_child)
{
	json_t *rows = import_data("group_in_rows");
	json_t *below = import_data("question_below_question_in_rows");
	json_t *deep = import_data("ten_levels");

	expect_show_if(rows, "brand", "{'==':[{'var':'asthma'},true]}");
	expect_show_if(below, "inhaler", "{'==':[{'var':'asthma'},true]}");
	expect_show_if(below, "brand", "{'==':[{'var':'asthma'},true]}");
	expect_show_if(deep, "deep",
		       "{'and':[{'==':[{'var':'b'},true]},{'==':[{'var':'b'},{'var':'b'}]}]}");
	json_decref(rows);
	json_decref(below);
	json_decref(deep);
}

Test(fhir_forms, rows_that_are_required_need_one_row)
{
	struct screener_findings findings;
	json_t *questionnaire = fhir_data("corpus/fhir/required_groups"), *document;
	struct kit kit;

	cr_expect_null(fhir_imported(questionnaire, FHIR_STRICT, &findings));
	cr_expect_eq(count(&findings, "FHIR_REQUIRED"), 1);
	document = fhir_imported(questionnaire, FHIR_LOSSY, &findings);
	cr_expect_eq(json_integer_value(json_object_get(item(document, "rows"), "min_rows")), 1);
	kit = fhir_kit_of(document);
	kit_eval(&kit, "{\"rows\":[]}");
	cr_expect_str_eq(kit_problems(&kit), "rows:ROWS_MIN");
	kit_free(&kit);
	json_decref(document);
	json_decref(questionnaire);
}

Test(fhir_forms, further_units_are_taken_with_their_factor)
{
	json_t *document = import_data("units");
	struct kit kit = fhir_kit_of(document);

	kit_eval(&kit, "{\"w\":{\"value\":100,\"unit\":\"[lb_av]\"}}");
	cr_expect_str_eq(kit_value(&kit, "w"), "45.359237");
	kit_free(&kit);
	json_decref(document);
}

Test(fhir_forms, a_coding_of_release_5_is_a_choice)
{
	json_t *document = import_data("r5_coding");

	cr_expect_str_eq(json_string_value(json_object_get(item(document, "c"), "type")), "choice");
	expect_show_if(document, "p", "{'==':[{'var':'c'},'F']}");
	json_decref(document);
}

Test(fhir_forms, a_hidden_question_is_not_asked_and_counts_as_its_initial_value)
{
	json_t *document = import_data("hidden");
	struct kit kit = fhir_kit_of(document);

	kit_eval(&kit, "{}");
	cr_expect_str_eq(kit_next(&kit), "");
	cr_expect_str_eq(kit_value(&kit, "x"), "true");
	kit_free(&kit);
	json_decref(document);
}

Test(fhir_forms, a_byte_order_mark_is_passed_over)
{
	struct screener_findings findings;
	json_t *document = NULL;
	char bytes[4096];
	FILE *file = fopen(SCREENER_TESTS "/corpus/fhir/byte_order_mark.json", "rb");
	size_t n = file ? fread(bytes, 1, sizeof bytes, file) : 0;

	cr_assert(n > 3 && memcmp(bytes, "\xef\xbb\xbf{", 4) == 0);
	fclose(file);
	cr_assert(is_ok(fhir_import(fhir_arena, (struct str){bytes, n}, FHIR_STRICT, &document,
				    &findings)));
	cr_expect_not_null(item(document, "x"));
	json_decref(document);
}

/* Each item of the document is there for one finding. */
Test(fhir_forms, what_changes_the_questions_is_an_error_unless_losses_are_taken)
{
	static const char *const expected[] = {
		"FHIR_REPEATS",	  "FHIR_REPEATS",   "FHIR_UNIT",	"FHIR_UNIT",
		"FHIR_TYPE",	  "FHIR_VALUE_SET", "FHIR_OPEN_CHOICE", "FHIR_OPEN_CHOICE",
		"FHIR_READ_ONLY", "FHIR_EXTENSION", "FHIR_EXTENSION",	"FHIR_HIDDEN",
		"FHIR_NESTED",	  "FHIR_NESTED",
	};
	json_t *questionnaire = fhir_data("corpus/fhir/lossy"), *document;
	struct screener_findings findings;
	size_t n = 0;

	cr_expect_null(fhir_imported(questionnaire, FHIR_STRICT, &findings));
	for (size_t i = 0; i < findings.n; i++) {
		if (findings.list[i].severity != SCREENER_ERROR)
			continue;
		cr_assert_lt(n, sizeof expected / sizeof expected[0]);
		cr_expect_str_eq(findings.list[i].code, expected[n++], "%s %s",
				 findings.list[i].pointer, findings.list[i].code);
	}
	cr_expect_eq(n, sizeof expected / sizeof expected[0]);
	document = fhir_imported(questionnaire, FHIR_LOSSY, &findings);
	struct kit kit = fhir_kit_of(document);

	kit_free(&kit);
	json_decref(document);
	json_decref(questionnaire);
}

static void expect_enable_when(const json_t *questionnaire, const char *link, const char *expected)
{
	const json_t *list = json_object_get(questionnaire, "item");
	const char *got = fhir_dump(json_object_get(item_of(list, link, "linkId"), "enableWhen"));

	cr_expect_str_eq(got, kit_json(fhir_arena, expected), "%s: %s", link, got);
}

Test(fhir_forms, common_forms_of_show_if_leave_with_enable_when)
{
	static const char *const table[][2] = {
		{"a1", "[{'question':'smokes','operator':'=','answerBoolean':true}]"},
		{"a2", "[{'question':'smokes','operator':'=','answerBoolean':false}]"},
		{"a3", "[{'question':'sex','operator':'=','answerCoding':{'code':'F'}},"
		       "{'question':'sex','operator':'=','answerCoding':{'code':'X'}}]"},
		{"a4", "[{'question':'age','operator':'>=','answerInteger':18},"
		       "{'question':'age','operator':'<=','answerInteger':64}]"},
		{"a5", "[{'question':'smokes','operator':'=','answerBoolean':true},"
		       "{'question':'age','operator':'>','answerInteger':17}]"},
		{"a6", "[{'question':'smokes','operator':'=','answerBoolean':true}]"},
	};
	struct screener_findings findings;
	json_t *document = fhir_data("data/fhir_show_if"), *out = NULL, *back = NULL;

	cr_assert(is_ok(fhir_export(fhir_arena, document, FHIR_STRICT, &out, &findings)));
	for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
		expect_enable_when(out, table[i][0], table[i][1]);
	cr_assert(is_ok(
		fhir_import(fhir_arena, str_of(fhir_dump(out)), FHIR_STRICT, &back, &findings)));
	cr_expect(patch_equal(back, document), "%s", fhir_dump(back));
	json_decref(back);
	json_decref(out);
	json_decref(document);
}

Test(fhir_forms, a_show_if_that_enable_when_cannot_say_is_an_error)
{
	struct screener_findings findings;
	json_t *document = fhir_data("data/fhir_nested"), *out = NULL;

	cr_expect_str_eq(
		reason_name(fhir_export(fhir_arena, document, FHIR_STRICT, &out, &findings).reason),
		"FHIR_INVALID");
	cr_expect_null(out);
	cr_expect_eq(count(&findings, "FHIR_ENABLE_WHEN"), 2);
	cr_assert(is_ok(fhir_export(fhir_arena, document, FHIR_LOSSY, &out, &findings)));
	cr_expect_eq(count(&findings, "FHIR_ENABLE_WHEN"), 2);
	expect_enable_when(out, "flat",
			   "[{'question':'a','operator':'=','answerBoolean':false},"
			   "{'question':'b','operator':'=','answerBoolean':true},"
			   "{'question':'age','operator':'>','answerInteger':17}]");
	expect_enable_when(out, "mixed", "");
	expect_enable_when(out, "grown", "");
	json_decref(out);
	json_decref(document);
}

/* Whoever can write conditions can write a difference and its hash. */
Test(fhir_forms, an_export_that_now_asks_others_brings_no_rules_back)
{
	struct screener_findings findings;
	json_t *document = fhir_data("data/fhir_show_if"), *out = NULL, *back = NULL, *other,
	       *difference;

	cr_assert(is_ok(fhir_export(fhir_arena, document, FHIR_STRICT, &out, &findings)));
	json_t *extensions = json_incref(json_object_get(out, "extension"));
	json_t *asked = (json_t *)item_of(json_object_get(out, "item"), "a1", "linkId");
	json_t *condition = json_array_get(json_object_get(asked, "enableWhen"), 0);

	json_object_set_new(condition, "answerBoolean", json_false());
	json_object_del(out, "extension");
	other = fhir_imported(out, FHIR_STRICT, &findings);
	difference = patch_diff(fhir_arena, other, document);
	json_object_set_new(json_array_get(extensions, 1), "valueString",
			    json_string(fhir_dump(difference)));
	json_object_set_new(out, "extension", extensions);
	json_decref(other);
	back = fhir_imported(out, FHIR_STRICT, &findings);
	cr_expect_eq(count(&findings, "FHIR_CHANGED"), 1);
	cr_expect_eq(count(&findings, "FHIR_RESTORED"), 0);
	expect_show_if(back, "a1", "{'==':[{'var':'smokes'},false]}");
	json_decref(difference);
	json_decref(back);
	json_decref(out);
	json_decref(document);
}
