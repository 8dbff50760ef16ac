#pragma once

/* Daemons of a test as processes of their own, on its sockets, keys and database. */
#include <sys/types.h>

#include "sample_world.h"

/*
 * Writes <name>.conf into the test's folder (extra is further lines) and returns
 * its path.  daemon is the in-process twin that knows methods and address.
 */
const char *process_config(struct test_daemon *daemon, const char *extra);

/* Starts a program of the build ("tests/svc/sample/aegis-sample"), its output in <name>.log. */
pid_t process_start(struct test_daemon *daemon, const char *program, const char *config,
		    const char *argument);

/* What it printed so far. */
const char *process_log(struct test_daemon *daemon);

/* Waits for its end: the exit code, or minus the signal. */
int process_end(pid_t pid);
