#pragma once

/*
 * Answers what holds for all answers to a screener (screener/gate/goal.h), with Z3: the
 * compiled program is said in logic and the solver asked for answers that reach
 * the goal.  That there are none is the proof; a model is a candidate, which counts
 * only if the engine says the same of it.  What the logic lacks becomes a free
 * value within its bounds, so "none" is never said wrongly.
 *
 * Runs in the calling process and believes in a document within the limits of
 * FORMAT.md; whoever must survive a solver that does not end or does not fit
 * runs it as a process of its own (prover/process.h).
 */
#include "prover/steps.h"
#include "screener/gate/goal.h"

/*
 * Fills proofs[i] for goals[i], spending at most steps on all of them together.  done, unless
 * NULL, is called with each proof as soon as it stands.  Blocks; one thread per call.
 */
struct screener_prove {
	const struct screener *screener;
	const struct screener_goal *goals;
	size_t n_goals;
	date_days today; /* to prefer for what is found */
	uint32_t steps;
	void (*done)(void *arg, size_t goal, const struct screener_proof *proof);
	void *arg;
};
struct screener_effort screener_prove(const struct screener_prove *job, struct arena *arena,
				      struct screener_proof *proofs);

/* A prover for screener_gate that runs here; many documents may be given to it, by many threads. */
extern const struct screener_prover prover_in_process;
