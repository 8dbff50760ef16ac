#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults/alloc_fault.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

#define ROUNDS_MAX 20000
#define DENSE	   24

/* Shared with the child. */
struct outcome {
	enum status_code code;
	enum reason reason;
	bool untouched;
};

struct round {
	const struct fault_case *what;
	struct outcome *outcome;
};

static unsigned nth;
static bool untouched;

static void arm(bool begins)
{
	if (begins)
		alloc_fault_arm(nth);
	else
		untouched = alloc_fault_disarm();
}

static void note(struct outcome *outcome, struct status st)
{
	outcome->code = st.code;
	outcome->reason = st.reason;
}

static void get_daemons(const struct fault_case *what)
{
	if (what->start_child)
		what->start_child();
	else
		daemons_after_fork();
}

static void drop_workers(void)
{
	for (size_t i = 0; i < test_world.n; i++)
		svc_worker_free(&test_world.daemons[i]->worker);
}

static int ask_in_child(void *arg)
{
	const struct round *round = arg;

	get_daemons(round->what);
	/* libpq may drop what the server said when it has no memory, and then waits for more. */
	test_patience = MILLIS(400);
	around_dispatch = arm;
	note(round->outcome, round->what->ask().status);
	round->outcome->untouched = untouched;
	drop_workers();
	return ALLOC_END_WELL;
}

static int ask_without_faults(void *arg)
{
	const struct round *round = arg;

	get_daemons(round->what);
	note(round->outcome, round->what->ask().status);
	drop_workers();
	return ALLOC_END_WELL;
}

static struct outcome *shared_outcome(void)
{
	struct outcome *outcome = mmap(NULL, sizeof *outcome, PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	cr_assert(outcome != MAP_FAILED);
	return outcome;
}

struct answer fault_ask_in_child(const struct fault_case *what)
{
	struct round round = {what, shared_outcome()};
	int end = alloc_fault_fork(ask_without_faults, &round);
	struct answer answer = {.status = {round.outcome->code, round.outcome->reason}};

	cr_assert_eq(end, ALLOC_END_WELL, "a repetition ended with %d", end);
	munmap(round.outcome, sizeof *round.outcome);
	return answer;
}

/* A prover that has no memory proves nothing: the draft then waits for a second person. */
static bool is_clean(const struct outcome *outcome)
{
	if (outcome->reason == REASON_SAFETY_NOT_ACCEPTED)
		return true;
	return outcome->code == STATUS_OK || outcome->code == STATUS_UNAVAILABLE ||
	       outcome->code == STATUS_INTERNAL || outcome->code == STATUS_DEADLINE_EXCEEDED ||
	       outcome->code == STATUS_RESOURCE_EXHAUSTED;
}

/* What the child left behind, whether it spoke or not. */
static void check_effects(const struct fault_case *what, int end, const struct outcome *outcome,
			  unsigned k)
{
	int64_t effects = what->effects();
	/* Out of time is neither a yes nor a no. */
	bool said_no = end == ALLOC_END_WELL && outcome->code != STATUS_OK &&
		       outcome->code != STATUS_DEADLINE_EXCEEDED &&
		       outcome->reason != REASON_OUTCOME_UNKNOWN;

	cr_assert(effects == 0 || effects == what->whole, "allocation %u: %d of %d effects", k,
		  (int)effects, (int)what->whole);
	cr_assert(!said_no || effects == 0, "allocation %u: a known failure had its effect", k);
	if (end == ALLOC_END_WELL && outcome->code == STATUS_OK) {
		cr_assert_eq(effects, what->whole, "allocation %u: success without effect", k);
		return;
	}
	fault_repeat(what, effects, k);
}

/* Also the same allocation again is another round: what the last one made is there. */
static int one_round(const struct fault_case *what, struct outcome *outcome, unsigned n, unsigned k)
{
	struct round round = {what, outcome};
	const char *before;
	int end;

	what->prepare(10000 + n);
	*outcome = (struct outcome){};
	before = fault_backends(what);
	nth = k;
	end = alloc_fault_fork(ask_in_child, &round);
	cr_assert(end == ALLOC_END_WELL || end == ALLOC_END_HOUSE,
		  "allocation %u ended with %d after %s", k, end, reason_name(outcome->reason));
	cr_assert(end == ALLOC_END_HOUSE || is_clean(outcome), "allocation %u: %s %s", k,
		  status_code_name(outcome->code), reason_name(outcome->reason));
	fault_settle(what, before);
	check_effects(what, end, outcome, k);
	return end;
}

void fault_every_allocation(const struct fault_case *what)
{
	struct outcome *outcome = shared_outcome();
	unsigned aborted = 0, failed = 0, rounds = 0;

	for (unsigned k = 1; !outcome->untouched || outcome->code != STATUS_OK;
	     k = outcome->untouched ? k : alloc_fault_next(k, DENSE)) {
		cr_assert_lt(++rounds, ROUNDS_MAX);
		if (one_round(what, outcome, rounds, k) == ALLOC_END_HOUSE)
			aborted++;
		else if (outcome->code != STATUS_OK)
			failed++;
	}
	cr_assert_gt(rounds, 1, "nothing allocated");
	printf("%u allocations failed: %u calls refused, %u ended the process, %u did without\n",
	       rounds - 1, failed, aborted, rounds - 1 - failed - aborted);
	munmap(outcome, sizeof *outcome);
}
