/* Two forms of FHIR that a screener does not have: the import says which, where and why. */
#include <criterion/criterion.h>

#include "fhir_kit.h"

TestSuite(fhir_limits, .init = fhir_kit_open, .fini = fhir_kit_close);

struct expected {
	const char *code, *pointer, *message;
};

static void expect_finding(const struct screener_finding *found, enum screener_severity severity,
			   const struct expected *expected)
{
	cr_expect_eq(found->severity, severity);
	cr_expect_str_eq(found->code, expected->code);
	cr_expect_str_eq(found->pointer, expected->pointer);
	cr_expect_str_eq(found->message, expected->message, "%s", found->message);
}

#define NO_ANSWER(operator, question)                                                              \
	"This condition cannot be expressed: \""                                                   \
	operator"\" is also true while \"" question                                                \
		"\" has no answer, and a rule cannot see that a question of the same row has "     \
		"none; \"=\" "                                                                     \
		"and \"exists\" with true can be expressed. All conditions of the item are left "  \
		"out, and "                                                                        \
		"everyone is asked."
#define REPEATS(type)                                                                              \
	"\"repeats\" of a question of type " type                                                  \
	" cannot be expressed, because only a question with options has several answers: one "     \
	"answer is asked for. A group that repeats can hold the question once for each answer."

Test(fhir_limits,
     no_answer_in_the_same_row_and_several_answers_without_options_are_errors_that_say_why)
{
	static const struct expected expected[] = {
		{"FHIR_REPEATS", "/item/1", REPEATS("string")},
		{"FHIR_REPEATS", "/item/2", REPEATS("integer")},
		{"FHIR_ENABLE_WHEN", "/item/0/item/2/enableWhen/0", NO_ANSWER("exists", "meds")},
		{"FHIR_ENABLE_WHEN", "/item/0/item/3/enableWhen/0", NO_ANSWER("!=", "asthma")},
	};
	const size_t n = sizeof expected / sizeof expected[0];
	json_t *questionnaire = fhir_data("corpus/fhir/limits_in_rows"), *document;
	struct screener_findings findings;

	cr_expect_null(fhir_imported(questionnaire, FHIR_STRICT, &findings));
	cr_assert_eq(findings.n, n);
	cr_assert_eq(findings.n_errors, n);
	for (size_t i = 0; i < n; i++)
		expect_finding(&findings.list[i], SCREENER_ERROR, &expected[i]);
	document = fhir_imported(questionnaire, FHIR_LOSSY, &findings);
	cr_assert_not_null(document);
	for (size_t i = 0; i < n; i++)
		expect_finding(&findings.list[i], SCREENER_WARNING, &expected[i]);
	json_decref(document);
	json_decref(questionnaire);
}
