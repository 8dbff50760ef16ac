#pragma once

/*
 * The system calls of a process (seccomp, Linux): those on a list, all others are
 * refused.  A refused call fails with EPERM, so a call that the list has forgotten
 * is a failed operation and no dead process.  The first refusal of each call is one
 * log line, and every refusal is counted: aegis_sandbox_refused_total.
 *
 * No process may trace, mount, load modules or BPF programs, use kernel keyrings,
 * change its user, make namespaces, or run memory that it has written.
 *
 * With AddressSanitizer the list also has what LeakSanitizer needs (ptrace); with
 * ThreadSanitizer the process is not sandboxed.
 */
#include <stdint.h>

#include "base/status.h"

/* What only some processes need. */
enum sandbox_need {
	/* Internet sockets; without it sockets are local (AF_UNIX). */
	SANDBOX_NETWORK = 1 << 0,
	/* Start another program; the child keeps the sandbox. */
	SANDBOX_SPAWN = 1 << 1,
};

/*
 * To be called once, after process_init() and before any thread: threads inherit
 * the list.  Takes the signal SIGSYS, which no thread may block: a refused call in
 * a thread that blocks the signal ends the process.
 * FAILED_PRECONDITION/SANDBOX when the kernel refuses.
 */
struct status sandbox_enter(unsigned needs);

/* A descriptor that is readable when refusals wait for sandbox_report(); -1: none. */
int sandbox_fd(void);

/* Logs the calls that were refused for the first time, and counts.  Main thread only. */
void sandbox_report(void);

/* How many calls were refused so far. */
uint64_t sandbox_n_refused(void);
