#pragma once

/*
 * The life of a daemon: started by a supervisor, in the foreground, without
 * ambient rights, ended by SIGTERM.  Signals are never handled asynchronously:
 * they are blocked in every thread and read in one place.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum process_event {
	PROCESS_TIMEOUT,
	PROCESS_STOP,	/* SIGTERM or SIGINT: drain and leave */
	PROCESS_RELOAD, /* SIGHUP */
};

/*
 * To be called first, before any thread: umask 077, no-new-privs, no core files
 * and no tracing by others (memory holds secrets), SIGPIPE ignored, TERM/INT/HUP blocked for
 * process_wait().  FAILED_PRECONDITION/PROCESS_SETUP when the kernel refuses.
 */
struct status process_init(void);

/*
 * Waits for a signal, at most timeout_ms (negative: for ever).  Also answers
 * PROCESS_STOP after process_request_stop() of any thread.
 */
enum process_event process_wait(int timeout_ms);

/* Ends process_wait() in the main thread, e.g. when a worker cannot go on. */
void process_request_stop(void);

/*
 * Takes the exclusive lock of path (created 0600, holds the pid) until the
 * process ends, so that two of a kind do not run on one directory.
 * FAILED_PRECONDITION/ALREADY_RUNNING when somebody holds it.
 */
struct status process_lock(const char *path);
