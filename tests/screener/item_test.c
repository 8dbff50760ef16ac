/* Answers: what each type takes, what it refuses and by which name. */
#include <criterion/criterion.h>

#include "kit.h"

static const char document[] =
	"{'format':'screener/1','slug':'items','locales':['en-US'],'items':["
	"{'id':'b','type':'boolean'},"
	"{'id':'i','type':'integer','min':0,'max':120,'step':5},"
	"{'id':'d','type':'decimal','min':0.5,'max':9.5,'step':0.25},"
	"{'id':'q','type':'quantity','unit':'kg','min':30,'max':200,"
	"'units':[{'code':'[lb_av]','factor':'0.45359237'},"
	"{'code':'g','factor':'0.001','offset':'0'}]},"
	"{'id':'dob','type':'date','min':'today-120Y','max':'today-18Y'},"
	"{'id':'day','type':'date','min':'2020-01-01','max':'today+1M'},"
	"{'id':'t','type':'text','min_length':2,'max_length':5,'pattern':'[a-z]+|[0-9]{2,3}'},"
	"{'id':'c','type':'choice','options':[{'code':'a'},{'code':'b'}]},"
	"{'id':'m','type':'multi','min_choices':1,'max_choices':2,'options':["
	"{'code':'none','exclusive':true},{'code':'x'},{'code':'y'},{'code':'z'}]},"
	"{'id':'o','type':'open_choice','max_length':4,'options':[{'code':'a'}]},"
	"{'id':'st','type':'state','only':['TX','CA']},"
	"{'id':'z','type':'zip'},"
	"{'id':'ok','type':'attestation'},"
	"{'id':'info','type':'display'},"
	"{'id':'g','type':'group','repeats':true,'min_rows':1,'max_rows':3,'items':["
	"{'id':'age','type':'integer','max':99},"
	"{'id':'works','type':'boolean','show_if':{'>=':[{'var':'age'},16]},'when_hidden':false}]}]"
	","
	"'outcomes':[{'id':'end','severity':1}],'hit_policy':'first',"
	"'rules':[{'id':'R','else':true,'then':'end'}],'on_unknown':'end'}";

struct answer_case {
	const char *answers, *problems;
};

static void expect_problems(const struct answer_case *cases)
{
	struct kit kit = kit_compile(document);

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	for (; cases->answers; cases++) {
		cr_expect_str_eq(kit_eval(&kit, cases->answers), "end");
		cr_expect_str_eq(kit_problems(&kit), cases->problems, "%s gives %s, not %s",
				 cases->answers, kit_problems(&kit), cases->problems);
	}
	kit_free(&kit);
}

Test(item, numbers_take_their_values_and_name_what_is_wrong)
{
	static const struct answer_case cases[] = {
		{"{'i':35}", ""},
		{"{'i':35.0}", ""},
		{"{'i':3.5e1}", ""},
		{"{'i':35.5}", "i:TYPE"},
		{"{'i':'35'}", "i:TYPE"},
		{"{'i':-5}", "i:RANGE_MIN"},
		{"{'i':125}", "i:RANGE_MAX"},
		{"{'i':36}", "i:STEP"},
		{"{'i':12345678901234567890}", "i:PRECISION"},
		{"{'d':0.75}", ""},
		{"{'d':0.8}", "d:STEP"},
		{"{'d':0.4999}", "d:RANGE_MIN"},
		{"{'d':1.2345678901234567}", "d:PRECISION"},
		{"{'q':70}", ""},
		{"{'q':{'value':155,'unit':'[lb_av]'}}", ""},
		{"{'q':{'value':70000,'unit':'g'}}", ""},
		{"{'q':{'unit':'kg','value':70}}", ""},
		{"{'q':{'value':155,'unit':'stone'}}", "q:UNIT"},
		{"{'q':{'value':20,'unit':'[lb_av]'}}", "q:RANGE_MIN"},
		{"{'q':{'unit':'kg'}}", "q:TYPE"},
		{"{'q':{'value':70,'unit':7}}", "q:TYPE"},
		{"{'q':{'value':70,'extra':1}}", "q:TYPE"},
		{"{'q':{'value':70,'unit':'g','unit':'kg'}}", "q:TYPE"},
		{"{'q':{'unit':'g','unit':'kg','value':70}}", "q:TYPE"},
		{"{'q':{'value':70000,'value':70}}", "q:TYPE"},
		{"{'q':70.000000000000000000000000000}", ""},
		{"{'q':true}", "q:TYPE"},
		{},
	};

	expect_problems(cases);
}

Test(item, dates_take_their_values_and_name_what_is_wrong)
{
	static const struct answer_case cases[] = {
		{"{'dob':'2008-03-01'}", ""},
		{"{'dob':'2008-03-02'}", "dob:RANGE_MAX"},
		{"{'dob':'1906-02-28'}", "dob:RANGE_MIN"},
		{"{'dob':'2008-02-30'}", "dob:DATE"},
		{"{'dob':20080301}", "dob:TYPE"},
		{"{'day':'2026-04-01'}", ""},
		{"{'day':'2026-04-02'}", "day:RANGE_MAX"},
		{"{'day':'2019-12-31'}", "day:RANGE_MIN"},
		{},
	};

	expect_problems(cases);
}

Test(item, choices_take_their_values_and_name_what_is_wrong)
{
	static const struct answer_case cases[] = {
		{"{'c':'b'}", ""},
		{"{'c':'d'}", "c:OPTION"},
		{"{'c':['a']}", "c:TYPE"},
		{"{'m':['x','z']}", ""},
		{"{'m':['none']}", ""},
		{"{'m':['none','x']}", "m:EXCLUSIVE"},
		{"{'m':[]}", "m:CHOICES_MIN"},
		{"{'m':['x','y','z']}", "m:CHOICES_MAX"},
		{"{'m':['x','x']}", "m:DUPLICATE"},
		{"{'m':['w']}", "m:OPTION"},
		{"{'m':[1]}", "m:TYPE"},
		{"{'m':'x'}", "m:TYPE"},
		{"{'o':'a'}", ""},
		{"{'o':{'other':'abcd'}}", ""},
		{"{'o':{'other':'abcde'}}", "o:LENGTH_MAX"},
		{"{'o':'b'}", "o:OPTION"},
		{"{'o':{'else':'b'}}", "o:TYPE"},
		{"{'o':{'other':'b','more':1}}", "o:TYPE"},
		{"{'o':{}}", "o:TYPE"},
		{"{'o':{'other':''}}", ""},
		{"{'o':{'other':'b','other':'b'}}", "o:TYPE"},
		{"{'st':'TX'}", ""},
		{"{'st':'NY'}", "st:OPTION"},
		{},
	};

	expect_problems(cases);
}

Test(item, booleans_and_codes_and_unknown_or_doubled_items_name_what_is_wrong)
{
	static const struct answer_case cases[] = {
		{"{'z':'73301'}", ""},
		{"{'z':'73301-0001'}", ""},
		{"{'z':'7330'}", "z:PATTERN"},
		{"{'z':'73301 0001'}", "z:PATTERN"},
		{"{'z':73301}", "z:TYPE"},
		{"{'b':true}", ""},
		{"{'b':'true'}", "b:TYPE"},
		{"{'b':1}", "b:TYPE"},
		{"{'b':null}", ""},
		{"{'ok':false}", ""},
		{"{'info':1}", "info:UNKNOWN_ITEM"},
		{"{'nobody':{'deep':[1,2]}}", "nobody:UNKNOWN_ITEM"},
		{"{'age':5}", "age:UNKNOWN_ITEM"},
		{"{'b':true,'b':true}", "b:DUPLICATE"},
		{"{'b':null,'b':true}", "b:DUPLICATE"},
		{"{'i':125,'i':125}", "i:RANGE_MAX"},
		{},
	};

	expect_problems(cases);
}

Test(item, texts_are_measured_in_characters_and_matched_whole)
{
	static const struct answer_case cases[] = {
		{"{'t':'abc'}", ""},
		{"{'t':'a'}", "t:LENGTH_MIN"},
		{"{'t':'abcdef'}", "t:LENGTH_MAX"},
		{"{'t':'aBc'}", "t:PATTERN"},
		{"{'t':'12'}", ""},
		{"{'t':'1234'}", "t:PATTERN"},
		{"{'t':'a1'}", "t:PATTERN"},
		{"{'t':'\\u0061b'}", ""},
		{"{'t':5}", "t:TYPE"},
		{},
	};

	expect_problems(cases);
}

Test(item, rows_have_problems_of_their_own_and_of_their_number)
{
	static const struct answer_case cases[] = {
		{"{'g':[{'age':5},{}]}", ""},
		{"{'g':[]}", "g:ROWS_MIN"},
		{"{'g':[{},{},{},{}]}", "g:ROWS_MAX"},
		{"{'g':{}}", "g:TYPE"},
		{"{'g':[1]}", "g:TYPE"},
		{"{'g':[{'age':5},{'age':'x'}]}", "1/age:TYPE"},
		{"{'g':[{'age':5},{'b':true}]}", "b:UNKNOWN_ITEM"},
		{"{'g':[{'age':5,'works':3}]}", ""}, /* hidden: pruned, so no problem */
		{"{'g':[{'age':16,'works':3}]}", "0/works:TYPE"},
		{},
	};

	expect_problems(cases);
}

Test(item, hidden_answers_are_pruned_and_groups_hide_their_children)
{
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'hide','locales':['en'],'items':["
		"{'id':'sex','type':'choice','options':[{'code':'F'},{'code':'M'}]},"
		"{'id':'more','type':'group','show_if':{'==':[{'var':'sex'},'F']},'items':["
		"{'id':'pregnant','type':'boolean','when_hidden':false},"
		"{'id':'weeks','type':'integer','show_if':{'var':'pregnant'},'when_hidden':0}]}],"
		"'derived':[{'id':'late','type':'boolean','rule':{'>':[{'var':'weeks'},30]}}],"
		"'outcomes':[{'id':'no','severity':2},{'id':'yes','severity':1}],"
		"'hit_policy':'most_severe','rules':[{'id':'R1','if':{'var':'late'},'then':'no'},"
		"{'id':'R2','else':true,'then':'yes'}],'on_unknown':'no'}");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'sex':'M','pregnant':true,'weeks':35}"), "yes");
	cr_expect_str_eq(kit_value(&kit, "weeks"), "0");
	cr_expect(strstr(kit_trace(&kit), "\"pruned\":[\"pregnant\",\"weeks\"]"));
	cr_expect_str_eq(kit_next(&kit), "");
	cr_expect_str_eq(kit_eval(&kit, "{'sex':'F','pregnant':true,'weeks':35}"), "no");
	cr_expect(kit.result.decided);
	cr_expect_str_eq(kit_eval(&kit, "{'pregnant':true,'weeks':35}"), "no");
	cr_expect_not(kit.result.decided, "while sex is unknown the group is pending");
	cr_expect_str_eq(kit_value(&kit, "weeks"), "null");
	cr_expect_str_eq(kit_next(&kit), "sex");
	cr_expect_str_eq(kit_eval(&kit, "{'sex':'F','weeks':35}"), "no");
	cr_expect_str_eq(kit_value(&kit, "weeks"), "null");
	cr_expect_str_eq(kit_next(&kit), "pregnant");
	kit_free(&kit);
}

Test(item, an_integer_of_money_and_a_unit_are_only_notes)
{
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'m','locales':['en'],'items':["
		"{'id':'income','type':'integer','money':'USD','min':0},"
		"{'id':'age','type':'integer','unit':'a'}],'outcomes':[{'id':'e','severity':0}],"
		"'hit_policy':'first','rules':[{'id':'R','else':true,'then':'e'}],'on_unknown':'e'"
		"}");

	cr_expect(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'income':3143400,'age':50}"), "e");
	cr_expect_str_eq(kit_value(&kit, "income"), "3143400");
	kit_free(&kit);
}

Test(item, a_blank_text_is_no_answer_to_a_required_text)
{
	static const char blanks[][40] = {"", " ", "\\u200b\\u2060", "\\u202e\\u202c",
					  "\\u00a0\\t"};
	struct kit kit =
		kit_compile("{'format':'screener/1','slug':'s','locales':['en'],'items':["
			    "{'id':'t','type':'text','required':true,'min_length':0}],"
			    "'outcomes':[{'id':'no','severity':2},"
			    "{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'P7D'}}],"
			    "'hit_policy':'first','rules':[{'id':'R','else':true,'then':'ok'}],"
			    "'on_unknown':'no'}");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'t':'a'}"), "ok");
	for (size_t i = 0; i < sizeof blanks / sizeof *blanks; i++) {
		const char *answers = arena_printf(kit.arena, "{'t':'%s'}", blanks[i]);

		cr_expect_str_eq(kit_eval(&kit, answers), "no", "%s", answers);
		cr_expect_str_eq(kit_held(&kit), "REQUIRED");
		cr_expect_str_eq(kit_problems(&kit), "");
		cr_expect_str_eq(kit_next(&kit), "t");
	}
	kit_free(&kit);
}

Test(item, the_trace_names_children_of_rows_that_are_hidden_pending_unknown_and_pruned)
{
	struct kit kit =
		kit_compile("{'format':'screener/1','slug':'r','locales':['en'],'items':["
			    "{'id':'kid','type':'group','repeats':true,'items':["
			    "{'id':'asthma','type':'boolean'},"
			    "{'id':'brand','type':'text','show_if':{'var':'asthma'}}]}],"
			    "'outcomes':[{'id':'no','severity':1}],'hit_policy':'first',"
			    "'rules':[{'id':'R1','else':true,'then':'no'}],'on_unknown':'no'}");
	const char *trace;

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	(void)kit_eval(&kit,
		       "{'kid':[{'asthma':false,'brand':'B'},{'brand':'C'},{'asthma':true}]}");
	trace = kit_trace(&kit);
	cr_expect(strstr(trace, "\"unknown\":[\"kid/1/asthma\",\"kid/0/brand\",\"kid/1/brand\","
				"\"kid/2/brand\"],"
				"\"hidden\":[\"kid/0/brand\"],\"pending\":[\"kid/1/brand\"],"
				"\"pruned\":[\"kid/0/brand\",\"kid/1/brand\"]"),
		  "%s", trace);
	kit_free(&kit);
}
