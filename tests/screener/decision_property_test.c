/*
 * Random decision tables in documents, inputs of every type, against a slow
 * scan: each cell by itself, each row as the least of its cells, the policy as
 * FORMAT.md says it.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "kit.h"
#include "random_json.h"
#include "screener/value/unary.h"

#define INPUTS	 7
#define MAX_ROWS 140
#define OUTCOMES 3

enum { INTEGER, DECIMAL, BOOLEAN, DATE, TEXT, CHOICE, OPEN };

static const char *const names[INPUTS] = {"n", "d", "b", "dt", "t", "c", "o"};

static const char head[] =
	"{'format':'screener/1','slug':'t','locales':['en'],'items':["
	"{'id':'n','type':'integer'},{'id':'d','type':'decimal'},{'id':'b','type':'boolean'},"
	"{'id':'dt','type':'date'},{'id':'t','type':'text'},"
	"{'id':'c','type':'choice','options':[{'code':'a'},{'code':'b'},{'code':'e'}]},"
	"{'id':'o','type':'open_choice','options':[{'code':'a'},{'code':'b'}]}],"
	"'outcomes':[{'id':'o0','severity':1},{'id':'o1','severity':2},{'id':'o2','severity':3},"
	"{'id':'unsure','severity':9}],'on_unknown':'unsure','decision':{'inputs':["
	"{'id':'n','rule':{'var':'n'}},{'id':'d','rule':{'var':'d'}},"
	"{'id':'b','rule':{'var':'b'}},{'id':'dt','rule':{'var':'dt'}},"
	"{'id':'t','rule':{'var':'t'}},{'id':'c','rule':{'var':'c'}},"
	"{'id':'o','rule':{'var':'o'}}],'rows':[";

static const char *const policies[] = {"first", "unique", "any", "priority", "most_severe"};
enum policy { FIRST, UNIQUE, ANY, PRIORITY, MOST_SEVERE };

struct random_table {
	struct arena *arena;
	const char *cells[MAX_ROWS][INPUTS];
	unsigned outcomes[MAX_ROWS], n_rows, size;
	enum policy policy;
	bool otherwise; /* as the last row */
	struct kit kit;
};

/* A value as FEEL writes it, of few enough kinds that rows meet. */
static const char *random_value(struct dice *dice, const struct random_table *t, int input)
{
	static const char *const codes[] = {"\"a\"", "\"b\"", "\"e\""};
	unsigned long i = dice_roll(dice, t->size);

	switch (input) {
	case INTEGER: return arena_printf(t->arena, "%ld", (long)i - 5);
	case DECIMAL: return arena_printf(t->arena, "%lu.%lu", i / 2, i % 2 * 5);
	case BOOLEAN: return i % 2 ? "true" : "false";
	case DATE:
		return arena_printf(t->arena, "date(\"2026-01-%02lu\")", (unsigned long)i % 28 + 1);
	case TEXT: return arena_printf(t->arena, "\"t%lu\"", i);
	case CHOICE: return codes[i % 3];
	default: return codes[i % 2];
	}
}

static const char *random_test(struct dice *dice, const struct random_table *t, int input)
{
	static const char *const signs[] = {"<", "<=", ">", ">="};
	const char *value = random_value(dice, t, input);
	bool ordered = input == INTEGER || input == DECIMAL || input == DATE;

	if (!ordered || dice_roll(dice, 3) == 0)
		return value;
	if (input == INTEGER && dice_roll(dice, 2)) {
		long low = (long)dice_roll(dice, t->size) - 5;

		return arena_printf(t->arena, "%c%ld..%ld%c", "[("[dice_roll(dice, 2)], low,
				    low + 1 + (long)dice_roll(dice, 9), "])"[dice_roll(dice, 2)]);
	}
	return arena_printf(t->arena, "%s %s", signs[dice_roll(dice, 4)], value);
}

static const char *random_cell(struct dice *dice, const struct random_table *t, int input)
{
	const char *cell = random_test(dice, t, input);

	if (dice_roll(dice, 3))
		return "-";
	for (uint64_t more = dice_roll(dice, 3); more > 1; more--)
		cell = arena_printf(t->arena, "%s,%s", cell, random_test(dice, t, input));
	return dice_roll(dice, 4) ? cell : arena_printf(t->arena, "not(%s)", cell);
}

static void add_row(struct strbuf *buf, const struct random_table *t, unsigned row)
{
	strbuf_printf(buf, "%s{\"id\":\"r%u\",", row ? "," : "", row);
	if (t->otherwise && row + 1 == t->n_rows) {
		strbuf_add_c(buf, "\"else\":true");
	} else {
		strbuf_add_c(buf, "\"when\":[");
		for (int i = 0; i < INPUTS; i++) {
			if (i)
				strbuf_add_char(buf, ',');
			strbuf_add_json(buf, str_of(t->cells[row][i]));
		}
		strbuf_add_char(buf, ']');
	}
	strbuf_printf(buf, ",\"then\":\"o%u\"}", t->outcomes[row]);
}

static void roll_table(struct dice *dice, struct random_table *t)
{
	static const unsigned rows[] = {1, 7, 8, 9, 64, 65, MAX_ROWS};
	struct strbuf buf;

	*t = (struct random_table){.arena = arena_new(SIZE_MAX),
				   .n_rows = rows[dice_roll(dice, sizeof rows / sizeof *rows)],
				   .size = dice_roll(dice, 2) ? 4 : 40,
				   .policy = dice_roll(dice, MOST_SEVERE + 1),
				   .otherwise = dice_roll(dice, 3) == 0};
	buf = strbuf_new(t->arena);
	strbuf_add_c(&buf, kit_json(t->arena, head));
	for (unsigned row = 0; row < t->n_rows; row++) {
		for (int i = 0; i < INPUTS; i++)
			t->cells[row][i] = random_cell(dice, t, i);
		t->outcomes[row] = (unsigned)dice_roll(dice, dice_roll(dice, 3) ? 1 : OUTCOMES);
		add_row(&buf, t, row);
	}
	strbuf_printf(&buf, "]},\"hit_policy\":\"%s\"}", policies[t->policy]);
	t->kit = kit_compile(buf.ptr);
	cr_assert(t->kit.screener, "%s in %s", kit_findings(&t->kit), buf.ptr);
}

static void free_table(struct random_table *t)
{
	kit_free(&t->kit);
	arena_free(&t->arena);
}

/* Answers, and what the cells are held against: free text is the option that it names, or none. */
static const char *random_answers(struct dice *dice, const struct random_table *t,
				  struct feel *inputs)
{
	struct strbuf buf = strbuf_new(t->arena);
	struct feel_error error;

	for (int i = 0; i < INPUTS; i++) {
		const char *feel = random_value(dice, t, i), *json = feel;

		inputs[i] = (struct feel){};
		if (dice_roll(dice, 6) == 0)
			continue;
		if (i == DATE)
			json = arena_printf(t->arena, "%.12s", feel + strlen("date("));
		if (i == OPEN && dice_roll(dice, 3) == 0) {
			if (dice_roll(dice, 2))
				feel = "\"free text\"";
			json = arena_printf(t->arena, "{\"other\":%s}", feel);
		}
		cr_assert(feel_parse(t->arena, str_of(feel), &inputs[i], &error), "%s", feel);
		strbuf_printf(&buf, "%s\"%s\":%s", buf.len ? "," : "{", names[i], json);
	}
	strbuf_add_c(&buf, buf.len ? "}" : "{}");
	return buf.ptr;
}

static int slow_row(const struct random_table *t, unsigned row, const struct feel *inputs)
{
	int truth = SCREENER_TRUE;

	for (int i = 0; i < INPUTS; i++) {
		struct feel_error error;
		struct unary test;

		cr_assert(unary_parse(t->arena, str_of(t->cells[row][i]), &test, &error));
		switch (unary_eval(&test, &inputs[i])) {
		case SCREENER_FALSE: return SCREENER_FALSE;
		case SCREENER_UNKNOWN: truth = SCREENER_UNKNOWN; break;
		case SCREENER_TRUE: break;
		}
	}
	return truth;
}

static void slow_truths(const struct random_table *t, const struct feel *inputs, int *truths)
{
	bool some[3] = {};

	for (unsigned row = 0; row < t->n_rows; row++) {
		bool last = t->otherwise && row + 1 == t->n_rows;

		if (last)
			truths[row] = some[SCREENER_TRUE]      ? SCREENER_FALSE
				      : some[SCREENER_UNKNOWN] ? SCREENER_UNKNOWN
							       : SCREENER_TRUE;
		else
			truths[row] = slow_row(t, row, inputs);
		some[truths[row]] = true;
	}
}

/* Does outcome a win over b?  Outcomes are declared by rising severity. */
static bool wins(const struct random_table *t, unsigned a, unsigned b)
{
	return t->policy == PRIORITY ? a < b : a > b;
}

static const char *slow_outcome(const struct random_table *t, const int *truths)
{
	bool seen[3][OUTCOMES] = {}, differs = false;
	unsigned n_true = 0, best = 0, n_unknown = 0;

	for (unsigned row = 0; row < t->n_rows; row++) {
		unsigned outcome = t->outcomes[row];

		if (truths[row] == SCREENER_TRUE && t->policy == FIRST) {
			for (unsigned o = 0; o < OUTCOMES; o++)
				differs |= seen[SCREENER_UNKNOWN][o] && o != outcome;
			return differs ? "unsure" : arena_printf(t->arena, "o%u", outcome);
		}
		seen[truths[row]][outcome] = true;
		n_unknown += truths[row] == SCREENER_UNKNOWN;
		if (truths[row] == SCREENER_TRUE && (!n_true++ || wins(t, outcome, best)))
			best = outcome;
	}
	if (!n_true || (t->policy == UNIQUE && (n_true > 1 || n_unknown)))
		return "unsure";
	for (unsigned o = 0; o < OUTCOMES; o++) {
		if (t->policy == ANY)
			differs |=
				o != best && (seen[SCREENER_TRUE][o] || seen[SCREENER_UNKNOWN][o]);
		else if (t->policy != UNIQUE)
			differs |= seen[SCREENER_UNKNOWN][o] && wins(t, o, best);
	}
	return differs ? "unsure" : arena_printf(t->arena, "o%u", best);
}

Test(decision_property, tables_of_every_type_answer_as_a_slow_scan_whatever_is_unknown)
{
	struct dice dice = dice_new("random decision tables");
	unsigned decided = 0;

	for (int i = 0; i < 150; i++) {
		struct random_table t;

		roll_table(&dice, &t);
		for (int k = 0; k < 6; k++) {
			struct feel inputs[INPUTS];
			int truths[MAX_ROWS];
			const char *answers = random_answers(&dice, &t, inputs), *outcome;

			outcome = kit_eval(&t.kit, answers);
			cr_assert_str_eq(kit_problems(&t.kit), "", "%s of %s", kit_problems(&t.kit),
					 answers);
			slow_truths(&t, inputs, truths);
			for (unsigned row = 0; row < t.n_rows; row++)
				cr_assert_eq((int)t.kit.result.rules[row].truth, truths[row],
					     "row %u of %u on %s", row, t.n_rows, answers);
			cr_assert_str_eq(outcome, slow_outcome(&t, truths), "%s of %u rows on %s",
					 policies[t.policy], t.n_rows, answers);
			decided += t.kit.result.decided;
		}
		free_table(&t);
	}
	cr_expect_gt(decided, 100, "%u", decided);
}
