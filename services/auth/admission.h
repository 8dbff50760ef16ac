#pragma once

/*
 * The door before the hashing pool.  A sign-in takes one of a few places before
 * anything is hashed; when none is free the sign-in waits, within its deadline.
 *
 * Each network has a queue of its own, and the queues are served in turn, so that a
 * network that asks a hundred times delays only itself.  One network holds at most half of
 * the places.  A network from which the account was signed in to before is known: known
 * queues are apart from the strangers', and ADMISSION_RESERVE places are theirs alone.
 * The queues are bounded together: when they are full, the last one of the longest queue of
 * strangers is turned away, and the last one of a known queue only when no stranger waits.
 */
#include <stdbool.h>

#include "base/instant.h"

#define ADMISSION_RESERVE    2
#define ADMISSION_PLACES_MAX 64
/* Longest text of a network with its NUL. */
#define ADMISSION_NETWORK_TEXT 64

struct admission;

/* Who asks; networks are compared as text, so that no collision puts two into one queue. */
struct admission_claim {
	const char *network; /* lives as long as the claim; "" is a network like any other */
	bool is_known;
};

/* places > ADMISSION_RESERVE; waiting: how many may wait in all. */
struct admission *admission_new(unsigned places, unsigned waiting);
/* Nobody may hold a place or wait any more.  NULL is fine. */
void admission_free(struct admission **admission);

/*
 * Takes a place; waits until the deadline (wall clock) at most.  False when it came or the
 * claim was turned away.  A place is given back with admission_leave() of the same claim.
 */
bool admission_enter(struct admission *admission, const struct admission_claim *claim,
		     instant deadline);
void admission_leave(struct admission *admission, const struct admission_claim *claim);

/* How many wait. */
unsigned admission_waiting(struct admission *admission);
