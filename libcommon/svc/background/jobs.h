#pragma once

/*
 * The job threads: each leases one due job at a time, runs it and writes down how
 * it ended.  Attempts are counted by the lease, before the work, so that a job
 * which kills its process comes to an end too.  Several replicas share the work;
 * a periodic job is run by one of them at a time.
 */
#include <stdbool.h>

struct scheduler;
struct svc;

struct scheduler *scheduler_start(struct svc *svc, unsigned threads);

/* A job was queued: look now.  NULL is fine.  Never blocks. */
void scheduler_hint(struct scheduler *scheduler);

/* Did the database answer every thread when it was last asked? */
bool scheduler_is_alive(struct scheduler *scheduler);

/* Waits for the jobs under way; *scheduler becomes NULL. */
void scheduler_stop(struct scheduler **scheduler);
