#pragma once

/*
 * The publish gate: what must be true of a document beyond that it compiles.
 * Texts are complete, tests pass and reach every outcome, no rule is dead, and no
 * code is issued while a safety question is unknown.  What holds for all answers
 * is asked of a prover (goal.h); the rest is looked up and tried here, without a
 * clock and without chance, within a fixed budget.
 */
#include "screener/gate/goal.h"

/*
 * What boundary tests spend at most: evaluations of a small document, fewer of a large
 * one, for each counts what it looks at.  A fraction of a second, whatever the document is.
 */
#define SCREENER_GATE_EVALUATIONS 60000

enum screener_verdict {
	SCREENER_PROVEN,     /* for all answers, on any day */
	SCREENER_REFUTED,    /* by the answers given */
	SCREENER_NOT_PROVEN, /* neither, within the limit */
};

/*
 * Of one safety question: no answers that leave it unknown end with a code.
 * Unknown is also what hiding leaves so, when the item has no `when_hidden`.
 */
struct screener_safety {
	const char *item;
	enum screener_verdict verdict;
	const char *answers; /* JSON, of what refutes it; else NULL */
	date_days as_of;     /* the day they were evaluated on */
	const char *outcome; /* that they end with */
	/*
	 * The same of the rules alone, as if the engine held nothing back.  Refuted
	 * (by rules_answers) is no fault: one reason for a code may make another
	 * question idle.
	 */
	enum screener_verdict rules;
	const char *rules_answers;
	date_days rules_as_of;
};

/* Answers next to the point where a comparison turns: an embedded test's with one changed. */
struct screener_boundary {
	const char *pointer; /* of the rule that compares */
	const char *item;    /* whose answer was changed */
	int side;	     /* what is compared is -1 below, 0 at, 1 above */
	const char *answers; /* JSON */
	date_days as_of;
	const char *outcome;
	bool decided;
};

struct screener_gate_report {
	struct screener_findings findings;
	size_t n_tests;	      /* embedded tests that were run */
	uint32_t evaluations; /* spent */
	struct screener_boundary *boundaries;
	size_t n_boundaries;
	/* Comparisons of numbers and dates, and those of which a boundary was found. */
	size_t n_comparisons, n_compared;
	enum screener_verdict safety; /* the worst of the questions'; proven if there are none */
	struct screener_safety *questions;
	size_t n_questions;
	struct screener_effort effort; /* FINISHED when nothing was to be proven */
};

/* "proven", "refuted", "not proven" */
const char *screener_verdict_name(enum screener_verdict verdict);
/* "stopped", "finished", "out of steps" */
const char *screener_ending_name(enum screener_ending ending);
/* "below", "at", "above" */
const char *screener_side_name(int side);

/*
 * Runs the gate over a document that compiled into the program.  limit bounds the evaluations
 * of boundary tests; prover answers what holds for all answers, and without one (NULL) nothing
 * of that is proven.  Findings and all they point to are in the arena; they are those of the
 * gate alone (those of the compiler come from screener_compile), with codes as in FORMAT.md
 * "Publication".  Blocks as long as the prover does.  INVALID_ARGUMENT/DOCUMENT_INVALID when
 * document is not the program's.
 */
struct status screener_gate(const struct screener *screener, struct arena *arena,
			    struct str document, const struct screener_prover *prover,
			    uint32_t limit, struct screener_gate_report *report);
