/* Boundary tests: where a comparison turns, and what the answers around it end with. */
#include "gate_kit.h"

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

Test(gate_boundary, evaluates_one_below_at_and_above_each_constant)
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

Test(gate_boundary, finds_where_what_is_computed_turns)
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

Test(gate_boundary, says_where_a_rule_fails_that_would_issue_a_code)
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
