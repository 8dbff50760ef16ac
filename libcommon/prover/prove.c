/* The goals one by one: those that the form of the document settles, then those for the solver. */
#include "prover/prover.h"

#include "screener/program.h"

/* Never hidden, or counted as something when it is: then unanswered holds a code back. */
static bool cannot_be_blind(const struct screener *p, uint32_t index)
{
	const struct item *item = &p->items[index];

	if (item->row_group < 0)
		return !item->conditional || item->has_hidden;
	return !item->conditional || (item->has_hidden && (!p->items[item->row_group].conditional ||
							   p->items[item->row_group].has_hidden));
}

void screener_prove(const struct screener_prove *job, struct arena *arena,
		    struct screener_proof *proofs)
{
	(void)arena;
	for (size_t i = 0; i < job->n_goals; i++) {
		if (job->goals[i].kind == SCREENER_GOAL_BLIND &&
		    cannot_be_blind(job->screener, job->goals[i].index))
			proofs[i].answer = SCREENER_NONE;
		if (job->done)
			job->done(job->arg, i, &proofs[i]);
	}
}

static void prove_here(void *arg, const struct screener *screener,
		       const struct screener_goal *goals, size_t n_goals, date_days today,
		       struct arena *arena, struct screener_proof *proofs)
{
	(void)arg;
	screener_prove(&(struct screener_prove){.screener = screener,
						.goals = goals,
						.n_goals = n_goals,
						.today = today,
						.steps = PROVER_STEPS},
		       arena, proofs);
}

const struct screener_prover prover_in_process = {.prove = prove_here};
