/* The publish gate: for each finding a document that has it, and one that has not. */
#include "gate_kit.h"

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

	cr_assert(is_failed(
		screener_gate(kit.screener, kit.arena, STR("[1"), &prover_in_process, 1, &report)));
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
	"'item.n.text':'N','item.m.text':'M','item.b.text':'B',"                                   \
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
	/* A square is never 7, which takes algebra to see. */
	expect_gate(THREE("", B_OK "{'id':'R2','if':{'==':[{'*':[{'var':'n'},{'var':'n'}]},7]},"
				   "'then':'x'},{'id':'R3','else':true,'then':'no'}"),
		    "OUTCOME_UNTESTED /outcomes/0\n"
		    "OUTCOME_UNREACHABLE /outcomes/0\n"
		    "RULE_DEAD /rules/1\n"
		    "RULE_UNTESTED /rules/2\n");
	/* What does not hold today may hold on another day. */
	expect_gate(THREE("", B_OK "{'id':'R2','if':{'==':[{'today':[]},{'date':'2031-01-01'}]},"
				   "'then':'x'},{'id':'R3','else':true,'then':'no'}"),
		    "OUTCOME_UNTESTED /outcomes/0\n"
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
