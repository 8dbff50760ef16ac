/* Every operator: value, unknown and failure, by evaluating one derived value. */
#include <criterion/criterion.h>

#include "kit.h"

struct rule_case {
	const char *type, *rule, *answers, *expected;
};

static void expect_rules(const struct rule_case *cases)
{
	for (; cases->type; cases++) {
		struct kit kit = kit_rule(cases->type, cases->rule);

		cr_expect(kit.screener, "%s: %s", cases->rule, kit_findings(&kit));
		if (kit.screener) {
			const char *expected = kit_json(kit.arena, cases->expected);

			kit_eval(&kit, cases->answers);
			cr_expect_str_eq(kit_value(&kit, "x"), expected, "%s of %s is %s, not %s",
					 cases->rule, cases->answers, kit_value(&kit, "x"),
					 expected);
		}
		kit_free(&kit);
	}
}

Test(rule, kleene_connectives_decide_as_early_as_they_can)
{
	static const struct rule_case cases[] = {
		{"boolean", "{'and':[{'var':'b'},{'var':'b2'}]}", "{'b':false}", "false"},
		{"boolean", "{'and':[{'var':'b'},{'var':'b2'}]}", "{'b2':false}", "false"},
		{"boolean", "{'and':[{'var':'b'},{'var':'b2'}]}", "{'b':true}", "null"},
		{"boolean", "{'and':[{'var':'b'},{'var':'b2'}]}", "{'b':true,'b2':true}", "true"},
		{"boolean", "{'or':[{'var':'b'},{'var':'b2'}]}", "{'b2':true}", "true"},
		{"boolean", "{'or':[{'var':'b'},{'var':'b2'}]}", "{'b2':false}", "null"},
		{"boolean", "{'!':{'var':'b'}}", "{}", "null"},
		{"boolean", "{'!':{'var':'b'}}", "{'b':false}", "true"},
		{"boolean", "{'at_least':[2,[{'var':'b'},true,{'var':'b2'}]]}", "{'b':true}",
		 "true"},
		{"boolean", "{'at_least':[2,[{'var':'b'},true,{'var':'b2'}]]}", "{}", "null"},
		{"boolean", "{'at_least':[3,[{'var':'b'},true,{'var':'b2'}]]}", "{'b2':false}",
		 "false"},
		{"integer", "{'count_true':[{'var':'b'},true,{'var':'b2'}]}",
		 "{'b':true,'b2':false}", "2"},
		{"integer", "{'count_true':[{'var':'b'},true]}", "{}", "null"},
		{"integer", "{'if':[{'var':'b'},1,{'var':'b2'},2,3]}", "{'b':false,'b2':true}",
		 "2"},
		{"integer", "{'if':[{'var':'b'},1,{'var':'b2'},2,3]}", "{'b':false,'b2':false}",
		 "3"},
		{"integer", "{'if':[{'var':'b'},1,2]}", "{}", "null"},
		{"decimal", "{'if':[{'var':'b'},1,2.5]}", "{'b':false}", "2.5"},
		{"boolean", "{'if':[{'var':'b'},true,{'var':'b2'}]}", "{'b':false}", "null"},
		{"text", "{'if':[{'var':'b'},'yes','no']}", "{'b':true}", "'yes'"},
		{},
	};

	expect_rules(cases);
}

Test(rule, comparisons_are_exact_and_never_cast)
{
	static const struct rule_case cases[] = {
		{"boolean", "{'<=':[{'var':'i'},31300]}", "{}", "null"},
		{"boolean", "{'<=':[{'var':'i'},31300]}", "{'i':31300}", "true"},
		{"boolean", "{'<':[{'var':'i'},31300]}", "{'i':31300}", "false"},
		{"boolean", "{'>':[18,{'var':'i'}]}", "{'i':17}", "true"},
		{"boolean", "{'>=':[18,{'var':'i'}]}", "{'i':19}", "false"},
		{"boolean", "{'==':[{'var':'d'},{'decimal':'0.3'}]}", "{'d':0.3}", "true"},
		{"boolean", "{'==':[{'+':[{'var':'d'},{'var':'e'}]},0.3]}", "{'d':0.1,'e':0.2}",
		 "true"},
		{"boolean", "{'<':[{'var':'i'},{'var':'d'}]}", "{'i':2,'d':2.00000000000001}",
		 "true"},
		{"boolean", "{'!=':[{'var':'b'},{'var':'b2'}]}", "{'b':true,'b2':false}", "true"},
		{"boolean", "{'==':[{'var':'b'},true]}", "{'b':true}", "true"},
		{"boolean", "{'==':[{'var':'c'},'a']}", "{'c':'a'}", "true"},
		{"boolean", "{'!=':['b',{'var':'c'}]}", "{'c':'a'}", "true"},
		{"boolean", "{'!=':[{'var':'c'},'a']}", "{}", "null"},
		{"boolean", "{'==':[{'var':'o'},'a']}", "{'o':{'other':'aa'}}", "false"},
		{"boolean", "{'==':[{'var':'o'},'a']}", "{'o':{'other':'a'}}", "true"},
		{"boolean", "{'==':[{'var':'t'},'x y']}", "{'t':'x y'}", "true"},
		{"boolean", "{'==':[{'var':'st'},'TX']}", "{'st':'TX'}", "true"},
		{"boolean", "{'between':[{'var':'i'},18,65]}", "{'i':65}", "true"},
		{"boolean", "{'between':[{'var':'i'},18,65]}", "{'i':66}", "false"},
		{"boolean", "{'between':[40,{'var':'i'},{'var':'j'}]}", "{'i':50}", "false"},
		{"boolean", "{'between':[60,{'var':'i'},{'var':'j'}]}", "{'i':50}", "null"},
		{"boolean", "{'in':[{'var':'c'},['a','b']]}", "{'c':'b'}", "true"},
		{"boolean", "{'in':[{'var':'c'},['a','b']]}", "{'c':'other'}", "false"},
		{"boolean", "{'!':{'in':[{'var':'c'},['a','b']]}}", "{}", "null"},
		{"boolean", "{'in':[{'var':'i'},[1,2,3]]}", "{'i':3}", "true"},
		{"boolean", "{'in':[{'var':'z'},['73301','10001']]}", "{'z':'10001'}", "true"},
		{"boolean", "{'in':[{'var':'o'},['a','b']]}", "{'o':{'other':'zz'}}", "false"},
		{"boolean", "{'starts_with':[{'var':'z'},'733']}", "{'z':'73301'}", "true"},
		{"boolean", "{'starts_with':[{'var':'z'},'733']}", "{}", "null"},
		{"boolean", "{'>':[{'var':'q'},{'quantity':['70','kg']}]}", "{'q':70.5}", "true"},
		{"boolean", "{'==':[{'var':'q'},{'quantity':['45.359237','kg']}]}",
		 "{'q':{'value':100,'unit':'[lb_av]'}}", "true"},
		{},
	};

	expect_rules(cases);
}

Test(rule, arithmetic_is_exact_and_overflow_is_a_value)
{
	static const struct rule_case cases[] = {
		{"integer", "{'+':[{'var':'i'},{'var':'j'},1]}", "{'i':2,'j':3}", "6"},
		{"integer", "{'-':[{'var':'i'},10]}", "{'i':2}", "-8"},
		{"integer", "{'-':[{'var':'i'}]}", "{'i':2}", "-2"},
		{"integer", "{'*':[{'var':'i'},{'var':'j'}]}", "{'i':-4,'j':3}", "-12"},
		{"decimal", "{'/':[{'var':'i'},{'var':'j'}]}", "{'i':1,'j':3}", "'1/3'"},
		{"decimal", "{'*':[{'/':[{'var':'i'},3]},3]}", "{'i':1}", "1"},
		{"decimal", "{'/':[1,{'var':'i'}]}", "{'i':0}", "!DIVISION"},
		{"integer", "{'%':[{'var':'i'},3]}", "{'i':-7}", "-1"},
		{"integer", "{'%':[{'var':'i'},{'var':'j'}]}", "{'i':7,'j':0}", "!DIVISION"},
		{"integer", "{'%':[{'var':'i'},-1]}", "{'i':-9007199254740991}", "0"},
		{"integer", "{'*':[{'var':'i'},{'var':'i'}]}", "{'i':9007199254740991}",
		 "!OVERFLOW"},
		{"integer", "{'+':[{'var':'i'},{'var':'j'}]}", "{'i':1}", "null"},
		{"decimal", "{'-':[{'var':'d'},0.1]}", "{'d':0.3}", "0.2"},
		{"integer", "{'min':[{'var':'i'},{'var':'j'},5]}", "{'i':7,'j':6}", "5"},
		{"decimal", "{'max':[{'var':'i'},{'var':'d'}]}", "{'i':7,'d':7.5}", "7.5"},
		{"date", "{'max':[{'var':'dt'},{'date':'2000-01-01'}]}", "{'dt':'1999-12-31'}",
		 "'2000-01-01'"},
		{"decimal", "{'round':[{'var':'d'},1,'half_up']}", "{'d':2.25}", "2.3"},
		{"decimal", "{'round':[{'var':'d'},1,'half_even']}", "{'d':2.25}", "2.2"},
		{"integer", "{'round':[{'var':'d'},0,'floor']}", "{'d':-2.25}", "-3"},
		{"decimal", "{'pct_of':[{'var':'i'},{'var':'j'}]}", "{'i':3143400,'j':1565000}",
		 "'62868/313'"},
		{"boolean", "{'<=':[{'pct_of':[{'var':'i'},{'var':'j'}]},200]}",
		 "{'i':3130000,'j':1565000}", "true"},
		{"boolean", "{'<=':[{'pct_of':[{'var':'i'},{'var':'j'}]},200]}",
		 "{'i':3130001,'j':1565000}", "false"},
		{"decimal", "{'pct_of':[{'var':'i'},{'var':'j'}]}", "{'i':1,'j':0}", "!DIVISION"},
		{"decimal", "{'in_unit':[{'*':[2,{'var':'q'}]},'kg']}", "{'q':70.5}", "141"},
		{"decimal", "{'/':[{'in_unit':[{'var':'q'},'kg']},{'in_unit':[{'var':'h'},'cm']}]}",
		 "{'q':70,'h':175}", "0.4"},
		{},
	};

	expect_rules(cases);
}

Test(rule, dates_are_dates)
{
	static const struct rule_case cases[] = {
		{"date", "{'today':[]}", "{}", "'2026-03-01'"},
		{"date", "{'date_add':[{'var':'dt'},1,'M']}", "{'dt':'2024-01-31'}",
		 "'2024-02-29'"},
		{"date", "{'date_add':[{'var':'dt'},-1,'Y']}", "{'dt':'2024-02-29'}",
		 "'2023-02-28'"},
		{"date", "{'date_add':[{'var':'dt'},2,'W']}", "{'dt':'2025-12-25'}",
		 "'2026-01-08'"},
		{"date", "{'date_add':[{'var':'dt'},9000,'Y']}", "{'dt':'2025-12-25'}",
		 "!OVERFLOW"},
		{"date", "{'date_add':[{'var':'dt'},{'var':'i'},'D']}",
		 "{'dt':'2025-12-25','i':9007199254740991}", "!OVERFLOW"},
		{"integer", "{'date_diff':[{'var':'dt'},{'today':[]},'D']}", "{'dt':'2026-02-01'}",
		 "28"},
		{"integer", "{'date_diff':[{'var':'dt'},{'var':'dt2'},'M']}",
		 "{'dt':'2025-01-31','dt2':'2025-02-28'}", "0"},
		{"integer", "{'date_diff':[{'var':'dt2'},{'var':'dt'},'M']}",
		 "{'dt':'2025-01-31','dt2':'2025-04-30'}", "-2"},
		{"integer", "{'age_at':{'var':'dt'}}", "{'dt':'1971-03-02'}", "54"},
		{"integer", "{'age_at':{'var':'dt'}}", "{'dt':'1971-03-01'}", "55"},
		{"integer", "{'age_at':[{'var':'dt'},{'date':'2023-02-28'}]}",
		 "{'dt':'2004-02-29'}", "18"},
		{"integer", "{'age_at':[{'var':'dt'},{'date':'2023-03-01'}]}",
		 "{'dt':'2004-02-29'}", "19"},
		{"integer", "{'age_at':{'var':'dt'}}", "{}", "null"},
		{"integer",
		 "{'+':[{'year':{'var':'dt'}},{'month':{'var':'dt'}},{'day':{'var':'dt'}}]}",
		 "{'dt':'2000-10-05'}", "2015"},
		{"boolean", "{'<':[{'var':'dt'},{'date':'2026-01-01'}]}", "{'dt':'2025-12-31'}",
		 "true"},
		{},
	};

	expect_rules(cases);
}

Test(rule, rows_and_sets_quantify_by_kleene)
{
	static const struct rule_case cases[] = {
		{"boolean", "{'some':['g',{'>':[{'var':'ga'},17]}]}", "{}", "null"},
		{"boolean", "{'some':['g',{'>':[{'var':'ga'},17]}]}", "{'g':[]}", "false"},
		{"boolean", "{'all':['g',{'>':[{'var':'ga'},17]}]}", "{'g':[]}", "true"},
		{"boolean", "{'none':['g',{'>':[{'var':'ga'},17]}]}", "{'g':[{'ga':3},{}]}",
		 "null"},
		{"boolean", "{'none':['g',{'>':[{'var':'ga'},17]}]}", "{'g':[{'ga':3},{'ga':18}]}",
		 "false"},
		{"boolean", "{'some':['g',{'>':[{'var':'ga'},17]}]}", "{'g':[{},{'ga':18}]}",
		 "true"},
		{"boolean", "{'all':['g',{'>':[{'var':'ga'},17]}]}", "{'g':[{},{'ga':3}]}",
		 "false"},
		{"boolean", "{'all':[{'var':'g'},{'>':[{'var':'ga'},{'var':'i'}]}]}",
		 "{'g':[{'ga':4},{'ga':3}],'i':2}", "true"},
		{"integer", "{'count':['g',{'var':'gb'}]}",
		 "{'g':[{'gb':true},{'gb':false},{'gb':true}]}", "2"},
		{"integer", "{'count':['g',{'var':'gb'}]}", "{'g':[{'gb':true},{}]}", "null"},
		{"integer", "{'sum':['g',{'*':[2,{'var':'ga'}]}]}", "{'g':[{'ga':3},{'ga':4}]}",
		 "14"},
		{"integer", "{'sum':['g',{'var':'ga'}]}", "{'g':[]}", "0"},
		{"integer", "{'rows':'g'}", "{'g':[{},{}]}", "2"},
		{"boolean", "{'in':['k',{'var':'m'}]}", "{'m':['l','k']}", "true"},
		{"boolean", "{'in':['k',{'var':'m'}]}", "{'m':[]}",
		 "null"}, /* an empty list is no answer */
		{"boolean", "{'in':['k',{'var':'m'}]}", "{}", "null"},
		{"boolean", "{'some':['m',['k','n']]}", "{'m':['n']}", "true"},
		{"boolean", "{'all':['m',['k','n']]}", "{'m':['n']}", "false"},
		{"boolean", "{'none':['m',['k','n']]}", "{'m':['l']}", "true"},
		{"boolean", "{'none':['m',['k','n']]}", "{}", "null"},
		{"integer", "{'chosen':'m'}", "{'m':['l','k']}", "2"},
		{},
	};

	expect_rules(cases);
}

#define PCE(sex, race)                                                                             \
	"{'pce_ascvd':{'age':{'var':'i'},'sex':'" sex "','race':'" race "','total_chol':213,"      \
	"'hdl':50,'sbp':120,'treated':false,'smoker':false,'diabetes':{'var':'b'}}}"

Test(rule, the_pooled_cohort_risk_agrees_with_the_published_cases)
{
	static const struct rule_case cases[] = {
		{"decimal", PCE("F", "white"), "{'i':55,'b':false}", "2.05"},
		{"decimal", PCE("F", "black"), "{'i':55,'b':false}", "3.03"},
		{"decimal", PCE("M", "white"), "{'i':55,'b':false}", "5.38"},
		{"decimal", PCE("M", "black"), "{'i':55,'b':false}", "6.07"},
		{"decimal", PCE("M", "black"), "{'i':55}", "null"},
		{"decimal", PCE("M", "black"), "{'i':39,'b':false}", "!DOMAIN"},
		{"decimal", PCE("X", "black"), "{'i':55,'b':false}", "!DOMAIN"},
		{"decimal",
		 "{'pce_ascvd':{'age':55,'sex':'M','race':'white','total_chol':200,'hdl':50,"
		 "'sbp':130,'treated':false,'smoker':false,'diabetes':false}}",
		 "{}", "5.75"},
		{},
	};

	expect_rules(cases);
}

Test(rule, a_failure_that_no_longer_matters_is_forgotten)
{
	static const struct rule_case cases[] = {
		{"boolean", "{'and':[{'<':[{'/':[1,{'var':'i'}]},2]},{'var':'b'}]}",
		 "{'i':0,'b':false}", "false"},
		{"boolean", "{'and':[{'<':[{'/':[1,{'var':'i'}]},2]},{'var':'b'}]}",
		 "{'i':0,'b':true}", "!DIVISION"},
		{"boolean", "{'or':[{'<':[{'/':[1,{'var':'i'}]},2]},{'var':'b'}]}",
		 "{'i':0,'b':true}", "true"},
		{},
	};

	expect_rules(cases);
}

static const struct {
	const char *type, *rule, *finding;
} misfits[] = {
	{"boolean", "{'<':[{'var':'i'},'5']}", "TYPE_MISMATCH /derived/0/rule/<"},
	{"boolean", "{'==':[{'var':'i'},{'var':'b'}]}", "TYPE_MISMATCH /derived/0/rule/=="},
	{"boolean", "{'==':[{'var':'c'},'zebra']}", "UNKNOWN_OPTION /derived/0/rule/=="},
	{"boolean", "{'==':[{'var':'c'},{'var':'c2'}]}", "TYPE_MISMATCH /derived/0/rule/=="},
	{"boolean", "{'<':[{'var':'c'},'a']}", "TYPE_MISMATCH /derived/0/rule/<"},
	{"boolean", "{'<':[{'var':'q'},5]}", "TYPE_MISMATCH /derived/0/rule/<"},
	{"boolean", "{'<':[{'var':'q'},{'var':'h'}]}", "TYPE_MISMATCH /derived/0/rule/<"},
	{"boolean", "{'<':[{'var':'dt'},'2020-01-01']}", "TYPE_MISMATCH /derived/0/rule/<"},
	{"boolean", "{'and':[{'var':'i'}]}", "TYPE_MISMATCH /derived/0/rule/and/0"},
	{"boolean", "{'!':{'var':'t'}}", "TYPE_MISMATCH /derived/0/rule/!"},
	{"boolean", "{'var':'nobody'}", "UNKNOWN_REF /derived/0/rule/var"},
	{"boolean", "{'===':[1,1]}", "UNKNOWN_OPERATOR /derived/0/rule/==="},
	{"boolean", "{'<':[1]}", "ARITY /derived/0/rule/<"},
	{"boolean", "{'<':[1,2,3]}", "ARITY /derived/0/rule/<"},
	{"boolean", "{'if':[true,true]}", "ARITY /derived/0/rule/if"},
	{"integer", "{'var':'d'}", "TYPE_MISMATCH /derived/0/rule"},
	{"integer", "{'/':[4,2]}", "TYPE_MISMATCH /derived/0/rule"},
	{"integer", "{'%':[{'var':'d'},2]}", "TYPE_MISMATCH /derived/0/rule/%/0"},
	{"integer", "{'var':'ga'}", "SCOPE /derived/0/rule/var"},
	{"boolean", "{'some':['g',{'some':['g',{'var':'gb'}]}]}",
	 "SCOPE /derived/0/rule/some/1/some"},
	{"boolean", "{'missing':['i']}", "MISSING_IN_RULE /derived/0/rule/missing"},
	{"boolean", "{'in':[{'var':'i'},[{'var':'j'}]]}", "NOT_CONSTANT /derived/0/rule/in/1/0"},
	{"boolean", "{'some':['m',['zzz']]}", "UNKNOWN_OPTION /derived/0/rule/some/1/0"},
	{"boolean", "{'in':['zzz',{'var':'m'}]}", "UNKNOWN_OPTION /derived/0/rule/in/1"},
	{"integer", "{'lookup':['fpl','a',{}]}", "UNKNOWN_REF /derived/0/rule/lookup/0"},
	{"boolean", "{'<':[1,2],'>':[1,2]}", "WRONG_TYPE /derived/0/rule"},
	{"boolean", "[true]", "WRONG_TYPE /derived/0/rule"},
	{"decimal", "1.2345678901234567", "NUMBER_TOO_LONG /derived/0/rule"},
	{"integer", "9007199254740993", "NUMBER_TOO_LONG /derived/0/rule"},
	{"integer", "{'var':'x'}", "CYCLE /derived/0/rule/var"},
	{"date", "{'date':'2026-02-30'}", "BAD_VALUE /derived/0/rule/date"},
	{"decimal", "{'in_unit':[{'var':'q'},'g']}", "TYPE_MISMATCH /derived/0/rule/in_unit/1"},
	{"decimal", "{'*':[{'var':'q'},{'var':'q'}]}", "TYPE_MISMATCH /derived/0/rule/*"},
};

Test(rule, what_does_not_fit_together_is_refused_when_compiled)
{
	for (size_t i = 0; i < sizeof misfits / sizeof *misfits; i++) {
		struct kit kit = kit_rule(misfits[i].type, misfits[i].rule);
		const char *expected = arena_printf(kit.arena, "%s\n", misfits[i].finding);

		cr_expect_null(kit.screener, "%s compiles", misfits[i].rule);
		cr_expect_str_eq(kit_findings(&kit), expected, "%s: %s", misfits[i].rule,
				 kit_findings(&kit));
		kit_free(&kit);
	}
}
