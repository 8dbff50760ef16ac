/*
 * A rich document with random parts replaced, removed or moved: refused with a
 * finding or evaluated, never a crash, a leak or a program of another size than
 * measured (which aborts).
 */
#include <criterion/criterion.h>
#include <stdlib.h>

#include "kit.h"
#include "random_rule.h"

#define SEED   20261122
#define ROUNDS 4000

static const char rich[] =
	"{'format':'screener/1','slug':'rich','version':3,'purpose':'p','profile':'strict',"
	"'locales':['en-US','es'],'items':["
	"{'id':'age','type':'integer','required':true,'safety':true,'min':0,'max':120,'step':1},"
	"{'id':'sex','type':'choice','options':[{'code':'F','score':1},{'code':'M','score':2}]},"
	"{'id':'more','type':'group','show_if':{'==':[{'var':'sex'},'F']},'items':["
	"{'id':'pregnant','type':'boolean','when_hidden':false,'safety':true},"
	"{'id':'weeks','type':'integer','show_if':{'var':'pregnant'},'when_hidden':0}]},"
	"{'id':'kg','type':'quantity','unit':'kg','units':[{'code':'g','factor':'0.001'}]},"
	"{'id':'dob','type':'date','min':'today-120Y','max':'today'},"
	"{'id':'name','type':'text','pattern':'[A-Z][a-z]+|x{2,5}','sensitivity':'pii'},"
	"{'id':'meds','type':'multi','options':[{'code':'none','exclusive':true,'score':0},"
	"{'code':'a','score':1},{'code':'b','score':2.5}]},"
	"{'id':'why','type':'open_choice','options':[{'code':'a'}]},"
	"{'id':'st','type':'state','only':['TX','CA']},{'id':'zip','type':'zip'},"
	"{'id':'note','type':'display'},{'id':'doctor','type':'attestation'},"
	"{'id':'home','type':'group','repeats':true,'min_rows':1,'max_rows':4,'items':["
	"{'id':'m_age','type':'integer','required':true},"
	"{'id':'m_ill','type':'boolean','show_if':{'<':[{'var':'m_age'},16]},'when_hidden':false,"
	"'required':{'>':[{'var':'m_age'},3]}}]}],"
	"'derived':[{'id':'bmi','type':'decimal','round':[1,'half_up'],"
	"'rule':{'/':[{'in_unit':[{'var':'kg'},'kg']},3]}},"
	"{'id':'years','type':'integer','rule':{'age_at':{'var':'dob'}}},"
	"{'id':'kids','type':'integer','rule':{'count':['home',{'<':[{'var':'m_age'},18]}]}}],"
	"'scores':[{'id':'sc','method':'sum','items':['sex','meds','pregnant','age'],"
	"'missing':'prorate','max_missing':1,'round':[1,'half_even'],"
	"'bands':[[0,50,'low'],[51,500,'high']]}],"
	"'constraints':[{'id':'C1','that':{'or':[{'missing':['dob']},"
	"{'==':[{'var':'age'},{'var':'years'}]}]},'severity':'warning','items':['age']}],"
	"'outcomes':[{'id':'no','severity':3},"
	"{'id':'ask','severity':2,'resolvable':{'by':'doctor','to':'ok'}},"
	"{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'P7D'},'reassess_after':'P6M'}],"
	"'hit_policy':'most_severe','rules':["
	"{'id':'R1','if':{'and':[{'var':'pregnant'},{'>':[{'var':'weeks'},3]}]},'then':'no'},"
	"{'id':'R2','if':{'or':[{'in':['a',{'var':'meds'}]},{'some':['meds',['b']]},"
	"{'in':[{'var':'st'},['TX']]}]},'then':'ask','reason':['r1','r2']},"
	"{'id':'R3','if':{'at_least':[2,[{'>':[{'var':'bmi'},30]},{'==':[{'var':'sc.band'},'low']},"
	"{'starts_with':[{'var':'zip'},'7']},{'>':[{'sum':['home',{'var':'m_age'}]},9]}]]},"
	"'then':'no'},{'id':'R9','else':true,'then':'ok'}],'on_unknown':'ask',"
	"'attempts':{'max':3,'window':'P30D'},'i18n':{'es':{'title':'t'}},"
	"'tests':[{'name':'n','answers':{'age':5},'outcome':'ask','values':{'bmi':null}}]}";

/* A random container of the tree, by a walk that stops now and then. */
static json_t *random_container(struct dice *dice, json_t *json)
{
	for (;;) {
		json_t *next = NULL;
		size_t n = json_is_array(json) ? json_array_size(json) : json_object_size(json);
		void *iter;

		if (n == 0 || dice_roll(dice, 6) == 0)
			return json;
		n = dice_roll(dice, n);
		if (json_is_array(json)) {
			next = json_array_get(json, n);
		} else {
			for (iter = json_object_iter(json); n > 0; n--)
				iter = json_object_iter_next(json, iter);
			next = json_object_iter_value(iter);
		}
		if (!json_is_object(next) && !json_is_array(next))
			return json;
		json = next;
	}
}

static json_t *random_part(struct dice *dice, json_t *document)
{
	static const char *const words[] = {"age", "meds", "home",  "m_age", "sc.band", "boolean",
					    "F",   "",	   "today", "R1",    "1e3",	"group"};

	switch (dice_roll(dice, 9)) {
	case 0: return json_null();
	case 1: return json_boolean(dice_roll(dice, 2));
	case 2: return json_integer((json_int_t)dice_roll(dice, 300) - 20);
	case 3: return json_real((double)dice_roll(dice, 1000) / 8);
	case 4: return json_string(words[dice_roll(dice, sizeof words / sizeof *words)]);
	case 5: return random_condition(dice, 2);
	case 6: return json_array();
	case 7: return json_object();
	default: return json_deep_copy(random_container(dice, document));
	}
}

static void mutate(struct dice *dice, json_t *document)
{
	json_t *at = random_container(dice, document);
	json_t *part = random_part(dice, document);
	size_t n = json_is_array(at) ? json_array_size(at) : json_object_size(at);
	void *iter;

	if (n == 0) {
		json_decref(part);
		return;
	}
	n = dice_roll(dice, n);
	if (json_is_array(at)) {
		if (dice_roll(dice, 3) == 0)
			json_array_remove(at, n);
		else if (dice_roll(dice, 3) == 0)
			json_array_insert(at, n, part);
		else
			json_array_set(at, n, part);
	} else {
		for (iter = json_object_iter(at); n > 0; n--)
			iter = json_object_iter_next(at, iter);
		if (dice_roll(dice, 3) == 0)
			json_object_del(at, json_object_iter_key(iter));
		else
			json_object_iter_set(at, iter, part);
	}
	json_decref(part);
}

static bool evaluate_all(struct kit *kit)
{
	static const char *const answers[] = {
		"{}",
		"{'age':40,'sex':'F','pregnant':true,'weeks':9,'kg':{'value':70000,'unit':'g'},"
		"'dob':'1986-02-01','name':'Ann','meds':['a','b'],'why':{'other':'x'},'st':'TX',"
		"'zip':'73301','doctor':true,'home':[{'m_age':3,'m_ill':true},{'m_age':40}]}",
	};
	struct screener_findings findings;
	size_t n;

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		json_t *trace;

		kit_eval(kit, answers[i]);
		if (!kit->result.decided && kit->result.outcome->issues_code)
			return false;
		trace = json_loads(kit_trace(kit), JSON_REJECT_DUPLICATES, NULL);
		if (!trace)
			return false;
		json_decref(trace);
	}
	return is_ok(screener_run_tests(kit->screener, kit->arena, kit->document, &n, &findings));
}

Test(mutation, a_mutilated_document_is_refused_or_evaluates)
{
	struct dice dice = {SEED};
	struct arena *arena = arena_new(1 << 20);
	json_t *original = json_loads(kit_json(arena, rich), 0, NULL);
	int compiled = 0;

	cr_assert(original);
	cr_log_info("seed %d", SEED);
	for (int round = 0; round < ROUNDS; round++) {
		json_t *document = json_deep_copy(original);
		struct kit kit;

		for (uint32_t n = (uint32_t)dice_roll(&dice, 3); round && n < 3; n++)
			mutate(&dice, document);
		kit = random_compile(document);
		cr_assert(kit.screener || kit.findings.n_errors, "round %d", round);
		if (round == 0)
			cr_assert(kit.screener, "%s", kit_findings(&kit));
		if (kit.screener) {
			compiled++;
			cr_assert(evaluate_all(&kit), "round %d", round);
		}
		kit_free(&kit);
	}
	cr_expect_gt(compiled, ROUNDS / 50);
	json_decref(original);
	arena_free(&arena);
}
