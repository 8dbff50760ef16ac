#pragma once

/* Leasing, running and ending jobs; for the job threads and the tests. */
#include "svc/internal.h"

/* A leased run. */
struct job_item {
	struct svc_job_run run;
	struct uuid tenant;
	uint32_t max_attempts;
	const char *lease_name; /* of a periodic job */
	struct uuid holder;
};

/*
 * Leases one due job, queued or periodic; *item is NULL when none is due.  It
 * lives in worker->envelope.
 */
struct status job_claim(struct svc_worker *worker, struct uuid holder, instant now,
			struct job_item **item);

/* Runs it and writes down how it ended; logs failures. */
void job_item_run(struct svc_worker *worker, struct job_item *job);

/* background/cleanup.c: old inbox rows and expired answers, hourly. */
extern const struct svc_job svc_cleanup_job;

const struct svc_job *job_kind(const struct svc *svc, const char *kind);
int64_t job_lease_s(const struct svc_job *job);
