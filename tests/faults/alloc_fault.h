#pragma once

/*
 * Failing allocations.  malloc(), calloc(), realloc() and their kin of this
 * program, and of every library in it, are our own: armed, the k-th of this
 * thread has no memory.  abort() is ours too, so that the house's answer to that
 * (base/arena.h) and a foreign library's panic can be told from each other and
 * from a crash.
 */
#include <stdbool.h>

/* The k-th allocation of this thread from now on fails. */
void alloc_fault_arm(unsigned k);
/* Stops; true when the k-th never came. */
bool alloc_fault_disarm(void);

/* The same for all threads but the one that calls this, whichever of them comes to be the k-th. */
void alloc_fault_arm_others(unsigned k);
bool alloc_fault_disarm_others(void);

/*
 * The k that follows: each up to dense, then further and further apart, for some take thousands.
 * With AEGIS_FAULT_EVERY in the environment it is each to the end.
 */
unsigned alloc_fault_next(unsigned k, unsigned dense);

/* What a process that was not struck says when it aborts all the same; NULL: nothing. */
extern void (*alloc_fault_last_words)(void);

/* How a process ended in which one failed. */
enum alloc_end {
	ALLOC_END_WELL = 0,
	ALLOC_END_REFUSED = 1,
	ALLOC_END_LEAK = 81,	/* what a sanitizer found at the end */
	ALLOC_END_HOUSE = 82,	/* our own code aborted, or hiredis, which answers alike */
	ALLOC_END_FOREIGN = 83, /* a library did */
};

/*
 * Runs body(arg) in a child, which ends by _exit() with what it returns or as
 * above; leaks are looked for behind it.  The child has no threads but its own.
 * Returns the exit status, or -signal.
 */
int alloc_fault_fork(int (*body)(void *arg), void *arg);
