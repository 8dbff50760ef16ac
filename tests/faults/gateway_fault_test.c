/*
 * The gateway with a daemon behind it, on whichever of its threads, or of nng's, the k-th
 * allocation of a request fails: the request is answered as it should be, or refused,
 * or its connection ends; the one after it is served; or the process ends by our own hand.  Never a
 * crash, a leak, a wrong answer or a gateway that hangs.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "faults/alloc_fault.h"
#include "gateway/fixture.h"
#include "support/check.h"

#define DENSE	    24
#define ROUNDS_MAX  20000
#define SERVED_SOON SECONDS(20)

/* Beside alloc_fault.h. */
#define WRONG 2
#define HANGS 3

static unsigned nth;
static bool *untouched; /* shared with the children */

static int ask(void)
{
	struct raw_answer answer = http("/api/programs/" PROGRAM, .token = a_token());
	int status = answer.status;

	raw_answer_free(&answer);
	return status;
}

static bool is_served_soon(void)
{
	instant end = instant_monotonic() + SERVED_SOON;

	while (ask() != 200)
		if (instant_monotonic() > end)
			return false;
	return true;
}

static int use_gateway(void *arg)
{
	int status;

	(void)arg;
	fixture_up();
	fixture_start();
	CHECK(is_served_soon());
	alloc_fault_arm_others(nth);
	status = ask();
	*untouched = alloc_fault_disarm_others();
	if (status != 200 && status != 0 && status != 500 && status != 503 && status != 429 &&
	    status != 504) {
		fprintf(stderr, "answered %d\n", status);
		return WRONG;
	}
	return !is_served_soon() ? HANGS : status == 200 ? ALLOC_END_WELL : ALLOC_END_REFUSED;
}

static void fail_every_allocation(void)
{
	unsigned rounds = 0, refused = 0, aborted = 0;
	int how;

	for (nth = 1; !*untouched; nth = alloc_fault_next(nth, DENSE)) {
		CHECK(++rounds < ROUNDS_MAX);
		how = alloc_fault_fork(use_gateway, NULL);
		refused += how == ALLOC_END_REFUSED;
		aborted += how == ALLOC_END_HOUSE;
		if (how != ALLOC_END_WELL && how != ALLOC_END_REFUSED && how != ALLOC_END_HOUSE) {
			fprintf(stderr, "allocation %u ended with %d\n", nth, how);
			exit(1);
		}
	}
	CHECK(rounds > 1);
	printf("%u allocations failed: %u requests refused, %u ended the process, %u did without\n",
	       rounds - 1, refused, aborted, rounds - 1 - refused - aborted);
}

int main(void)
{
	char root[] = "/tmp/aegis-gwf-XXXXXX", command[64];

	signal(SIGPIPE, SIG_IGN);
	CHECK(mkdtemp(root));
	fixture_root = root;
	redis_server_start(&redis);
	untouched = mmap(NULL, sizeof *untouched, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(untouched != MAP_FAILED);
	fail_every_allocation();
	redis_server_stop(&redis);
	snprintf(command, sizeof command, "rm -r %s", root);
	return system(command);
}
