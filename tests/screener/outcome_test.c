/* From truth values to an outcome: hit policies, what holds a code back, resolution. */
#include <criterion/criterion.h>

#include "kit.h"

/* Rules R1..R4 are true, false or unknown as the answers to a..d say. */
#define POLICY(policy, then1, then2, then3)                                                        \
	"{'format':'screener/1','slug':'p','locales':['en'],'items':["                             \
	"{'id':'a','type':'boolean'},{'id':'b','type':'boolean'},{'id':'c','type':'boolean'}],"    \
	"'outcomes':[{'id':'ok','severity':1},{'id':'ask','severity':2},{'id':'no','severity':3}," \
	"{'id':'unsure','severity':2}],'hit_policy':'" policy "','rules':["                        \
	"{'id':'R1','if':{'var':'a'},'then':'" then1 "','reason':'r1'},"                           \
	"{'id':'R2','if':{'var':'b'},'then':'" then2 "','reason':'r2'},"                           \
	"{'id':'R3','if':{'var':'c'},'then':'" then3 "','reason':['r3','r1']}],"                   \
	"'on_unknown':'unsure'}"

struct hit_case {
	const char *answers, *outcome, *held;
};

static void expect_hits(const char *document, const struct hit_case *cases)
{
	struct kit kit = kit_compile(document);

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	for (; cases->answers; cases++) {
		const char *outcome = kit_eval(&kit, cases->answers);

		cr_expect_str_eq(outcome, cases->outcome, "%s gives %s, not %s", cases->answers,
				 outcome, cases->outcome);
		cr_expect_str_eq(kit_held(&kit), cases->held, "%s held by %s, not %s",
				 cases->answers, kit_held(&kit), cases->held);
	}
	kit_free(&kit);
}

Test(outcome, first_takes_the_first_true_rule_unless_an_unknown_one_might_come_before)
{
	static const struct hit_case cases[] = {
		{"{'a':true,'b':true,'c':true}", "ok", ""},
		{"{'a':false,'b':true,'c':true}", "ask", ""},
		{"{'b':true,'c':true}", "unsure", "UNDECIDED"},
		{"{'a':true}", "ok", ""},
		{"{'a':false,'c':true}", "unsure", "UNDECIDED"},
		{"{'a':false,'b':false,'c':false}", "unsure", "NO_MATCH"},
		{"{'a':false,'b':false}", "unsure", "UNDECIDED"},
		{},
	};
	static const struct hit_case same[] = {
		{"{'b':true}", "ok", ""}, /* R1 unknown, but it leads to the same outcome */
		{"{'c':true}", "unsure", "UNDECIDED"},
		{},
	};

	expect_hits(POLICY("first", "ok", "ask", "no"), cases);
	expect_hits(POLICY("first", "ok", "ok", "no"), same);
}

Test(outcome, unique_wants_exactly_one_true_rule)
{
	static const struct hit_case cases[] = {
		{"{'a':true,'b':false,'c':false}", "ok", ""},
		{"{'a':true,'b':true,'c':false}", "unsure", "CONFLICT"},
		{"{'a':true,'b':true}", "unsure", "CONFLICT"},
		{"{'a':true,'b':false}", "unsure", "UNDECIDED"},
		{"{'a':false,'b':false,'c':false}", "unsure", "NO_MATCH"},
		{},
	};

	expect_hits(POLICY("unique", "ok", "ask", "no"), cases);
}

Test(outcome, any_wants_all_true_rules_to_agree)
{
	static const struct hit_case cases[] = {
		{"{'a':true,'b':true,'c':false}", "ok", ""},
		{"{'a':true,'c':false}", "ok", ""},
		{"{'a':true,'b':true}", "unsure", "UNDECIDED"},
		{"{'a':true,'b':false,'c':true}", "unsure", "CONFLICT"},
		{"{'a':false,'b':false}", "unsure", "UNDECIDED"},
		{"{'a':false,'b':false,'c':false}", "unsure", "NO_MATCH"},
		{},
	};

	expect_hits(POLICY("any", "ok", "ok", "no"), cases);
}

Test(outcome, priority_goes_by_the_order_of_outcomes)
{
	static const struct hit_case cases[] = {
		{"{'a':true,'b':true,'c':true}", "ok", ""},
		{"{'a':true,'b':false,'c':false}", "no", ""},
		{"{'a':true,'b':false}", "unsure", "UNDECIDED"},
		{"{'c':true}", "ok", ""},
		{"{'b':true,'c':false}", "ask", ""},
		{},
	};

	expect_hits(POLICY("priority", "no", "ask", "ok"), cases);
}

Test(outcome, most_severe_is_decided_when_nothing_worse_can_come)
{
	static const struct hit_case cases[] = {
		{"{'a':true,'b':true,'c':true}", "no", ""},
		{"{'c':true}", "no", ""},
		{"{'b':true,'c':false}", "ask", ""},
		{"{'b':true}", "unsure", "UNDECIDED"},
		{"{'a':true,'b':false,'c':false}", "ok", ""},
		{"{'a':true,'b':false}", "unsure", "UNDECIDED"},
		{"{'a':false,'b':false,'c':false}", "unsure", "NO_MATCH"},
		{},
	};

	expect_hits(POLICY("most_severe", "ok", "ask", "no"), cases);
}

Test(outcome, collect_lists_all_and_is_decided_when_nothing_can_be_added)
{
	static const struct hit_case cases[] = {
		{"{'a':true,'b':false,'c':true}", "no", ""},
		{"{'a':true,'c':true}", "no", "UNDECIDED"},
		{"{'c':true,'a':false,'b':false}", "no", ""},
		{},
	};
	struct kit kit = kit_compile(POLICY("collect", "ok", "ask", "no"));

	expect_hits(POLICY("collect", "ok", "ask", "no"), cases);
	kit_eval(&kit, "{'a':true,'b':false,'c':true}");
	cr_assert_eq(kit.result.n_collected, 2);
	cr_expect_str_eq(kit.result.collected[0]->id, "ok");
	cr_expect_str_eq(kit.result.collected[1]->id, "no");
	cr_expect_str_eq(kit_fired(&kit), "R1,R3");
	cr_assert_eq(kit.result.n_reasons, 2);
	cr_expect_str_eq(kit.result.reasons[0], "r3");
	cr_expect_str_eq(kit.result.reasons[1], "r1");
	kit_free(&kit);
}

static const char with_code[] =
	"{'format':'screener/1','slug':'code','locales':['en'],'items':["
	"{'id':'age','type':'integer','required':true,'max':120},"
	"{'id':'liver','type':'boolean','safety':true},"
	"{'id':'note','type':'text','required':{'==':[{'var':'age'},50]}},"
	"{'id':'sign','type':'attestation','required':true},"
	"{'id':'hdl','type':'integer'},{'id':'chol','type':'integer'},"
	"{'id':'doctor','type':'attestation'},"
	"{'id':'kids','type':'group','repeats':true,'items':["
	"{'id':'kid_age','type':'integer','required':true},"
	"{'id':'kid_ill','type':'boolean','safety':true,'show_if':{'<':[{'var':'kid_age'},6]}}]}],"
	"'derived':[{'id':'ratio','type':'decimal','rule':{'if':[{'==':[{'var':'age'},77]},"
	"{'/':[1,{'-':[{'var':'age'},77]}]},1]}}],"
	"'constraints':[{'id':'C1','that':{'or':[{'missing':['hdl','chol']},"
	"{'<=':[{'var':'hdl'},{'var':'chol'}]}]},'items':['hdl','chol']},"
	"{'id':'C2','that':{'!=':[{'var':'age'},60]},'severity':'warning'}],"
	"'outcomes':[{'id':'no','severity':3},"
	"{'id':'ask','severity':2,'resolvable':{'by':'doctor','to':'ok'}},"
	"{'id':'ok','severity':1,'issue_code':{'class':'retail','ttl':'P7D'},"
	"'reassess_after':'P6M'}],"
	"'hit_policy':'most_severe','rules':[{'id':'R1','if':{'var':'liver'},'then':'no'},"
	"{'id':'R2','if':{'<':[{'var':'age'},18]},'then':'no'},"
	"{'id':'R3','if':{'>':[{'var':'age'},75]},'then':'ask','reason':'old'},"
	"{'id':'R9','else':true,'then':'ok'}],'on_unknown':'ask',"
	"'attempts':{'max':3,'window':'P30D','change_after_outcome':'refuse'}}";

Test(outcome, a_code_needs_everything_that_matters_to_be_known)
{
	static const struct hit_case cases[] = {
		{"{'age':40,'liver':false,'sign':true,'kids':[]}", "ok", ""},
		{"{'age':40,'liver':false,'sign':true}", "ask", "SAFETY"},
		{"{'age':40,'liver':false,'kids':[]}", "ask", "REQUIRED"},
		{"{'age':40,'liver':false,'sign':false,'kids':[]}", "ask", "REQUIRED"},
		{"{'age':50,'liver':false,'sign':true,'kids':[]}", "ask", "REQUIRED"},
		{"{'age':50,'note':'x','liver':false,'sign':true,'kids':[]}", "ok", ""},
		{"{'age':40,'liver':false,'sign':true,'kids':[],'hdl':'x'}", "ask", "INVALID"},
		{"{'age':40,'liver':false,'sign':true,'kids':[],'zzz':'x'}", "ok", ""},
		{"{'age':40,'liver':false,'sign':true,'kids':[],'hdl':90,'chol':80}", "ask",
		 "CONSTRAINT"},
		{"{'age':40,'liver':false,'sign':true,'kids':[],'hdl':70,'chol':80}", "ok", ""},
		{"{'age':60,'liver':false,'sign':true,'kids':[]}", "ok", ""},
		{"{'age':40,'sign':true,'kids':[]}", "ask", "UNDECIDED"},
		{"{'age':40,'liver':false,'sign':true,'kids':[{'kid_age':8}]}", "ok", ""},
		{"{'age':40,'liver':false,'sign':true,'kids':[{'kid_age':8},{}]}", "ask",
		 "REQUIRED,SAFETY"},
		{"{'age':40,'liver':false,'sign':true,'kids':[{'kid_age':3}]}", "ask", "SAFETY"},
		{"{'age':40,'liver':false,'sign':true,'kids':[{'kid_age':3,'kid_ill':false}]}",
		 "ok", ""},
		{"{'age':17,'liver':false}", "no", ""}, /* no code: nothing more is needed */
		{"{'age':130,'liver':false,'sign':true,'kids':[]}", "ask", "UNDECIDED"},
		{},
	};

	expect_hits(with_code, cases);
}

Test(outcome, a_failed_value_holds_the_code_back)
{
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'f','locales':['en'],'items':["
		"{'id':'n','type':'integer','safety':true}],"
		"'derived':[{'id':'inv','type':'decimal','rule':{'/':[1,{'var':'n'}]}}],"
		"'outcomes':[{'id':'no','severity':3},"
		"{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'PT36H'}}],"
		"'hit_policy':'first','rules':[{'id':'R1','if':{'<':[{'var':'n'},5]},'then':'ok'}],"
		"'on_unknown':'no'}");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'n':4}"), "ok");
	cr_expect_eq(kit.result.outcome->code_ttl.seconds, 36L * 3600);
	cr_expect_str_eq(kit_eval(&kit, "{'n':0}"), "no");
	cr_expect_str_eq(kit_held(&kit), "FAILED");
	cr_expect_str_eq(kit_value(&kit, "inv"), "!DIVISION");
	kit_free(&kit);
}

Test(outcome, a_resolvable_outcome_asks_its_attestation_and_then_gives_way)
{
	struct kit kit = kit_compile(with_code);

	cr_expect_str_eq(kit_eval(&kit, "{'age':80,'liver':false,'sign':true,'kids':[]}"), "ask");
	cr_expect(kit.result.decided);
	cr_expect_str_eq(kit_next(&kit), "note,hdl,chol,doctor");
	cr_expect_str_eq(
		kit_eval(&kit, "{'age':80,'liver':false,'sign':true,'kids':[],'doctor':false}"),
		"ask");
	cr_expect_str_eq(
		kit_eval(&kit, "{'age':80,'liver':false,'sign':true,'kids':[],'doctor':true}"),
		"ok");
	cr_expect(kit.result.decided);
	cr_expect_str_eq(kit.result.resolved_from->id, "ask");
	cr_expect_str_eq(kit.result.reasons[0], "old");
	cr_expect_str_eq(kit_eval(&kit, "{'age':80,'liver':false,'kids':[],'doctor':true}"), "ask");
	cr_expect_str_eq(kit_held(&kit), "REQUIRED");
	cr_expect_str_eq(kit_eval(&kit, "{'age':40,'liver':false,'sign':true,'kids':[]}"), "ok");
	cr_expect_str_eq(kit_next(&kit), "note,hdl,chol");
	kit_free(&kit);
}

Test(outcome, the_program_tells_its_outcomes_and_attempts)
{
	struct kit kit = kit_compile(with_code);
	const struct screener_outcome *ok = screener_outcome(kit.screener, 2);

	cr_expect_str_eq(ok->code_class, "retail");
	cr_expect_eq(ok->code_ttl.seconds, 7L * 86400);
	cr_expect_eq(ok->reassess_after.months, 6);
	cr_expect_eq(screener_attempts(kit.screener).max, 3);
	cr_expect(screener_attempts(kit.screener).refuse_change);
	cr_expect_str_eq(screener_outcome(kit.screener, 1)->resolved_by, "doctor");
	cr_expect_eq(screener_n_items(kit.screener), 10);
	cr_expect_str_eq(screener_rule_id(kit.screener, 3), "R9");
	kit_free(&kit);
}

Test(outcome, what_holds_a_row_back_is_asked_next)
{
	struct kit kit = kit_patched("rows.json", "[]");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'kids':[{'age':3},{'age':20}]}"), "ask");
	cr_expect_str_eq(kit_held(&kit), "REQUIRED");
	cr_expect_str_eq(kit_next(&kit), "kids");
	cr_expect_str_eq(kit_eval(&kit, "{'kids':[{'age':3,'school':'A'},{'age':20}]}"), "ok");
	cr_expect_str_eq(kit_next(&kit), "");
	kit_free(&kit);
}
