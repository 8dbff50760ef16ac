#pragma once

/*
 * What the publish gate asks about all answers to a document, and who answers: a
 * prover (libcommon/prover).  The gate itself knows no solver.  A counterexample
 * of a prover counts only if the engine says the same of it (screener_goal_holds).
 */
#include "screener/screener.h"

enum screener_goal_kind {
	/* Safety item index is unknown to the rules, and the result's outcome issues a code. */
	SCREENER_GOAL_BLIND,
	/*
	 * Safety item index is asked (visible or pending) and unknown, and the rules and error
	 * constraints alone would issue a code: without the check of unanswered and invalid
	 * answers.
	 */
	SCREENER_GOAL_HASTY,
	/* The result's outcome is outcome index. */
	SCREENER_GOAL_OUTCOME,
	/* Rule index is true, and no rule is that goes before it or conflicts with it. */
	SCREENER_GOAL_LEADING,
};

struct screener_goal {
	enum screener_goal_kind kind;
	uint32_t index; /* of an item, outcome or rule */
};

enum screener_answer {
	SCREENER_OPEN,	/* not decided within the limits */
	SCREENER_NONE,	/* no answers reach the goal, on any day */
	SCREENER_FOUND, /* these do */
};

struct screener_proof {
	enum screener_answer answer;
	bool never_true;     /* NONE of a LEADING goal: the rule is true for no answers */
	const char *answers; /* FOUND: a JSON object of what is visible, in the caller's arena */
	date_days as_of;     /* FOUND: the day they are evaluated on */
};

enum screener_ending {
	/* By a clock or a crash, or there is no prover: another machine may come further. */
	SCREENER_STOPPED,
	SCREENER_FINISHED, /* no goal wanted more steps than it had */
	SCREENER_SPENT,	   /* the limit of steps left goals open; the same on every machine */
};

/* What a prover did, whatever it found. */
struct screener_effort {
	enum screener_ending ending;
	uint64_t steps;
};

/*
 * prove() fills proofs[i] for goals[i]; all are OPEN before.  A prover that fails leaves them
 * OPEN.  today is the day to prefer for what is found.  May block as long as its own limits say.
 */
struct screener_prover {
	struct screener_effort (*prove)(void *arg, const struct screener *screener,
					const struct screener_goal *goals, size_t n_goals,
					date_days today, struct arena *arena,
					struct screener_proof *proofs);
	void *arg;
};

/*
 * Does the engine reach the goal with these answers, read as a consumer would send them?
 * With outcome: the one that BLIND and HASTY are about, or NULL.
 */
bool screener_goal_holds(const struct screener *screener, const struct screener_goal *goal,
			 struct str answers, date_days as_of, struct arena *scratch,
			 const struct screener_outcome **outcome);

/*
 * Of answers that reach the goal those that are needed for it; NULL when they do not reach it.
 * Adds the number of evaluations that it took, which is at most some two for each answer.
 */
const char *screener_fewest_answers(const struct screener *screener,
				    const struct screener_goal *goal, struct str answers,
				    date_days as_of, struct arena *arena, uint32_t *evaluations);
