#pragma once

/*
 * A call whose k-th send, receive, statement, commit or allocation fails, for k = 1, 2, … until
 * it passes untouched: each time it has its whole effect or none, success is only said of the
 * whole, and asked again it has had it once.
 */
#include <stdint.h>

#include "base/fault.h"
#include "support/svc_test.h"

struct fault_case {
	/* Makes what the call needs, anew for every k. */
	void (*prepare)(unsigned round);
	/* The call; the same again when it is repeated. */
	struct answer (*ask)(void);
	/* Rows that the call made and events that tell of it, since prepare(). */
	int64_t (*effects)(void);
	/* How many of them are the whole effect. */
	int64_t whole;
	/* What a repetition is told when the first had its effect; NULL: OK. */
	enum reason done_before;
	/* A repetition has its effect anew, beside what the first had: who signs in again. */
	bool has_it_anew;
	/* The role whose connections are those of the call; NULL: any daemon's. */
	const char *role;
	/* Gives a child its daemons; NULL: daemons_after_fork(). */
	void (*start_child)(void);
	/* The parent has no daemon that could be asked: repetitions run in a child, too. */
	bool is_apart;
};

void fault_every_statement(const struct fault_case *what);
/* The same for a call that needs another daemon: its sends and receives on the way there. */
void fault_every_message(const struct fault_case *what);
/*
 * The allocations, in a child each.  One of our own that fails ends the process
 * (base/arena.h), one of a library may: then the call was not answered, and the rest
 * holds as ever.  A crash, a leak or a library's panic fails the test.
 */
void fault_every_allocation(const struct fault_case *what);

/*
 * The server ends what it was sent before it sees that a client is gone: effects are counted
 * when a child's connections are no more.  fault_backends() before the child is made.
 */
const char *fault_backends(const struct fault_case *what);
void fault_settle(const struct fault_case *what, const char *backends);

/* The parts of one round: was it a clean failure; what holds after one. */
bool fault_is_done_before(const struct fault_case *what, struct status st);
/* Asks again after a failure that had so many effects, and checks that now it is whole. */
void fault_repeat(const struct fault_case *what, int64_t effects, unsigned k);
/* Until the answer is more than UNAVAILABLE: a lost connection is opened again after a pause. */
struct answer fault_ask_again(const struct fault_case *what);
/* Asked once, in a child without faults. */
struct answer fault_ask_in_child(const struct fault_case *what);

/* For prepare(): another tenant and name in every round. */
extern struct uuid fault_tenant;
extern const char *fault_round;
void fault_next_round(unsigned round);
/* Rows of that tenant: fault_rows("schema.table WHERE ..."). */
int64_t fault_rows(const char *from);

/* For ask(): whoever looks afterwards will see. */
#define FAULT_UNKNOWN FAIL(OUTCOME_UNKNOWN)
/* For ask(): all jobs of the daemon that are due, the claiming included, as one call. */
struct answer fault_run_jobs(struct test_daemon *daemon);
/*
 * A daemon that serves in a process of its own until this one ends, so that faults do not strike
 * it. To be called before anything else starts: nng bears no fork.
 */
void fault_serve_apart(const struct svc_descriptor *descriptor);
