/* Scores, bands, derived values. */
#include <criterion/criterion.h>

#include "kit.h"

#define SCORE(score)                                                                               \
	"{'format':'screener/1','slug':'s','locales':['en'],'items':["                             \
	"{'id':'q1','type':'choice','options':[{'code':'never','score':0},"                        \
	"{'code':'often','score':3}]},"                                                            \
	"{'id':'q2','type':'multi','min_choices':0,'options':[{'code':'x','score':1},{'code':'y'," \
	"'score':2.5}]},"                                                                          \
	"{'id':'q3','type':'boolean'},{'id':'q4','type':'integer'}],"                              \
	"'scores':[{'id':'s','items':['q1','q2','q3','q4']," score "}],"                           \
	"'outcomes':[{'id':'e','severity':1}],'hit_policy':'first',"                               \
	"'rules':[{'id':'R','else':true,'then':'e'}],'on_unknown':'e'}"

static void expect_score(const char *score, const char *answers, const char *value,
			 const char *band)
{
	struct arena *arena = arena_new(1 << 16);
	struct strbuf document = strbuf_new(arena);
	static const char frame[] = SCORE("@");
	struct kit kit;

	for (const char *p = frame; *p; p++) {
		if (*p == '@')
			strbuf_add_c(&document, score);
		else
			strbuf_add_char(&document, *p);
	}
	kit = kit_compile(document.ptr);
	cr_assert(kit.screener, "%s", kit_findings(&kit));
	kit_eval(&kit, answers);
	cr_expect_str_eq(kit_value(&kit, "s"), value, "%s of %s: %s", score, answers,
			 kit_value(&kit, "s"));
	if (band)
		cr_expect_str_eq(kit_value(&kit, "s.band"), band, "%s", answers);
	kit_free(&kit);
	arena_free(&arena);
}

Test(score, adds_what_each_kind_of_answer_is_worth)
{
	const char *bands = "'method':'sum','missing':'unknown','bands':[[0,4,'low'],[5,9.5,'mid'],"
			    "[11,20,'low']]";

	expect_score(bands, "{'q1':'often','q2':['x','y'],'q3':true,'q4':2}", "9.5", "\"mid\"");
	expect_score(bands, "{'q1':'never','q2':[],'q3':false,'q4':4}", "4", "\"low\"");
	expect_score(bands, "{'q1':'never','q2':[],'q3':false,'q4':10}", "10", "!DOMAIN");
	expect_score(bands, "{'q1':'never','q2':[],'q3':false}", "null", "null");
	expect_score("'method':'count','missing':'unknown'",
		     "{'q1':'never','q2':['x'],'q3':true,'q4':-2}", "2", NULL);
}

Test(score, missing_items_follow_the_policy)
{
	const char *zero = "'method':'sum','missing':'zero','max_missing':2";
	const char *prorate =
		"'method':'sum','missing':'prorate','max_missing':1,'round':[1,'half_up']";
	const char *mean = "'method':'mean','missing':'zero','max_missing':1,'round':[2,'half_up']";

	expect_score(zero, "{'q1':'often','q4':5}", "8", NULL);
	expect_score(zero, "{'q4':5}", "null", NULL);
	expect_score(prorate, "{'q1':'often','q2':['x'],'q4':6}", "13.3", NULL);
	expect_score(prorate, "{'q1':'often','q4':6}", "null", NULL);
	expect_score(mean, "{'q1':'often','q2':['x'],'q4':6}", "2.5", NULL);
}

Test(score, derived_values_chain_in_any_order_and_round_exactly)
{
	struct kit kit = kit_compile(
		"{'format':'screener/1','slug':'s','locales':['en'],'items':["
		"{'id':'kg','type':'quantity','unit':'kg'},{'id':'cm','type':'quantity','unit':'cm'"
		"}],"
		"'derived':[{'id':'obese','type':'boolean','rule':{'>=':[{'var':'bmi'},30]}},"
		"{'id':'bmi','type':'decimal','round':[1,'half_up'],'rule':{'/':["
		"{'*':[{'in_unit':[{'var':'kg'},'kg']},10000]},"
		"{'*':[{'in_unit':[{'var':'cm'},'cm']},{'in_unit':[{'var':'cm'},'cm']}]}]}},"
		"{'id':'whole','type':'integer','round':[0,'down'],'rule':{'var':'bmi'}}],"
		"'outcomes':[{'id':'e','severity':1},{'id':'o','severity':2}],'hit_policy':'first',"
		"'rules':[{'id':'R','if':{'var':'obese'},'then':'o'},{'id':'S','else':true,'then':'"
		"e'}],"
		"'on_unknown':'e'}");

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	cr_expect_str_eq(kit_eval(&kit, "{'kg':91.9,'cm':175}"), "o"); /* 30.0082 */
	cr_expect_str_eq(kit_value(&kit, "bmi"), "30");
	cr_expect_str_eq(kit_eval(&kit, "{'kg':91.7,'cm':175}"), "e"); /* 29.943 */
	cr_expect_str_eq(kit_value(&kit, "bmi"), "29.9");
	cr_expect_str_eq(kit_value(&kit, "whole"), "29");
	kit_free(&kit);
}
