#pragma once

/* The state of one run of the publish gate, shared by the files gate_*.c. */
#include "screener/compiler.h"
#include "screener/gate.h"

/* Answers known to make sense: those of the embedded tests. */
struct gate_case {
	date_days today;
	const struct screener_answers *answers;
};

/* What was seen of a rule or outcome. */
enum {
	SEEN_IN_TEST = 1,     /* the rule was true, the outcome came, in an embedded test */
	SEEN_AT_BOUNDARY = 2, /* ... in a boundary test */
	SEEN = 4,	      /* ... anywhere */
	SEEN_LEADING = 8,     /* the rule was true and none was that goes before it */
};

/*
 * The answers of one item that the search tries.  Exact: every valid answer
 * does to every rule what one of these does, so that trying them is trying all.
 */
struct gate_domain {
	bool read; /* by a rule, constraint or another item's visibility */
	bool deep; /* in a way that is not a comparison with constants */
	bool exact;
	struct value *values;
	uint32_t n;
	struct number *cuts; /* constants that the item is compared with */
	uint32_t n_cuts;
	const char **texts; /* the same of texts */
	uint32_t n_texts;
	uint16_t *classes; /* of codes and sets: per option, and one for free text */
};

/* What one unit of the budget pays for: looks at a node, slot or cell. */
#define GATE_NODES	 256
#define GATE_MAX_VALUES	 64
#define GATE_MAX_CUTS	 200
#define GATE_MAX_SAMPLES 24

struct gate {
	const struct screener *program;
	struct arena *arena;   /* the caller's: what is reported */
	struct arena *scratch; /* of the run */
	struct compiler c;     /* collects the findings */
	json_t *document;
	struct screener_gate_report *report;
	struct gate_case *cases;
	uint32_t n_cases;
	const struct screener_answers *base; /* a case that ends well, if there is one */
	bool base_issues;
	uint8_t *rules;	       /* seen, per rule */
	uint8_t *outcomes;     /* seen, per outcome */
	uint8_t *dead;	       /* per rule: reported */
	uint32_t limit, spent; /* evaluations, weighed by the size of the program */
	uint32_t weight;
	size_t max_boundaries, boundary_bytes;
	date_days today; /* of evaluations that are no embedded test's */
	bool moves;	 /* something depends on the day of the evaluation */
	uint64_t *support;
	uint32_t words;		     /* of one set of items */
	struct gate_domain *domains; /* per item */
};

/* gate.c: the place of a rule or row, with a member of it (NULL: itself), as a pointer. */
const char *gate_rule_pointer(const struct gate *gate, uint32_t rule, const char *member);
/* As finding_add, at a pointer. */
void gate_finding(struct gate *gate, const char *pointer, enum screener_severity severity,
		  const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* The place of an item, children of groups included. */
const char *gate_item_pointer(struct gate *gate, uint32_t item);

/* gate_text.c: every text in every locale. */
void gate_texts(struct gate *gate);
/* gate_case.c: the embedded tests hold and reach every outcome. */
struct status gate_tests(struct gate *gate, struct str document);
void gate_untested_outcomes(struct gate *gate);
void gate_untested_rules(struct gate *gate);
/* Notes what an evaluation saw, with one of SEEN_IN_TEST, SEEN_AT_BOUNDARY or 0. */
void gate_note(struct gate *gate, const struct screener_result *result, unsigned where);
/* gate_cover.c: rules that another one covers whatever the answers are. */
void gate_covered_rules(struct gate *gate);

/*
 * gate_use.c: which items' answers a slot, rule or constraint depends on
 * (through derived values, scores and visibility), as sets of items.
 */
void gate_uses(struct gate *gate);
const uint64_t *gate_slot_support(const struct gate *gate, uint32_t slot);
const uint64_t *gate_rule_support(const struct gate *gate, uint32_t rule);
const uint64_t *gate_constraint_support(const struct gate *gate, uint32_t constraint);
/* Adds what the nodes of one rule depend on. */
void gate_node_support(const struct gate *gate, int32_t root, uint64_t *set);
bool gate_reads_slot(const struct node *node);

static inline bool gate_set_has(const uint64_t *set, uint32_t i)
{
	return set[i / 64] >> (i % 64) & 1;
}

/* gate_cut.c: how each item is compared, into the domains. */
void gate_cuts(struct gate *gate);
/* The i-th of the values that a column's cells name. */
struct value gate_column_mark(const struct column *column, uint32_t i);
/* gate_domain.c: the answers to try. */
void gate_domains(struct gate *gate);
/* Takes an answer as JSON if it is a valid one and new; false when it is not valid. */
bool gate_domain_add(struct gate *gate, uint32_t item, const char *json);
bool gate_domain_is_full(const struct gate *gate, uint32_t item);
bool gate_same_value(struct type type, const struct value *a, const struct value *b);
/* The answer as JSON in the scratch arena. */
const char *gate_value_json(const struct gate *gate, uint32_t item, const struct value *value);
/* gate_rows.c: the same of repeating groups, after their children, which only lend values. */
void gate_rows_domain(struct gate *gate, uint32_t group);
void gate_child_domain(struct gate *gate, uint32_t item);

/* A set of truth values. */
enum { CAN_BE_FALSE = 1 << FALSE3, CAN_BE_TRUE = 1 << TRUE3, CAN_BE_UNKNOWN = 1 << UNKNOWN3 };
#define CAN_BE_ANY (CAN_BE_FALSE | CAN_BE_TRUE | CAN_BE_UNKNOWN)

/* What a slot can still become. */
enum gate_slot { SLOT_ANY, SLOT_KNOWN, SLOT_UNKNOWN };

/* Where a number lies if it is known at all; an end that is not there is open. */
struct gate_range {
	bool has_low, has_high;
	struct number low, high;
};

/*
 * What an evaluation can still come to when some items are open, that is may
 * yet get any answer or none: sets that hold every truth value there can be,
 * and perhaps more.
 */
struct gate_view {
	const struct screener *program;
	struct screener_state *state; /* the evaluation with open items unanswered */
	const uint8_t *closed;	      /* per item */
	uint8_t *slots;		      /* enum gate_slot */
	struct gate_range *ranges;    /* per slot, of numbers */
	uint8_t *shown;		      /* per item, a set of truth values */
	uint8_t *rules;
	uint8_t *constraints;
	uint64_t work; /* nodes looked at and operations spent in loops */
	bool exact;    /* nothing is known that could still change */
};

/* gate_view.c: allocates in the arena. */
struct gate_view *gate_view_of(const struct gate *gate, const struct screener_answers *answers,
			       const uint8_t *closed, struct arena *arena);
/* gate_can.c: a boolean node, and any other node. */
uint8_t gate_can_be(struct gate_view *view, uint32_t node);
enum gate_slot gate_slot_of(struct gate_view *view, uint32_t node);
/* gate_range.c: of a slot once its step is done, and of any node. */
struct gate_range gate_item_range(const struct gate_view *view, uint32_t item);
struct gate_range gate_derived_range(struct gate_view *view, uint32_t index);
struct gate_range gate_score_range(struct gate_view *view, uint32_t index);
/* What a comparison can be whose sides are not settled. */
uint8_t gate_compare_ranges(struct gate_view *view, uint32_t node);
/* Of a set for each child: Kleene's and, or; not. */
uint8_t gate_can_not(uint8_t set);
uint8_t gate_can_and(uint8_t a, uint8_t b);

/* gate_policy.c: can the rules, whatever they become, decide this outcome? */
bool gate_may_decide(const struct gate_view *view, uint32_t outcome);
/* ... or end with it undecided, as the most severe that is certain? */
bool gate_may_fall_to(const struct gate_view *view, uint32_t outcome);
/* Can the rule be true while no rule that goes before it, or conflicts with it, is? */
bool gate_may_lead(const struct gate_view *view, uint32_t rule);
/* Does rule other, when true, keep this rule from deciding? */
bool gate_is_before(const struct screener *program, uint32_t other, uint32_t rule);

/* What a search looks for. */
enum gate_goal_kind {
	GOAL_TRUE,    /* rule index is true */
	GOAL_LEADING, /* ... and none is that goes before it */
	GOAL_OUTCOME, /* outcome index is what it ends with */
	GOAL_BLIND,   /* safety item index is unknown, and a code is issued */
	GOAL_HASTY,   /* ... and would be issued if the engine did not hold it back */
};

struct gate_goal {
	enum gate_goal_kind kind;
	uint32_t index;
};

enum gate_answer {
	GATE_NONE, /* there are no such answers, on any day */
	GATE_FOUND,
	GATE_OPEN, /* none were found, but not all were tried */
};

/* Of the goals about safety questions; else untouched. */
struct gate_found {
	const char *answers; /* JSON, in the caller's arena */
	const char *outcome;
};

/* gate_goal.c: can it still be reached; is it, by the evaluation with open items unanswered? */
bool gate_goal_is_open(const struct gate_view *view, const struct gate_goal *goal);
bool gate_goal_is_reached(const struct gate_view *view, const struct gate_goal *goal,
			  const struct screener_result *result);
/* The outcome that a reached goal is about. */
const struct screener_outcome *gate_goal_outcome(const struct gate_view *view,
						 const struct gate_goal *goal,
						 const struct screener_result *result);
/* The rule matters to the goal. */
bool gate_goal_needs_rule(const struct gate_view *view, const struct gate_goal *goal,
			  uint32_t rule);
/*
 * gate_search.c: looks for answers, spending at most limit evaluations.  Depth
 * first over the items the goal depends on; a branch ends where what is decided
 * already excludes the goal.
 */
enum gate_answer gate_search(struct gate *gate, const struct gate_goal *goal, uint32_t limit,
			     struct gate_found *found);
/* The evaluations each of n searches may spend, of a share of what is left. */
uint32_t gate_allowance(const struct gate *gate, uint32_t n);
/* Visible answers as JSON. */
const char *gate_answers_json(struct gate *gate, const struct screener_state *state);

/* gate_reach.c: outcomes and rules that no answers reach. */
void gate_unreached(struct gate *gate);
/* gate_safety.c: no code while a safety question is unknown. */
void gate_safety(struct gate *gate);

/* A comparison: of a slot or node with a node or constant. */
struct gate_site {
	const char *pointer;
	int32_t slot;	     /* -1: left is a node */
	int32_t left, right; /* right: NO_NODE is the constant */
	struct number constant;
};

/* gate_site.c: every comparison of numbers or dates outside rows, in document order. */
struct gate_site *gate_sites(struct gate *gate, uint32_t *n);
/* gate_boundary.c: evaluates around each of them. */
void gate_boundaries(struct gate *gate);
