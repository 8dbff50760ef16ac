/* The safety proof: proven, refuted with the very answers, or plainly neither. */
#include "gate_kit.h"

/* Sex, and a pregnancy that is asked of women. */
#define PREGNANT(hidden, rules)                                                                    \
	"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["                          \
	"{'id':'sex','type':'choice','required':true,'safety':true,"                               \
	"'options':[{'code':'F'},{'code':'M'}]},"                                                  \
	"{'id':'pregnant','type':'boolean','show_if':{'==':[{'var':'sex'},'F']},'safety':"         \
	"true" hidden "}],'outcomes':[{'id':'no','severity':3},{'id':'ask','severity':2},"         \
	"{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'P7D'}}],"                      \
	"'hit_policy':'most_severe','rules':[" rules ",{'id':'R9','else':true,'then':'ok'}],"      \
	"'on_unknown':'ask','i18n':{'en-US':{'item.sex.text':'S','item.sex.option.F':'F',"         \
	"'item.sex.option.M':'M','item.pregnant.text':'P','outcome.no.title':'No',"                \
	"'outcome.ask.title':'Ask','outcome.ok.title':'Yes'}},'tests':["                           \
	"{'name':'n','answers':{'sex':'F','pregnant':true},'outcome':'no'},"                       \
	"{'name':'a','answers':{},'outcome':'ask'},"                                               \
	"{'name':'y','answers':{'sex':'F','pregnant':false},'outcome':'ok'}]}"
#define CAREFUL "{'id':'R1','if':{'var':'pregnant'},'then':'no'}"
#define WOMEN	"{'id':'R1','if':{'and':[{'==':[{'var':'sex'},'F']},{'var':'pregnant'}]},'then':'no'}"

static const struct screener_safety *safety_of(struct kit *kit, struct screener_gate_report *report,
					       const char *document, const char *findings)
{
	*kit = kit_compile(document);
	cr_expect_str_eq(gate_of(kit, report), findings);
	cr_assert_geq(report->n_questions, 1);
	return &report->questions[report->n_questions - 1];
}

Test(gate_safety, proves_that_no_code_is_issued_while_a_safety_question_is_unknown)
{
	struct screener_gate_report report;
	const struct screener_safety *pregnant;
	struct kit kit;

	pregnant = safety_of(&kit, &report, PREGNANT(",'when_hidden':false", CAREFUL), "");
	cr_expect_eq(report.n_questions, 2);
	cr_expect_eq(report.safety, SCREENER_PROVEN);
	cr_expect_str_eq(pregnant->item, "pregnant");
	cr_expect_eq(pregnant->verdict, SCREENER_PROVEN);
	cr_expect_eq(pregnant->rules, SCREENER_PROVEN);
	cr_expect_null(pregnant->answers);
	kit_free(&kit);
	/* Unknown is not false: a man is never told "ok", so nothing is wrong about him. */
	(void)safety_of(&kit, &report, PREGNANT("", CAREFUL), "");
	cr_expect_eq(report.safety, SCREENER_PROVEN);
	kit_free(&kit);
}

Test(gate_safety, shows_the_answers_that_get_a_code_with_a_safety_question_unknown)
{
	struct screener_gate_report report;
	const struct screener_safety *pregnant;
	struct kit kit;

	pregnant = safety_of(&kit, &report, PREGNANT("", WOMEN), "SAFETY_REFUTED /items/1\n");
	cr_expect_eq(report.safety, SCREENER_REFUTED);
	cr_expect_eq(pregnant->verdict, SCREENER_REFUTED);
	cr_expect_str_eq(pregnant->answers, "{\"sex\":\"M\"}");
	cr_expect_str_eq(pregnant->outcome, "ok");
	cr_expect_str_eq(report.findings.list[0].message,
			 "Hidden, \"pregnant\" is unknown, and yet these answers end with \"ok\", "
			 "which issues a code: {\"sex\":\"M\"}. Say with \"when_hidden\" what it "
			 "counts as.");
	/* The refutation is one: the engine says the same. */
	cr_expect_str_eq(kit_eval(&kit, pregnant->answers), "ok");
	cr_expect_str_eq(kit_value(&kit, "pregnant"), "null");
	kit_free(&kit);
	(void)safety_of(&kit, &report, PREGNANT(",'when_hidden':false", WOMEN), "");
	cr_expect_eq(report.safety, SCREENER_PROVEN);
	kit_free(&kit);
}

Test(gate_safety, says_plainly_that_nothing_was_proven)
{
	struct kit kit = kit_compile(PREGNANT("", WOMEN));
	struct screener_gate_report report;

	cr_assert(is_ok(screener_gate(kit.screener, kit.arena, kit.document, NULL,
				      SCREENER_GATE_EVALUATIONS, &report)));
	cr_expect_eq(report.safety, SCREENER_NOT_PROVEN);
	cr_expect_eq(report.findings.n_errors, 0);
	cr_expect_str_eq(report.findings.list[0].code, "SAFETY_NOT_PROVEN");
	kit_free(&kit);
}

Test(gate_safety, tells_when_only_the_last_check_holds_a_code_back)
{
	struct screener_gate_report report;
	const struct screener_safety *pregnant;
	struct kit kit;

	pregnant = safety_of(&kit, &report,
			     PREGNANT(",'when_hidden':false",
				      "{'id':'R1','if':{'==':[{'var':'sex'},'M']},'then':'no'}"),
			     "TEST_FAILED /tests/0/outcome\nOUTCOME_UNTESTED /outcomes/0\n"
			     "SAFETY_UNREAD /items/1\nRULE_UNTESTED /rules/0\n");
	cr_expect_eq(pregnant->verdict, SCREENER_PROVEN);
	cr_expect_eq(pregnant->rules, SCREENER_REFUTED);
	cr_expect_str_eq(pregnant->rules_answers, "{\"sex\":\"F\"}");
	kit_free(&kit);
}

/* Children of a household; whether one is ill is asked of those below sixteen. */
#define HOUSEHOLD(hidden)                                                                          \
	"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["                          \
	"{'id':'kids','type':'group','repeats':true,'max_rows':3,'items':["                        \
	"{'id':'age','type':'integer','min':0,'max':120},{'id':'ill','type':'boolean',"            \
	"'safety':true,'show_if':{'<':[{'var':'age'},16]}" hidden "}]}],'outcomes':["              \
	"{'id':'no','severity':2},{'id':'ok','severity':1,"                                        \
	"'issue_code':{'class':'web','ttl':'P7D'}}],'hit_policy':'first','rules':["                \
	"{'id':'R1','if':{'>':[{'rows':'kids'},0]},'then':'ok'},"                                  \
	"{'id':'R2','else':true,'then':'no'}],'on_unknown':'no','i18n':{'en-US':{"                 \
	"'item.age.text':'Age','item.ill.text':'Ill','outcome.no.title':'No',"                     \
	"'outcome.ok.title':'Yes'}},'tests':["                                                     \
	"{'name':'n','answers':{'kids':[]},'outcome':'no'},"                                       \
	"{'name':'y','answers':{'kids':[{'age':3,'ill':false}]},'outcome':'ok'}]}"

Test(gate_safety, looks_into_rows)
{
	struct screener_gate_report report;
	const struct screener_safety *ill;
	struct kit kit;

	ill = safety_of(&kit, &report, HOUSEHOLD(""), "SAFETY_REFUTED /items/0/items/1\n");
	cr_expect_str_eq(kit_eval(&kit, ill->answers), "ok");
	cr_expect(strstr(ill->answers, "\"kids\":[{\"age\":"), "%s", ill->answers);
	cr_expect_not(strstr(ill->answers, "ill"), "%s", ill->answers);
	kit_free(&kit);
	ill = safety_of(&kit, &report, HOUSEHOLD(",'when_hidden':false"), "");
	cr_expect_eq(ill->verdict, SCREENER_PROVEN);
	kit_free(&kit);
}

Test(gate_safety, leaves_out_what_is_asked_only_to_resolve_an_outcome)
{
	struct screener_gate_report report;
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["
		"{'id':'ill','type':'boolean','safety':true},"
		"{'id':'doctor','type':'attestation'}],'outcomes':["
		"{'id':'ask','severity':2,'resolvable':{'by':'doctor','to':'ok'}},"
		"{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'P7D'}}],"
		"'hit_policy':'first','rules':[{'id':'R1','if':{'var':'ill'},'then':'ask'},"
		"{'id':'R2','else':true,'then':'ok'}],'on_unknown':'ask','i18n':{'en-US':{"
		"'item.ill.text':'I','item.doctor.text':'D','outcome.ask.title':'A',"
		"'outcome.ok.title':'O'}},'tests':["
		"{'name':'a','answers':{'ill':true},'outcome':'ask'},"
		"{'name':'r','answers':{'ill':true,'doctor':true},'outcome':'ok'},"
		"{'name':'y','answers':{'ill':false},'outcome':'ok'}]}");

	cr_expect_str_eq(gate_of(&kit, &report), "");
	cr_assert_eq(report.n_questions, 1);
	cr_expect_str_eq(report.questions[0].item, "ill");
	cr_expect_eq(report.questions[0].verdict, SCREENER_PROVEN);
	kit_free(&kit);
}
