/*
 * What the gate proves rests on one thing: what it says answers can still come
 * to holds whatever is answered next.  Random answers to a rich document are
 * taken back one by one; nothing that was true may have been excluded.
 */
#include <criterion/criterion.h>

#include "kit.h"
#include "random_json.h"
#include "screener/eval.h"
#include "screener/gate_part.h"

static const char rich[] =
	"{'format':'screener/1','slug':'rich','locales':['en-US'],'items':["
	"{'id':'age','type':'integer','required':true,'safety':true,'min':0,'max':120},"
	"{'id':'sex','type':'choice','options':[{'code':'F','score':40},{'code':'M','score':50},"
	"{'code':'X','score':60}]},"
	"{'id':'more','type':'group','show_if':{'==':[{'var':'sex'},'F']},'items':["
	"{'id':'pregnant','type':'boolean','when_hidden':false,'safety':true},"
	"{'id':'weeks','type':'integer','min':-9,'max':40,'show_if':{'var':'pregnant'},'when_"
	"hidden':50}]},"
	"{'id':'kg','type':'quantity','unit':'kg','min':1,'max':200},"
	"{'id':'born','type':'date','min':'1900-01-01','max':'2026-03-01'},"
	"{'id':'meds','type':'multi','options':[{'code':'none','exclusive':true,'score':0},"
	"{'code':'a','score':1},{'code':'b','score':2.5}]},"
	"{'id':'why','type':'open_choice','options':[{'code':'a'}]},"
	"{'id':'st','type':'state'},{'id':'zip','type':'zip'},"
	"{'id':'home','type':'group','repeats':true,'max_rows':4,'items':["
	"{'id':'m_age','type':'integer'},"
	"{'id':'m_ill','type':'boolean','show_if':{'<':[{'var':'m_age'},16]},'when_hidden':false},"
	"{'id':'m_odd','type':'boolean','show_if':{'<':[{'var':'age'},60]}}]}],"
	"'derived':[{'id':'bmi','type':'decimal','round':[1,'half_up'],"
	"'rule':{'/':[{'in_unit':[{'var':'kg'},'kg']},{'-':[{'var':'age'},18]}]}},"
	"{'id':'years','type':'integer','rule':{'age_at':%s}},"
	"{'id':'much','type':'integer','rule':{'-':[{'*':[{'var':'age'},3]},{'+':["
	"{'min':[{'chosen':'meds'},{'var':'weeks'},{'rows':'home'}]},{'max':[{'var':'sc'},2]},"
	"{'if':[{'var':'pregnant'},5,7]}]}]},'round':[0,'half_even']},"
	"{'id':'kids','type':'integer','rule':{'count':['home',{'<':[{'var':'m_age'},18]}]}}],"
	"'scores':[{'id':'sc','method':'sum','items':['sex','meds','pregnant','age'],"
	"'missing':%s,'bands':[[0,50,'low'],[51,500,'high']]}],"
	"'constraints':[{'id':'C1','that':{'or':[{'missing':['born']},"
	"{'==':[{'var':'age'},{'var':'years'}]}]}},"
	"{'id':'C2','that':{'some':['home',{'var':'m_odd'}]}}],"
	"'outcomes':[{'id':'no','severity':3},{'id':'ask','severity':2},"
	"{'id':'ok','severity':1,'issue_code':{'class':'web','ttl':'P7D'}}],"
	"'hit_policy':'%s','rules':["
	"{'id':'R1','if':{'and':[{'var':'pregnant'},{'>':[{'var':'weeks'},3]}]},'then':'no'},"
	"{'id':'R2','if':{'or':[{'in':['a',{'var':'meds'}]},{'some':['meds',['b']]},"
	"{'in':[{'var':'st'},['TX','CA']]}]},'then':'ask'},"
	"{'id':'R3','if':{'at_least':[2,[{'>':[{'var':'bmi'},3]},{'==':[{'var':'sc.band'},'low']},"
	"{'starts_with':[{'var':'zip'},'7']},{'>':[{'sum':['home',{'var':'m_age'}]},9]}]]},"
	"'then':'no'},"
	"{'id':'R4','if':{'if':[{'==':[{'var':'why'},'a']},{'>':[{'var':'years'},30]},"
	"{'var':'pregnant'},{'<':[{'var':'sc'},5]},{'>':[{'var':'kids'},0]}]},'then':'ask'},"
	"{'id':'R5','if':{'>=':[{'count_true':[{'!':{'var':'pregnant'}},{'all':['home',"
	"{'var':'m_odd'}]},{'none':['meds',['none']]}]},2]},'then':'ask'},"
	"{'id':'R6','if':{'<':[{'min':[{'chosen':'meds'},{'rows':'home'},{'var':'weeks'}]},1]},"
	"'then':'ok'},"
	"{'id':'R7','if':{'or':[{'>':[{'var':'much'},200]},{'==':[{'var':'sc.band'},'high']}]},"
	"'then':'ask'},"
	"{'id':'R9','else':true,'then':'ok'}],'on_unknown':'ask'}";

static struct gate gate_on(struct kit *kit)
{
	struct gate gate = {.program = kit->screener,
			    .arena = kit->arena,
			    .scratch = kit->arena,
			    .today = kit_today()};

	gate_uses(&gate);
	gate_cuts(&gate);
	gate_domains(&gate);
	return gate;
}

static void draw(const struct gate *gate, struct dice *dice, struct screener_answers *a)
{
	for (uint32_t i = 0; i < gate->program->n_items; i++) {
		const struct gate_domain *d = &gate->domains[i];

		a->slots[i] = value_unknown(CAUSE_NONE);
		a->given[i] = GIVEN_NOT;
		if (gate->program->items[i].row_group >= 0 || !d->n || dice_roll(dice, 5) == 0)
			continue;
		a->slots[i] = d->values[dice_roll(dice, d->n)];
		a->given[i] = GIVEN_VALID;
	}
}

static bool holds(uint8_t set, uint8_t truth)
{
	return set >> truth & 1;
}

static bool is_within(struct gate_range range, struct number n)
{
	return !(range.has_low && number_compare(n, range.low) < 0) &&
	       !(range.has_high && number_compare(n, range.high) > 0);
}

static bool ranges_cover(const struct gate_view *view, const struct screener_state *whole)
{
	const struct screener *p = view->program;
	bool covers = true;

	for (uint32_t i = 0; i < p->n_slots; i++) {
		bool is_number = i < p->n_items ? p->items[i].row_group < 0 &&
							  (p->items[i].value.kind == TYPE_INT ||
							   p->items[i].value.kind == TYPE_QTY)
				 : i < p->n_items + p->n_derived
					 ? true
					 : (i - p->n_items - p->n_derived) % 2 == 0;

		if (is_number && whole->slots[i].known)
			covers = covers && is_within(view->ranges[i], whole->slots[i].number);
	}
	return covers;
}

/* Everything that is so with all answers was possible with some of them open. */
static bool view_covers(const struct gate_view *view, const struct screener_state *whole)
{
	const struct screener *p = view->program;
	bool covers = ranges_cover(view, whole);

	for (uint32_t i = 0; i < p->n_items; i++)
		if (p->items[i].row_group < 0)
			covers = covers && holds(view->shown[i], whole->shown[i]);
	for (uint32_t i = 0; i < p->n_rules; i++)
		covers = covers && holds(view->rules[i], whole->rules[i]);
	for (uint32_t i = 0; i < p->n_constraints; i++)
		covers = covers && holds(view->constraints[i], whole->constraints[i]);
	return covers;
}

static void check_document(struct dice *dice, const char *document, uint32_t *n_settled)
{
	struct kit kit = kit_compile(document);
	struct gate gate;

	cr_assert(kit.screener, "%s", kit_findings(&kit));
	gate = gate_on(&kit);
	for (int round = 0; round < 300; round++) {
		const struct screener *p = kit.screener;
		struct arena_mark mark = arena_mark(kit.arena);
		uint8_t *closed = arena_array_of(kit.arena, uint8_t, p->n_items);
		struct screener_answers a = {
			.screener = p,
			.today = kit_today(),
			.slots = arena_array_of(kit.arena, struct value, p->n_items),
			.given = arena_array_of(kit.arena, uint8_t, p->n_items)};
		const struct screener_state *whole;
		struct screener_result result;
		struct gate_view *view;

		draw(&gate, dice, &a);
		memset(closed, 1, p->n_items);
		whole = eval_state(p,
				   &(struct screener_answers){
					   .screener = p,
					   .today = a.today,
					   .slots = arena_memdup(kit.arena, a.slots,
								 p->n_items * sizeof *a.slots),
					   .given = arena_memdup(kit.arena, a.given, p->n_items)},
				   kit.arena);
		eval_conclude((struct screener_state *)whole, &result);
		for (uint32_t left = 0; left < 12; left++) {
			view = gate_view_of(&gate, &a, closed, kit.arena);
			cr_assert(view_covers(view, whole), "round %d, %u open", round, left);
			for (uint32_t i = 0; i < p->n_rules; i++)
				*n_settled += !(view->rules[i] & (view->rules[i] - 1));
			for (uint32_t i = 0; i < p->n_outcomes; i++)
				if (result.decided && !result.resolved_from &&
				    result.outcome == &p->outcomes[i].public)
					cr_assert(gate_may_decide(view, i), "round %d", round);
			uint32_t item = (uint32_t)dice_roll(dice, p->n_items);

			closed[item] = 0;
			a.slots[item] = value_unknown(CAUSE_NONE);
			a.given[item] = GIVEN_NOT;
		}
		arena_rewind(kit.arena, mark);
	}
	kit_free(&kit);
}

Test(gate_view, excludes_nothing_that_further_answers_can_bring)
{
	static const char *const policies[] = {"first",	   "unique",	  "any",
					       "priority", "most_severe", "collect"};
	static const char *const missing[] = {"'unknown'", "'zero','max_missing':1",
					      "'prorate','max_missing':2,'round':[1,'half_up']"};
	struct dice dice = dice_new("gate_view");
	uint32_t n_settled = 0;

	for (uint32_t i = 0; i < 6; i++)
		for (uint32_t k = 0; k < 3; k++) {
			char *document = NULL;
			const char *born = k % 2 ? "[{'var':'born'}]"
						 : "[{'var':'born'},{'date':'2026-01-01'}]";

			cr_assert_gt(asprintf(&document, rich, born, missing[k], policies[i]), 0);
			check_document(&dice, document, &n_settled);
			free(document);
		}
	/* It must also say something: half of what it is asked is settled. */
	cr_expect_gt(n_settled, 6 * 3 * 300 * 12 * 7 / 2);
}
