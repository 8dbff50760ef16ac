/*
 * Small random documents of which every answer can be tried: what the prover says
 * no answers do, none does; and what it finds is so.
 */
#include <criterion/criterion.h>

#include "kit.h"
#include "prover/prover.h"
#include "random_json.h"
#include "screener/eval/eval.h"
#include "screener/gate/part.h"

#define N_DOCUMENTS 60

/* i, j and k from 0 to 5, b, and c of three options; k, b and c may be hidden. */
#define N_ITEMS 5
static const uint32_t n_answers[N_ITEMS] = {6, 6, 6, 2, 3};

static void put_condition(struct strbuf *buf, struct dice *dice, int depth)
{
	static const char *const compare[] = {"<", "<=", ">", ">=", "==", "!="};
	const char *how = compare[dice_roll(dice, 6)];
	uint32_t n = (uint32_t)dice_roll(dice, 7);
	char a = "ijk"[dice_roll(dice, 3)], b = "ijk"[dice_roll(dice, 3)];

	switch (dice_roll(dice, depth > 0 ? 9 : 6)) {
	case 0:
	case 1: strbuf_printf(buf, "{'%s':[{'var':'%c'},%u]}", how, a, n); break;
	case 2: strbuf_printf(buf, "{'%s':[{'var':'%c'},{'var':'%c'}]}", how, a, b); break;
	case 3:
		strbuf_printf(buf, "{'%s':[{'+':[{'var':'%c'},{'var':'%c'}]},%u]}", how, a, b, n);
		break;
	case 4:
		strbuf_printf(buf, dice_roll(dice, 2) ? "{'var':'b'}" : "{'%s':[{'var':'sc'},%u]}",
			      how, n);
		break;
	case 5: strbuf_printf(buf, "{'==':[{'var':'c'},'%c']}", "xyz"[dice_roll(dice, 3)]); break;
	case 6:
		strbuf_add_c(buf, "{'!':");
		put_condition(buf, dice, depth - 1);
		strbuf_add_char(buf, '}');
		break;
	default:
		strbuf_add_c(buf, dice_roll(dice, 2) ? "{'and':[" : "{'or':[");
		put_condition(buf, dice, depth - 1);
		strbuf_add_char(buf, ',');
		put_condition(buf, dice, depth - 1);
		strbuf_add_c(buf, "]}");
		break;
	}
}

static void put_items(struct strbuf *buf, struct dice *dice)
{
	strbuf_add_c(buf, "'items':[{'id':'i','type':'integer','min':0,'max':5,'required':true},"
			  "{'id':'j','type':'integer','min':0,'max':5}");
	for (uint32_t i = 2; i < N_ITEMS; i++) {
		static const char *const hidden[] = {"3", "false", "'x'"};
		static const char *const types[] = {
			"'integer','min':0,'max':5", "'boolean'",
			"'choice','options':[{'code':'x'},{'code':'y'},{'code':'z'}]"};

		strbuf_printf(buf, ",{'id':'%c','type':%s", "ijkbc"[i], types[i - 2]);
		if (dice_roll(dice, 2)) {
			strbuf_printf(buf, ",'show_if':{'%s':[{'var':'%c'},%u]}",
				      dice_roll(dice, 2) ? "<" : ">=", "ij"[dice_roll(dice, 2)],
				      (uint32_t)dice_roll(dice, 6));
			if (dice_roll(dice, 2))
				strbuf_printf(buf, ",'when_hidden':%s", hidden[i - 2]);
		}
		strbuf_printf(buf, ",'safety':%s}", dice_roll(dice, 2) ? "true" : "false");
	}
	strbuf_printf(buf,
		      "],'scores':[{'id':'sc','method':'%s','items':['i','k','b'],'missing':%s}],",
		      dice_roll(dice, 2) ? "sum" : "count",
		      dice_roll(dice, 2) ? "'unknown'" : "'zero','max_missing':1");
}

static const char *random_document(struct arena *arena, struct dice *dice)
{
	static const char *const policies[] = {"first",	   "unique",	  "any",
					       "priority", "most_severe", "collect"};
	static const char *const outcomes[] = {"no", "ask", "maybe", "ok"};
	struct strbuf buf = strbuf_new(arena);
	uint32_t n = 2 + (uint32_t)dice_roll(dice, 4);

	strbuf_add_c(&buf, "{'format':'screener/1','slug':'s','locales':['en-US'],");
	put_items(&buf, dice);
	strbuf_printf(&buf,
		      "'outcomes':[{'id':'no','severity':3},{'id':'ask','severity':2},"
		      "{'id':'maybe','severity':1},"
		      "{'id':'ok','severity':0,'issue_code':{'class':'w','ttl':'P1D'}}],"
		      "'hit_policy':'%s','on_unknown':'ask','rules':[",
		      policies[dice_roll(dice, 6)]);
	for (uint32_t i = 0; i < n; i++) {
		strbuf_printf(&buf, "{'id':'R%u','if':", i);
		put_condition(&buf, dice, 3);
		strbuf_printf(&buf, ",'then':'%s'},", outcomes[dice_roll(dice, 4)]);
	}
	strbuf_printf(&buf, "{'id':'E','else':true,'then':'%s'}]}", outcomes[dice_roll(dice, 4)]);
	return buf.ptr;
}

/* What is so for some answers: all that the gate may be wrong about. */
struct truth_table {
	bool rule_true[MAX_RULES], rule_leads[MAX_RULES], outcome[MAX_OUTCOMES], blind[N_ITEMS];
};

static void observe(const struct screener_state *state, const struct screener_result *result,
		    struct truth_table *seen)
{
	const struct screener *p = state->program;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		bool leads = state->rules[i] == TRUE3;

		seen->rule_true[i] |= leads;
		for (uint32_t k = 0; k < p->n_rules; k++)
			leads = leads && !(state->rules[k] == TRUE3 && gate_is_before(p, k, i));
		seen->rule_leads[i] |= leads;
	}
	for (uint32_t i = 0; i < p->n_outcomes; i++)
		seen->outcome[i] |= result->outcome == &p->outcomes[i].public;
	for (uint32_t i = 0; i < N_ITEMS; i++)
		seen->blind[i] |= result->outcome->issues_code && !state->slots[i].known;
}

/* Every answer to every item, and none. */
static void try_all(struct kit *kit, struct truth_table *seen)
{
	uint32_t digits[N_ITEMS] = {}, at = 0;
	struct value slots[N_ITEMS];
	uint8_t given[N_ITEMS];
	struct screener_answers answers = {
		.screener = kit->screener, .today = kit_today(), .slots = slots, .given = given};

	while (at < N_ITEMS) {
		struct arena_mark mark = arena_mark(kit->arena);
		struct screener_result result;
		struct screener_state *state;

		for (uint32_t i = 0; i < N_ITEMS; i++) {
			bool has = digits[i] < n_answers[i];

			slots[i] = has ? value_integer(digits[i]) : value_unknown(CAUSE_NONE);
			if (has && i == 4) {
				slots[i] = value_text(STR("xyz"));
				slots[i].text.ptr += digits[i];
				slots[i].text.len = 1;
				slots[i].code = (int32_t)digits[i];
			}
			given[i] = has ? GIVEN_VALID : GIVEN_NOT;
		}
		state = eval_state(kit->screener, &answers, kit->arena);
		eval_conclude(state, &result);
		observe(state, &result, seen);
		arena_rewind(kit->arena, mark);
		for (at = 0; at < N_ITEMS && ++digits[at] > n_answers[at]; at++)
			digits[at] = 0;
	}
}

static uint32_t n_open;

static void expect_same(const char *document, const struct screener_goal *goal,
			const struct screener_proof *proof, bool is_so)
{
	n_open += proof->answer == SCREENER_OPEN;
	cr_expect(proof->answer == SCREENER_OPEN || (proof->answer == SCREENER_FOUND) == is_so,
		  "goal %d of %u: %d (%s)\n%s", goal->kind, goal->index, proof->answer,
		  proof->answers ? proof->answers : "", document);
}

#define MAX_GOALS (N_ITEMS + 2 * MAX_OUTCOMES)

static void check_document(struct dice *dice)
{
	struct arena *arena = arena_new(1 << 20);
	const char *document = random_document(arena, dice);
	struct kit kit = kit_compile(document);
	struct screener_goal goals[MAX_GOALS];
	struct screener_proof proofs[MAX_GOALS] = {};
	struct truth_table seen = {};
	bool is_so[MAX_GOALS];
	size_t n = 0;

	cr_assert(kit.screener, "%s\n%s", document, kit_findings(&kit));
	try_all(&kit, &seen);
	for (uint32_t i = 0; i < kit.screener->n_rules; i++) {
		is_so[n] = seen.rule_leads[i];
		goals[n++] = (struct screener_goal){SCREENER_GOAL_LEADING, i};
	}
	for (uint32_t i = 0; i < kit.screener->n_outcomes; i++) {
		is_so[n] = seen.outcome[i];
		goals[n++] = (struct screener_goal){SCREENER_GOAL_OUTCOME, i};
	}
	for (uint32_t i = 0; i < N_ITEMS; i++)
		if (kit.screener->items[i].safety) {
			is_so[n] = seen.blind[i];
			goals[n++] = (struct screener_goal){SCREENER_GOAL_BLIND, i};
		}
	prover_in_process.prove(NULL, kit.screener, goals, n, kit_today(), kit.arena, proofs);
	for (size_t i = 0; i < n; i++) {
		expect_same(document, &goals[i], &proofs[i], is_so[i]);
		if (goals[i].kind == SCREENER_GOAL_LEADING && proofs[i].never_true)
			cr_expect_not(seen.rule_true[goals[i].index], "%s", document);
	}
	kit_free(&kit);
	arena_free(&arena);
}

Test(gate_proof, agrees_with_trying_every_answer)
{
	struct dice dice = dice_new("gate_proof");

	for (uint32_t i = 0; i < N_DOCUMENTS; i++)
		check_document(&dice);
	/* Every item here has few answers: nothing is left open. */
	cr_expect_eq(n_open, 0, "%u are open", n_open);
}
