/* What the publish gate says about how a document is written: data/advice.json, and changes of it.
 */
#include <stdio.h>

#include "gate_kit.h"

static void expect_advice(const char *patch, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_patched("advice.json", patch);
	const char *found = gate_of(&kit, &report);

	cr_expect_str_eq(found, findings, "%s\nfound:\n%swanted:\n%s", patch, found, findings);
	kit_free(&kit);
}

Test(gate_advice, has_nothing_to_say_about_a_careful_document)
{
	expect_advice("[]", "");
}

/* The question that resolves "ask" is now one that everybody must answer. */
#define BY_LABEL "{'op':'replace','path':'/outcomes/1/resolvable/by','value':'label_read'}"

Test(gate_advice, refuses_to_resolve_by_an_attestation_that_every_code_needs)
{
	expect_advice("[" BY_LABEL "]", "RESOLVED_BY_REQUIRED /outcomes/1/resolvable/by\n");
	expect_advice("[{'op':'add','path':'/items/2/required','value':true},"
		      "{'op':'add','path':'/tests/0/answers/doctor','value':true}]",
		      "RESOLVED_BY_REQUIRED /outcomes/1/resolvable/by\n");
	expect_advice("[{'op':'add','path':'/items/2/required','value':{'>':[{'var':'age'},100]}}]",
		      "RESOLVED_BY_REQUIRED /outcomes/1/resolvable/by\n");
}

Test(gate_advice, no_code_without_a_required_safety_attestation_that_also_resolves)
{
	struct kit kit = kit_patched("advice.json", "[" BY_LABEL "]");

	cr_expect_str_eq(kit_eval(&kit, "{'age':50}"), "ask");
	cr_expect_str_eq(kit_held(&kit), "REQUIRED,SAFETY");
	cr_expect_str_eq(kit_next(&kit), "label_read,doctor");
	cr_expect_str_eq(kit_eval(&kit, "{'age':50,'label_read':false}"), "ask");
	cr_expect_str_eq(kit_held(&kit), "REQUIRED");
	cr_expect_str_eq(kit_eval(&kit, "{'age':50,'label_read':true}"), "ok");
	kit_free(&kit);
}

Test(gate_advice, refuses_an_attestation_that_counts_as_made_while_it_is_hidden)
{
#define HIDDEN(value)                                                                              \
	"[{'op':'add','path':'/items/1/show_if','value':{'<':[{'var':'age'},100]}},"               \
	"{'op':'add','path':'/items/1/when_hidden','value':" value "}]"
	expect_advice(HIDDEN("true"), "STATEMENT_HIDDEN /items/1/when_hidden\n");
	expect_advice(HIDDEN("false"), "");
}

Test(gate_advice, refuses_a_safety_attestation_that_is_not_always_required)
{
#define OPTIONAL "STATEMENT_OPTIONAL /items/1\n"
	expect_advice("[{'op':'remove','path':'/items/1/required'}]",
		      "SAFETY_UNREAD /items/1\n" OPTIONAL);
	expect_advice(
		"[{'op':'replace','path':'/items/1/required','value':{'<':[{'var':'age'},60]}}]",
		"SAFETY_UNREAD /items/1\n" OPTIONAL);
}

#define SEVERITY(outcome, n)                                                                       \
	"{'op':'replace','path':'/outcomes/" outcome "/severity','value':" n "}"
/* The code is no last resort: a rule of its own leads to it. */
#define ADULT_OK                                                                                   \
	"{'op':'replace','path':'/rules/2','value':{'id':'R3','then':'ok','if':"                   \
	"{'>=':[{'var':'age'},18]}}}"
#define POLICY_IS(policy) "{'op':'replace','path':'/hit_policy','value':'" policy "'}"

static const char *message_of(const char *patch, const char *code)
{
	static char text[1000];
	struct screener_gate_report report;
	struct kit kit = kit_patched("advice.json", patch);

	(void)gate_of(&kit, &report);
	text[0] = '\0';
	for (size_t i = 0; i < report.findings.n; i++)
		if (strcmp(report.findings.list[i].code, code) == 0)
			snprintf(text, sizeof text, "%s", report.findings.list[i].message);
	kit_free(&kit);
	return text;
}

Test(gate_advice, warns_of_a_code_that_outranks_an_outcome_without_one)
{
#define RANKS "[" ADULT_OK ","
	const char *message;

	/* "ok" wins over "ask", and over "no" as well. */
	message = message_of(RANKS SEVERITY("2", "3") "]", "CODE_OUTRANKS");
	cr_expect_str_eq(
		message,
		"\"ok\", which leads to a code, wins over \"ask\": a code is issued although "
		"a rule leads to an outcome without one. Give the code the lower rank.");
	message = message_of(RANKS SEVERITY("2", "4") "]", "CODE_OUTRANKS");
	cr_expect(strstr(message, "wins over \"no\", \"ask\":"), "%s", message);
	message =
		message_of(RANKS POLICY_IS("collect") "," SEVERITY("2", "4") "]", "CODE_OUTRANKS");
	cr_expect(strstr(message, "wins over \"no\", \"ask\":"), "%s", message);
	/* An outcome that a statement turns into a code is as good as one. */
	message = message_of("[" SEVERITY("1", "9") "]", "CODE_OUTRANKS");
	cr_expect(strstr(message, "\"ask\", which leads to a code, wins over \"no\":"), "%s",
		  message);
}

Test(gate_advice, warns_of_a_code_that_is_declared_before_an_outcome_without_one)
{
	expect_advice("[" ADULT_OK "," POLICY_IS("priority") "]", "");
	cr_expect_str_neq(message_of("[" ADULT_OK
				     "," POLICY_IS("priority") ",{'op':'move','from':'/outcomes/"
							       "2','path':'/outcomes/0'}]",
				     "CODE_OUTRANKS"),
			  "");
}

Test(gate_advice, a_last_resort_outranks_nothing)
{
	expect_advice("[" SEVERITY("2", "9") "]", "");
	expect_advice("[" ADULT_OK "]", "");
}

/* A score over two questions, which a rule reads. */
#define SCORE(missing, flags)                                                                      \
	"[{'op':'add','path':'/items/0','value':{'id':'q1','type':'integer','min':0,'max':3" flags \
	"}},{'op':'add','path':'/items/1','value':{'id':'q2','type':'integer','min':0,'max':3,"    \
	"'required':true}},"                                                                       \
	"{'op':'add','path':'/scores','value':[{'id':'s','method':'sum','items':['q1','q2'],"      \
	"'missing':" missing "}]},"                                                                \
	"{'op':'add','path':'/rules/0','value':{'id':'R0','then':'no','if':"                       \
	"{'>':[{'var':'s'},4]}}},"                                                                 \
	"{'op':'add','path':'/tests/0/answers/q1','value':1},"                                     \
	"{'op':'add','path':'/tests/0/answers/q2','value':1},"                                     \
	"{'op':'add','path':'/tests/2/answers/q1','value':1},"                                     \
	"{'op':'add','path':'/tests/2/answers/q2','value':1},"                                     \
	"{'op':'add','path':'/tests/3','value':{'name':'ill','outcome':'no','answers':"            \
	"{'age':50,'q1':3,'q2':3}}},"                                                              \
	"{'op':'add','path':'/i18n/en-US/item.q1.text','value':'First'},"                          \
	"{'op':'add','path':'/i18n/en-US/item.q2.text','value':'Second'}]"

Test(gate_advice, warns_of_a_score_that_guesses_answers_on_the_way_to_a_code)
{
#define GUESSED "SCORE_GUESSED /scores/0/missing\n"
	expect_advice(SCORE("'zero','max_missing':1", ""), GUESSED);
	expect_advice(SCORE("'prorate','max_missing':1,'round':[0,'half_up']", ""), GUESSED);
	expect_advice(SCORE("'zero'", ""), "");
	expect_advice(SCORE("'unknown'", ""), "");
	/* Nothing is left to guess where every answer is needed for a code. */
	expect_advice(SCORE("'zero','max_missing':1", ",'required':true"), "");
}

/* The age is counted from a date of birth. */
#define BORN(limit, condition)                                                                     \
	"[{'op':'add','path':'/items/0','value':{'id':'born','type':'date','min':'1900-01-01',"    \
	"'max':'" limit "','required':true,'safety':true}},"                                       \
	"{'op':'replace','path':'/rules/0/if','value':" condition "},"                             \
	"{'op':'add','path':'/tests/0/answers/born','value':'1980-05-05'},"                        \
	"{'op':'add','path':'/tests/1/answers/born','value':'2015-05-05'},"                        \
	"{'op':'add','path':'/tests/2/answers/born','value':'1980-05-05'},"                        \
	"{'op':'add','path':'/i18n/en-US/item.born.text','value':'Born?'}]"
#define YOUNG "{'<':[{'age_at':{'var':'born'}},18]}"
#define EARLY "{'>':[{'date_add':[{'var':'born'},18,'Y']},{'today':[]}]}"

Test(gate_advice, notes_that_date_add_and_age_at_differ_about_29_february)
{
#define LEAP_DAY "LEAP_DAY /items/0\n"
	expect_advice(BORN("today", YOUNG), "");
	expect_advice(BORN("today", EARLY), "");
	cr_expect(strstr(message_of(BORN("today", "{'or':[" YOUNG "," EARLY "]}"), "LEAP_DAY"),
			 "\"born\""));
	cr_expect(strstr(message_of(BORN("today-1Y", EARLY), "LEAP_DAY"), "\"born\""));
	/* Days are days. */
	cr_expect_str_eq(
		message_of(BORN("today",
				"{'or':[" YOUNG
				",{'>':[{'date_add':[{'var':'born'},9,'D']},{'today':[]}]}]}"),
			   "LEAP_DAY"),
		"");
}

Test(gate_advice, refuses_a_language_and_a_currency_that_do_not_exist)
{
	expect_advice("[{'op':'add','path':'/items/0/money','value':'USD'}]", "");
	expect_advice("[{'op':'add','path':'/items/0/money','value':'ZZZ'}]",
		      "UNKNOWN_CURRENCY /items/0/money\n");
	expect_advice("[{'op':'move','from':'/i18n/en-US','path':'/i18n/xx-YY'},"
		      "{'op':'replace','path':'/locales/0','value':'xx-YY'}]",
		      "UNKNOWN_LOCALE /locales/0\n");
}
