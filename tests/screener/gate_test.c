/* The publish gate: for each finding a document that has it, and one that has not. */
#include "screener/gate.h"

#include <criterion/criterion.h>

#include "kit.h"

/* "CODE /pointer\n" for each finding of the gate. */
static const char *gate_of(struct kit *kit, struct screener_gate_report *report)
{
	struct strbuf buf = strbuf_new(kit->arena);

	cr_assert(kit->screener, "%s", kit_findings(kit));
	cr_assert(is_ok(screener_gate(kit->screener, kit->arena, kit->document,
				      SCREENER_GATE_EVALUATIONS, report)));
	for (size_t i = 0; i < report->findings.n; i++)
		strbuf_printf(&buf, "%s %s\n", report->findings.list[i].code,
			      report->findings.list[i].pointer);
	return buf.len ? buf.ptr : "";
}

static void expect_gate(const char *document, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_compile(document);
	const char *found = gate_of(&kit, &report);

	cr_expect_str_eq(found, findings, "found:\n%swanted:\n%s", found, findings);
	kit_free(&kit);
}

/* A question of age, outcomes no and ok, and what a case puts in between. */
#define AGE_WITH(policy, rules, texts, tests)                                                      \
	"{'format':'screener/1','slug':'s','locales':['en-US','es-US'],'items':["                  \
	"{'id':'age','type':'integer','min':0,'max':120}],"                                        \
	"'outcomes':[{'id':'no','severity':2},{'id':'ok','severity':1}],'hit_policy':'" policy     \
	"','rules':[" rules "],'on_unknown':'no','i18n':{'en-US':{" texts                          \
	"'item.age.text':'Age?','outcome.no.title':'No','outcome.ok.title':'Yes'},'es-US':{" texts \
	"'item.age.text':'Edad','outcome.no.title':'No','outcome.ok.title':'Si'}}," tests "}"
#define CHILD	"{'id':'R1','if':{'<':[{'var':'age'},18]},'then':'no'}"
#define ADULT	"{'id':'R2','else':true,'then':'ok'}"
#define TEST_NO "{'name':'n','answers':{'age':17},'outcome':'no'}"
#define TEST_OK "{'name':'y','answers':{'age':18},'outcome':'ok'}"
#define TESTED	"'tests':[" TEST_NO "," TEST_OK "]"

Test(gate, has_nothing_to_say_about_a_document_that_is_complete)
{
	struct screener_gate_report report;
	struct kit kit = kit_compile(AGE_WITH("first", CHILD "," ADULT, "", TESTED));

	cr_expect_str_eq(gate_of(&kit, &report), "");
	cr_expect_eq(report.n_tests, 2);
	kit_free(&kit);
}

Test(gate, refuses_a_document_of_another_program)
{
	struct kit kit = kit_compile(AGE_WITH("first", CHILD "," ADULT, "", TESTED));
	struct screener_gate_report report;

	cr_assert(is_failed(screener_gate(kit.screener, kit.arena, STR("[1"), 1, &report)));
	kit_free(&kit);
}

Test(gate, names_each_text_that_a_locale_lacks)
{
	expect_gate(
		"{'format':'screener/1','slug':'s','locales':['en-US','es-US'],'items':["
		"{'id':'g','type':'group','items':["
		"{'id':'sex','type':'choice','options':[{'code':'F'},{'code':'M'}]}]}],"
		"'constraints':[{'id':'C1','that':true}],"
		"'outcomes':[{'id':'no','severity':2}],'hit_policy':'any','rules':["
		"{'id':'R1','if':{'==':[{'var':'sex'},'F']},'then':'no','reason':['a','b']},"
		"{'id':'R2','else':true,'then':'no','reason':'b'}],"
		"'on_unknown':'no','i18n':{'en-US':{'item.sex.text':'Sex','item.sex.option.F':'',"
		"'outcome.no.title':'No','reason.a':'A','reason.b':'B','constraint.C1':'C'}},"
		"'tests':[{'name':'t','answers':{'sex':'F'},'outcome':'no'},"
		"{'name':'u','answers':{'sex':'M'},'outcome':'no'}]}",
		"TEXT_MISSING /i18n/es-US/item.sex.text\n"
		"TEXT_MISSING /i18n/en-US/item.sex.option.F\n"
		"TEXT_MISSING /i18n/es-US/item.sex.option.F\n"
		"TEXT_MISSING /i18n/en-US/item.sex.option.M\n"
		"TEXT_MISSING /i18n/es-US/item.sex.option.M\n"
		"TEXT_MISSING /i18n/es-US/outcome.no.title\n"
		"TEXT_MISSING /i18n/es-US/reason.a\n"
		"TEXT_MISSING /i18n/es-US/reason.b\n"
		"TEXT_MISSING /i18n/es-US/constraint.C1\n");
}

Test(gate, wants_tests_that_hold_and_end_with_every_outcome)
{
	expect_gate(AGE_WITH("first", CHILD "," ADULT, "", "'tests':[]"), "TESTS_MISSING /tests\n");
	expect_gate(AGE_WITH("first", CHILD "," ADULT, "", "'tests':[" TEST_OK "]"),
		    "OUTCOME_UNTESTED /outcomes/0\n");
	expect_gate(AGE_WITH("first", CHILD "," ADULT, "",
			     "'tests':[" TEST_NO "," TEST_OK
			     ",{'name':'w','answers':{'age':17},'outcome':'ok'}]"),
		    "TEST_FAILED /tests/2/outcome\n");
}

#define SAME	    "{'id':'R3','if':{'<':[{'var':'age'},18]},'then':'no'}"
#define SAME_BUT_OK "{'id':'R3','if':{'<':[{'var':'age'},18]},'then':'ok'}"

Test(gate, finds_rules_that_an_equal_condition_makes_useless)
{
	expect_gate(AGE_WITH("first", CHILD "," SAME "," ADULT, "", TESTED),
		    "RULE_DEAD /rules/1\n");
	expect_gate(AGE_WITH("any", CHILD "," SAME "," ADULT, "", TESTED),
		    "RULE_REDUNDANT /rules/1\n");
	expect_gate(AGE_WITH("most_severe", SAME_BUT_OK "," CHILD "," ADULT, "", TESTED),
		    "RULE_DEAD /rules/0\n");
	expect_gate(AGE_WITH("collect", CHILD "," SAME "," ADULT, "", TESTED),
		    "RULE_REDUNDANT /rules/1\n");
}

#define TABLE(policy, rows)                                                                        \
	"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["                          \
	"{'id':'age','type':'integer','min':0,'max':120},{'id':'us','type':'boolean'}],"           \
	"'outcomes':[{'id':'no','severity':2},{'id':'ok','severity':1}],'hit_policy':'" policy     \
	"','decision':{'inputs':[{'id':'a','rule':{'var':'age'}},{'id':'u','rule':{'var':'us'}}]," \
	"'rows':[" rows "]},'on_unknown':'no','i18n':{'en-US':{'item.age.text':'Age?',"            \
	"'item.us.text':'Here?','outcome.no.title':'No','outcome.ok.title':'Yes'}},"               \
	"'tests':[{'name':'n','answers':{'age':17,'us':true},'outcome':'no'},"                     \
	"{'name':'y','answers':{'age':18,'us':true},'outcome':'ok'}]}"

Test(gate, finds_rows_of_a_table_that_another_row_covers)
{
	expect_gate(TABLE("first", "{'id':'T1','when':['<18','-'],'then':'no'},"
				   "{'id':'T2','when':['<18','true'],'then':'no'},"
				   "{'id':'T3','else':true,'then':'ok'}"),
		    "RULE_DEAD /decision/rows/1\n");
	expect_gate(TABLE("first", "{'id':'T1','when':['<18','true'],'then':'no'},"
				   "{'id':'T2','when':['<18','-'],'then':'no'},"
				   "{'id':'T3','else':true,'then':'ok'}"),
		    "");
}

Test(gate, finds_outcomes_and_rules_that_no_answers_reach)
{
#define BETWEEN(rule)	      CHILD "," rule "," ADULT
#define RULE(condition, then) "{'id':'X','if':" condition ",'then':'" then "'}"
	expect_gate(AGE_WITH("first",
			     BETWEEN(RULE("{'and':[{'>':[{'var':'age'},60]},"
					  "{'<':[{'var':'age'},50]}]}",
					  "ok")),
			     "", TESTED),
		    "RULE_DEAD /rules/1\n");
	expect_gate(AGE_WITH("first", BETWEEN(RULE("{'>':[{'var':'age'},120]}", "ok")), "", TESTED),
		    "RULE_DEAD /rules/1\n");
	expect_gate(AGE_WITH("first", BETWEEN(RULE("{'<':[{'var':'age'},12]}", "ok")), "", TESTED),
		    "RULE_DEAD /rules/1\n");
	expect_gate(AGE_WITH("most_severe", BETWEEN(RULE("{'<':[{'var':'age'},12]}", "ok")), "",
			     TESTED),
		    "RULE_DEAD /rules/1\n");
	expect_gate(AGE_WITH("most_severe", BETWEEN(RULE("{'<':[{'var':'age'},12]}", "no")), "",
			     TESTED),
		    "");
	expect_gate(AGE_WITH("first",
			     CHILD "," RULE("{'>=':[{'var':'age'},18]}", "ok") ",{'id':'R2','else':"
									       "true,'then':'no'}",
			     "", TESTED),
		    "RULE_DEAD /rules/2\n");
}

#define THREE(more, rules)                                                                         \
	"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["                          \
	"{'id':'n','type':'integer'},{'id':'m','type':'integer'}," more                            \
	"{'id':'b','type':'boolean'}],'outcomes':["                                                \
	"{'id':'x','severity':3},{'id':'no','severity':2},{'id':'ok','severity':1}],"              \
	"'hit_policy':'first','rules':[" rules "],'on_unknown':'no','i18n':{'en-US':{"             \
	"'item.n.text':'N','item.m.text':'M','item.b.text':'B','item.r.text':'R',"                 \
	"'outcome.x.title':'X','outcome.no.title':'N','outcome.ok.title':'O'}},'tests':["          \
	"{'name':'t','answers':{'b':true},'outcome':'ok'},"                                        \
	"{'name':'u','answers':{},'outcome':'no'}]}"
#define B_OK "{'id':'R1','if':{'var':'b'},'then':'ok'},"

Test(gate, tells_what_cannot_be_from_what_it_could_not_find)
{
	expect_gate(THREE("", B_OK "{'id':'R2','else':true,'then':'no'}"),
		    "OUTCOME_UNTESTED /outcomes/0\n"
		    "OUTCOME_UNREACHABLE /outcomes/0\n"
		    "RULE_UNTESTED /rules/1\n");
	expect_gate(THREE("", B_OK "{'id':'R2','if':{'==':[{'var':'n'},{'var':'m'}]},'then':'x'},"
				   "{'id':'R3','else':true,'then':'no'}"),
		    "OUTCOME_UNTESTED /outcomes/0\n"
		    "RULE_UNTESTED /rules/1\n"
		    "RULE_UNTESTED /rules/2\n");
	/* A square is never 7, which only an algebra would see. */
	expect_gate(THREE("", B_OK "{'id':'R2','if':{'==':[{'*':[{'var':'n'},{'var':'n'}]},7]},"
				   "'then':'x'},{'id':'R3','else':true,'then':'no'}"),
		    "OUTCOME_UNTESTED /outcomes/0\n"
		    "OUTCOME_NOT_REACHED /outcomes/0\n"
		    "RULE_NOT_REACHED /rules/1\n"
		    "RULE_UNTESTED /rules/1\n"
		    "RULE_UNTESTED /rules/2\n");
	/* What does not hold today may hold on another day. */
	expect_gate(THREE("", B_OK "{'id':'R2','if':{'==':[{'today':[]},{'date':'2031-01-01'}]},"
				   "'then':'x'},{'id':'R3','else':true,'then':'no'}"),
		    "OUTCOME_UNTESTED /outcomes/0\n"
		    "OUTCOME_NOT_REACHED /outcomes/0\n"
		    "RULE_NOT_REACHED /rules/1\n"
		    "RULE_UNTESTED /rules/1\n"
		    "RULE_UNTESTED /rules/2\n");
	expect_gate(THREE("{'id':'r','type':'group','repeats':true,'items':["
			  "{'id':'k','type':'integer'}]},",
			  B_OK "{'id':'R2','if':{'some':['r',{'>':[{'var':'k'},64]}]},'then':'x'},"
			       "{'id':'R3','else':true,'then':'no'}"),
		    "TEXT_MISSING /i18n/en-US/item.k.text\n"
		    "OUTCOME_UNTESTED /outcomes/0\n"
		    "RULE_UNTESTED /rules/1\n"
		    "RULE_UNTESTED /rules/2\n");
}

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

Test(gate, proves_that_no_code_is_issued_while_a_safety_question_is_unknown)
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

Test(gate, shows_the_answers_that_get_a_code_with_a_safety_question_unknown)
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

Test(gate, says_plainly_that_it_ran_out_of_evaluations)
{
	struct kit kit = kit_compile(PREGNANT("", WOMEN));
	struct screener_gate_report report;

	cr_assert(is_ok(screener_gate(kit.screener, kit.arena, kit.document, 1, &report)));
	cr_expect_eq(report.safety, SCREENER_NOT_PROVEN);
	cr_expect_eq(report.findings.n_errors, 0);
	cr_expect_str_eq(report.findings.list[0].code, "SAFETY_NOT_PROVEN");
	kit_free(&kit);
}

Test(gate, tells_when_only_the_last_check_holds_a_code_back)
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

/* "answer side outcome\n" for each boundary test. */
static const char *boundaries_of(struct kit *kit, const struct screener_gate_report *report,
				 const char *item)
{
	struct strbuf buf = strbuf_new(kit->arena);

	for (size_t i = 0; i < report->n_boundaries; i++) {
		const struct screener_boundary *b = &report->boundaries[i];

		cr_expect_str_eq(kit_eval(kit, b->answers), b->outcome, "%s", b->answers);
		strbuf_printf(&buf, "%s %d %s\n", kit_value(kit, item), b->side, b->outcome);
	}
	return buf.len ? buf.ptr : "";
}

Test(gate, evaluates_one_below_at_and_above_each_constant)
{
	struct kit kit = kit_compile(AGE_WITH("first", CHILD "," ADULT, "", TESTED));
	struct screener_gate_report report;

	(void)gate_of(&kit, &report);
	cr_expect_str_eq(boundaries_of(&kit, &report, "age"), "17 -1 no\n18 0 ok\n19 1 ok\n");
	cr_expect_str_eq(report.boundaries[0].pointer, "/rules/0/if");
	cr_expect_str_eq(report.boundaries[0].item, "age");
	cr_expect_eq(report.n_comparisons, 1);
	cr_expect_eq(report.n_compared, 1);
	kit_free(&kit);
}

#define MONEY(type, rule, answer)                                                                  \
	"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["                          \
	"{'id':'x'," type "},{'id':'n','type':'integer','min':1,'max':9}],"                        \
	"'outcomes':[{'id':'no','severity':2},{'id':'ok','severity':1}],'hit_policy':'first',"     \
	"'rules':[{'id':'R1','if':" rule                                                           \
	",'then':'ok'},{'id':'R2','else':true,'then':'no'}],'on_unknown':'no','i18n':{'en-US':{"   \
	"'item.x.text':'X','item.n.text':'N','outcome.no.title':'No','outcome.ok.title':'Y'}},"    \
	"'tests':[{'name':'t','as_of':'2026-03-01','answers':{'n':2,'x':" answer                   \
	"},'outcome':'ok'},{'name':'u','answers':{},'outcome':'no'}]}"

static void expect_boundaries(const char *document, const char *boundaries)
{
	struct kit kit = kit_compile(document);
	struct screener_gate_report report;

	cr_expect_str_eq(gate_of(&kit, &report), "");
	cr_expect_str_eq(boundaries_of(&kit, &report, "x"), boundaries);
	kit_free(&kit);
}

Test(gate, finds_where_what_is_computed_turns)
{
	/* 300 % of two times 10,000 dollars, in cents. */
	expect_boundaries(MONEY("'type':'integer','money':'USD','min':0",
				"{'<=':[{'pct_of':[{'var':'x'},{'*':[{'var':'n'},1000000]}]},300]}",
				"5"),
			  "5999999 -1 ok\n6000000 0 ok\n6000001 1 no\n");
	/* The whole year at eighteen. */
	expect_boundaries(MONEY("'type':'date','min':'1900-01-01','max':'today'",
				"{'>=':[{'age_at':{'var':'x'}},18]}", "'1971-03-09'"),
			  "\"2008-03-02\" -1 no\n\"2008-03-01\" 0 ok\n\"2007-03-02\" 0 ok\n"
			  "\"2007-03-01\" 1 ok\n");
	expect_boundaries(
		MONEY("'type':'decimal','min':0,'max':20", "{'<':[{'var':'x'},6.5]}", "3.2"),
		"6.4 -1 ok\n6.5 0 no\n6.6 1 no\n");
	expect_boundaries(MONEY("'type':'integer','min':0,'max':100,'step':5",
				"{'<':[{'var':'x'},37]}", "30"),
			  "35 -1 ok\n40 1 no\n");
}

Test(gate, says_where_a_rule_fails_that_would_issue_a_code)
{
	expect_gate("{'format':'screener/1','slug':'s','locales':['en-US'],'items':["
		    "{'id':'n','type':'integer','min':0,'max':9,'required':true,'safety':true}],"
		    "'derived':[{'id':'d','type':'decimal','rule':{'/':[1,{'var':'n'}]}}],"
		    "'outcomes':[{'id':'no','severity':2},"
		    "{'id':'ok','severity':1,'issue_code':{'class':'w','ttl':'P1D'}}],"
		    "'hit_policy':'first','rules':["
		    "{'id':'R1','if':{'>':[{'var':'n'},5]},'then':'no'},"
		    "{'id':'R2','if':{'<':[{'var':'n'},1]},'then':'ok'},"
		    "{'id':'R3','if':{'>':[{'var':'d'},0]},'then':'ok'}],"
		    "'on_unknown':'no','i18n':{'en-US':{'item.n.text':'N',"
		    "'outcome.no.title':'No','outcome.ok.title':'Yes'}},'tests':["
		    "{'name':'n','answers':{'n':6},'outcome':'no'},"
		    "{'name':'y','answers':{'n':3},'outcome':'ok'}]}",
		    "BOUNDARY_FAILED /rules/1/if\n");
}

/* Nine questions of up to three points each: 262,144 ways to answer. */
#define Q(n)                                                                                       \
	"{'id':'q" n "','type':'choice','options':[{'code':'a','score':0},{'code':'b','score':1}," \
	"{'code':'c','score':2},{'code':'d','score':3}]}"
#define Q_TEXT(n)                                                                                  \
	"'item.q" n ".text':'Q','item.q" n ".option.a':'A','item.q" n ".option.b':'B',"            \
	"'item.q" n ".option.c':'C','item.q" n ".option.d':'D',"
#define SCORED(condition)                                                                                                \
	"{'format':'screener/1','slug':'s','locales':['en-US'],'items':[" Q("1") "," Q("2") "," Q("3") "," Q("4") "," Q( \
		"5") "," Q("6") "," Q("7") "," Q("8") "," Q("9") "],'scores':[{'id':'sc','method'"                       \
								 ":'sum','items':['q1','q2','q3',"                       \
								 "'q4','q5','q6',"                                       \
								 "'q7','q8','q9'],'missing':'"                           \
								 "unknown','bands':[[0,20,'low'],"                       \
								 "[21,40,'high']]}],"                                    \
								 "'outcomes':[{'id':'no','"                              \
								 "severity':2},{'id':'ok','"                             \
								 "severity':1}],"                                        \
								 "'hit_policy':'first','rules':[{"                       \
								 "'id':'R1','if':" condition                             \
								 ",'then':'ok'},{'id':'R2','else'"                       \
								 ":true,'then':'no'}],'on_"                              \
								 "unknown':'no',"                                        \
								 "'i18n':{'en-US':{" Q_TEXT(                             \
									 "1") Q_TEXT("2") Q_TEXT("3")                    \
									 Q_TEXT("4") Q_TEXT("5") Q_TEXT(                 \
										 "6") Q_TEXT("7")                        \
										 Q_TEXT("8") Q_TEXT(                     \
											 "9") "'o"                       \
											      "ut"                       \
											      "co"                       \
											      "me"                       \
											      ".n"                       \
											      "o."                       \
											      "ti"                       \
											      "tl"                       \
											      "e'"                       \
											      ":'"                       \
											      "No"                       \
											      "',"                       \
											      "'o"                       \
											      "ut"                       \
											      "co"                       \
											      "me"                       \
											      ".o"                       \
											      "k."                       \
											      "ti"                       \
											      "tl"                       \
											      "e'"                       \
											      ":'"                       \
											      "Ye"                       \
											      "s'"                       \
											      "}}"                       \
											      ",'"                       \
											      "te"                       \
											      "st"                       \
											      "s'"                       \
											      ":["                       \
											      "{'"                       \
											      "na"                       \
											      "me"                       \
											      "':"                       \
											      "'t"                       \
											      "',"                       \
											      "'a"                       \
											      "ns"                       \
											      "we"                       \
											      "rs"                       \
											      "':"                       \
											      "{}"                       \
											      ",'"                       \
											      "ou"                       \
											      "tc"                       \
											      "om"                       \
											      "e'"                       \
											      ":'"                       \
											      "no"                       \
											      "'}"                       \
											      "]}"

static uint32_t evaluations_of(const char *document, const char *findings)
{
	struct screener_gate_report report;
	struct kit kit = kit_compile(document);

	cr_expect_str_eq(gate_of(&kit, &report), findings);
	kit_free(&kit);
	return report.evaluations;
}

Test(gate, knows_what_a_score_can_be_without_adding_up_every_questionnaire)
{
	uint32_t n;

	n = evaluations_of(SCORED("{'>':[{'var':'sc'},27]}"), "OUTCOME_UNTESTED /outcomes/1\n"
							      "OUTCOME_UNREACHABLE /outcomes/1\n"
							      "RULE_DEAD /rules/0\n"
							      "RULE_UNTESTED /rules/1\n");
	cr_expect_lt(n, 100);
	n = evaluations_of(SCORED("{'>=':[{'var':'sc'},27]}"), "OUTCOME_UNTESTED /outcomes/1\n"
							       "RULE_UNTESTED /rules/0\n"
							       "RULE_UNTESTED /rules/1\n");
	cr_expect_lt(n, 500);
	n = evaluations_of(SCORED("{'==':[{'var':'sc.band'},'high']}"),
			   "OUTCOME_UNTESTED /outcomes/1\n"
			   "RULE_UNTESTED /rules/0\n"
			   "RULE_UNTESTED /rules/1\n");
	cr_expect_lt(n, 500);
}

Test(gate, counts_what_is_left_out_of_a_score_as_nothing)
{
	(void)evaluations_of(
		"{'format':'screener/1','slug':'s','locales':['en-US'],'items':["
		"{'id':'a','type':'choice','options':[{'code':'x','score':2},{'code':'y','score':3}"
		"]},"
		"{'id':'b','type':'choice','options':[{'code':'x','score':2},{'code':'y','score':3}"
		"]}],"
		"'scores':[{'id':'sc','method':'sum','items':['a','b'],'missing':'zero',"
		"'max_missing':1}],'outcomes':[{'id':'no','severity':2},{'id':'ok','severity':1}],"
		"'hit_policy':'first','rules':[{'id':'R1','if':{'<':[{'var':'sc'},3]},'then':'ok'},"
		"{'id':'R2','else':true,'then':'no'}],'on_unknown':'no','i18n':{'en-US':{"
		"'item.a.text':'A','item.a.option.x':'X','item.a.option.y':'Y','item.b.text':'B',"
		"'item.b.option.x':'X','item.b.option.y':'Y','outcome.no.title':'No',"
		"'outcome.ok.title':'Yes'}},"
		"'tests':[{'name':'t','answers':{'a':'y','b':'y'},'outcome':'no'}]}",
		"OUTCOME_UNTESTED /outcomes/1\nRULE_UNTESTED /rules/0\n");
}
