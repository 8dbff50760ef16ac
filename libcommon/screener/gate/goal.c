/* What the goals of a prover mean, said by the engine itself. */
#include "screener/gate/goal.h"

#include "screener/eval/eval.h"
#include "screener/gate/part.h"

bool gate_is_before(const struct screener *p, uint32_t other, uint32_t rule)
{
	uint32_t a = p->rules[other].outcome, b = p->rules[rule].outcome;

	if (other == rule)
		return false;
	switch (p->hit) {
	case HIT_FIRST: return other < rule;
	case HIT_UNIQUE: return true;
	case HIT_ANY: return a != b;
	case HIT_COLLECT: return false;
	default: return a != b && outcome_wins(p, a, b);
	}
}

static bool leads(const struct screener_state *state, uint32_t rule)
{
	if (state->rules[rule] != TRUE3)
		return false;
	for (uint32_t i = 0; i < state->program->n_rules; i++)
		if (state->rules[i] == TRUE3 && gate_is_before(state->program, i, rule))
			return false;
	return true;
}

/* The outcome with a code that the rules decide, if unanswered questions hold nothing back. */
static const struct screener_outcome *outcome_of_rules(const struct screener_state *state)
{
	const struct screener *p = state->program;
	struct verdict verdict = eval_decide(state);
	const struct outcome *outcome;
	int32_t by;

	if (verdict.held || state->failed || state->over_limit)
		return NULL;
	for (uint32_t i = 0; i < p->n_constraints; i++)
		if (p->constraints[i].is_error && state->constraints[i] != TRUE3)
			return NULL;
	outcome = &p->outcomes[verdict.outcome];
	by = outcome->resolved_by;
	if (by >= 0 && state->shown[by] == TRUE3 && state->slots[by].known &&
	    state->slots[by].number.num)
		outcome = &p->outcomes[outcome->resolves_to];
	return outcome->public.issues_code ? &outcome->public : NULL;
}

/* A cell of this child that is unknown; asked: one that is not hidden. */
static bool cell_is_unknown(const struct screener_state *state, uint32_t item, bool asked)
{
	uint32_t group = (uint32_t)state->program->items[item].row_group;
	const struct rows *rows = state->slots[group].rows;

	for (uint32_t row = 0; row < rows->n; row++) {
		size_t cell = (size_t)row * rows->n_children + item - group - 1;

		if (!rows->cells[cell].known && !(asked && rows->shown && !rows->shown[cell]))
			return true;
	}
	return false;
}

/*
 * Unknown to the rules.  A child of rows is, when it is so in one row, or when the
 * group as a whole is: without rows there is no answer to it either.
 */
static bool is_unknown(const struct screener_state *state, uint32_t item, bool asked)
{
	int32_t group = state->program->items[item].row_group;

	if (group < 0)
		return !state->slots[item].known && !(asked && !state->shown[item]);
	if (!state->slots[group].known)
		return !(asked && !state->shown[group]);
	return cell_is_unknown(state, item, asked);
}

static bool is_reached(struct screener_state *state, const struct screener_goal *goal,
		       const struct screener_outcome **outcome)
{
	struct screener_result result;
	uint32_t i = goal->index;

	eval_conclude(state, &result);
	*outcome = NULL;
	switch (goal->kind) {
	case SCREENER_GOAL_LEADING: return leads(state, i);
	case SCREENER_GOAL_OUTCOME: return result.outcome == &state->program->outcomes[i].public;
	case SCREENER_GOAL_BLIND:
		*outcome = result.outcome->issues_code ? result.outcome : NULL;
		return *outcome && is_unknown(state, i, false);
	case SCREENER_GOAL_HASTY: break;
	}
	*outcome = outcome_of_rules(state);
	return *outcome && is_unknown(state, i, true);
}

bool screener_goal_holds(const struct screener *p, const struct screener_goal *goal,
			 struct str json, date_days as_of, struct arena *scratch,
			 const struct screener_outcome **outcome)
{
	struct screener_answers *answers;

	*outcome = NULL;
	if (is_failed(screener_answers_parse(p, scratch, json, as_of, &answers)))
		return false;
	return is_reached(eval_state(p, answers, scratch), goal, outcome);
}

/* Answers left out are as if never given, their problems too. */
static void leave_out(struct screener_answers *a, uint32_t item)
{
	const struct item *items = a->screener->items;
	uint32_t n = 0;

	a->slots[item] = value_unknown(CAUSE_NONE);
	a->given[item] = GIVEN_NOT;
	for (uint32_t i = 0; i < a->n_problems; i++) {
		int32_t at = a->problems[i].item;

		if (at != (int32_t)item && !(at >= 0 && items[at].row_group == (int32_t)item))
			a->problems[n++] = a->problems[i];
	}
	a->n_problems = n;
}

/* Answers on their way to be fewer. */
struct dropping {
	struct screener_answers *answers;
	const struct screener_goal *goal;
	struct arena *scratch;
	uint32_t evaluations;
};

static bool reaches(struct dropping *d, const struct screener_answers *answers)
{
	struct arena_mark mark = arena_mark(d->scratch);
	const struct screener_outcome *outcome;
	bool reached =
		is_reached(eval_state(answers->screener, answers, d->scratch), d->goal, &outcome);

	d->evaluations++;
	arena_rewind(d->scratch, mark);
	return reached;
}

static struct screener_answers without(struct dropping *d, uint32_t from, uint32_t end)
{
	struct screener_answers a = *d->answers;
	uint32_t n = a.screener->n_items;

	a.slots = arena_memdup(d->scratch, a.slots, n * sizeof *a.slots);
	a.given = arena_memdup(d->scratch, a.given, n);
	a.problems = arena_memdup(d->scratch, a.problems, a.n_problems * sizeof *a.problems);
	for (uint32_t i = from; i < end; i++)
		if (a.given[i] != GIVEN_NOT)
			leave_out(&a, i);
	return a;
}

/* Most answers are needless: they are dropped by the range, and only what stays is halved. */
static void drop_needless(struct dropping *d, uint32_t from, uint32_t end)
{
	struct arena_mark mark = arena_mark(d->scratch);
	struct screener_answers fewer;
	bool any = false;

	for (uint32_t i = from; i < end; i++)
		any |= d->answers->given[i] != GIVEN_NOT;
	if (!any)
		return;
	fewer = without(d, from, end);
	if (reaches(d, &fewer)) {
		*d->answers = fewer;
	} else if (end - from > 1) {
		arena_rewind(d->scratch, mark);
		drop_needless(d, from, from + (end - from) / 2);
		drop_needless(d, from + (end - from) / 2, end);
	}
}

const char *screener_fewest_answers(const struct screener *p, const struct screener_goal *goal,
				    struct str json, date_days as_of, struct arena *arena,
				    uint32_t *evaluations)
{
	struct arena *scratch = arena_new(SIZE_MAX);
	struct dropping d = {.goal = goal, .scratch = scratch};
	const struct screener_outcome *outcome;
	const char *fewest = NULL, *few;

	if (screener_goal_holds(p, goal, json, as_of, scratch, &outcome) &&
	    is_ok(screener_answers_parse(p, scratch, json, as_of, &d.answers))) {
		drop_needless(&d, 0, p->n_items);
		few = gate_answers_json(eval_state(p, d.answers, scratch), scratch);
		/* Invalid answers cannot be shown so, where the goal needs one. */
		fewest = screener_goal_holds(p, goal, str_of(few), as_of, scratch, &outcome)
				 ? arena_strdup(arena, few)
				 : str_dup(arena, json);
	}
	/* ... and those that see whether the goal is reached. */
	*evaluations += d.evaluations + 3;
	arena_free(&scratch);
	return fewest;
}
