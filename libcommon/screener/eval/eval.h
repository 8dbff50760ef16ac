#pragma once

/* The state of one evaluation, shared by the files that evaluate; lives in the caller's arena. */
#include "screener/program/program.h"

struct screener_state {
	const struct screener *program;
	const struct screener_answers *answers;
	struct arena *arena;
	struct value *slots;
	uint8_t *shown;	      /* enum truth, per item */
	uint8_t *rules;	      /* enum truth, per rule */
	uint8_t *constraints; /* enum truth, per constraint */
	uint32_t loops;	      /* operations spent in loops over rows */
	uint8_t cause;	      /* why the value evaluated last is unknown, if it failed */
	bool over_limit;
	bool failed; /* a rule, derived value or score failed */
};

/* eval.c: everything up to what the rules and constraints say; in the arena. */
struct screener_state *eval_state(const struct screener *program,
				  const struct screener_answers *answers, struct arena *arena);
/* What that comes to: the members of *out that a brief evaluation fills. */
void eval_conclude(struct screener_state *state, struct screener_result *out);
/* put_value.c: a value as JSON, as the trace writes it. */
void eval_put_value(const struct screener *program, const struct value *value, struct type type,
		    struct strbuf *buf);

/* A boolean node; state->cause is set when it is unknown because something failed. */
enum truth eval_truth(struct screener_state *state, uint32_t node);
/* value.c: any node; false when unknown. */
bool eval_value(struct screener_state *state, uint32_t node, struct value *out);
/* The node of the branch that the `if` at index takes; false while a condition before it is
 * unknown. */
bool eval_if_branch(struct screener_state *state, uint32_t index, uint32_t *branch);
/* rows.c: operators on rows. */
enum truth eval_row_truth(struct screener_state *state, const struct node *node, uint32_t body);
bool eval_row_value(struct screener_state *state, const struct node *node, uint32_t body,
		    struct value *out);
/* Sets the slots of a group's children to one row. */
void eval_enter_row(struct screener_state *state, uint32_t group, const struct rows *rows,
		    uint32_t row);
/* False, with cause LIMIT, when that many more operations are too many. */
bool eval_spend(struct screener_state *state, uint32_t operations);

/* steps.c: visibility, derived values and scores, in order. */
void eval_steps(struct screener_state *state);
/* score.c */
void eval_score(struct screener_state *state, uint32_t index);
/* What a known input adds to a score; false when that does not fit. */
bool eval_points(const struct screener *program, const struct value *value, struct type type,
		 struct number *out);
/* decision.c: the truth of each row into state->rules. */
void eval_decision(struct screener_state *state);
/* A known value as the columns of the decision have it. */
struct feel eval_input(const struct value *value, struct type type);

/* The first rule from i on that is not false; n_rules when there is none. */
static inline uint32_t eval_next_rule(const struct screener_state *state, uint32_t i)
{
	uint32_t n = state->program->n_rules;
	uint64_t eight;

	for (; i + sizeof eight <= n; i += sizeof eight) {
		memcpy(&eight, state->rules + i, sizeof eight);
		if (eight)
			break;
	}
	while (i < n && state->rules[i] == FALSE3)
		i++;
	return i;
}

struct verdict {
	int32_t outcome; /* -1: none */
	unsigned held;
};

/* decide.c: what the truth values of the rules come to, by the hit policy. */
struct verdict eval_decide(const struct screener_state *state);
/* Does outcome a win over b under most_severe? */
bool outcome_outranks(const struct screener *program, uint32_t a, uint32_t b);
/* ... under the program's own policy, priority included? */
bool outcome_wins(const struct screener *program, uint32_t a, uint32_t b);
/* hold.c: what keeps a code back. */
unsigned eval_hold(struct screener_state *state);
/* Must the item be answered while it is visible?  An undecided condition counts as required. */
bool eval_is_required(struct screener_state *state, const struct item *item);
/* ... must the child of a group be answered in this row?  True when that takes too many operations.
 */
bool eval_child_is_required(struct screener_state *state, uint32_t group, const struct item *child,
			    uint32_t row);
/* A problem of an item that is visible (or an unknown item). */
bool eval_problem_counts(const struct screener_state *state, const struct problem *problem);
/* report.c: the parts of a result after the verdict. */
void eval_report(struct screener_state *state, struct screener_result *out);

/*
 * table_find.c: the row of a table valid for keys at a date, or NULL.  *walked is how many
 * rows were looked at one by one.
 */
const struct table_row *table_find(const struct table *table, const struct value *keys,
				   date_days as_of, uint32_t *walked);
