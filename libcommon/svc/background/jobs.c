#include "svc/background/jobs.h"

#include <stdlib.h>

#include "base/log.h"
#include "svc/background/bell.h"
#include "svc/background/job_run.h"
#include "svc_core/backoff.h"

#define POLL_EVERY   SECONDS(1)
#define BACKOFF_BASE MILLIS(200)
#define BACKOFF_CAP  SECONDS(15)

struct job_thread {
	struct scheduler *scheduler;
	struct svc_worker *worker;
	pthread_t thread;
	struct bell bell;
	struct uuid holder;
	unsigned failures;
	_Atomic bool answered; /* did the database, when last asked? */
};

struct scheduler {
	struct svc *svc;
	_Atomic bool stopping;
	/* One claim at a time: each sees what runs already, so at_once holds in this process. */
	pthread_mutex_t claiming;
	unsigned n;
	struct job_thread *threads;
};

/* One job, if one is due. */
static struct status step(struct job_thread *own, bool *ran)
{
	struct job_item *job;
	struct status st;

	arena_reset(own->worker->envelope, true);
	pthread_mutex_lock(&own->scheduler->claiming);
	st = job_claim(own->worker, own->holder, instant_now(), &job);
	pthread_mutex_unlock(&own->scheduler->claiming);
	own->answered = is_ok(st);
	TRY(st);
	*ran = job != NULL;
	if (!job)
		return OK;
	job_item_run(own->worker, job);
	return OK;
}

static void *run_jobs(void *arg)
{
	struct job_thread *own = arg;
	bool ran = false;

	while (!own->scheduler->stopping) {
		struct status st = step(own, &ran);

		if (is_failed(st)) {
			if (own->failures % 64 == 0)
				log_warn("jobs wait", KV_STATUS(st), KV("failures", own->failures));
			bell_wait(&own->bell,
				  backoff_wait(own->failures++, BACKOFF_BASE, BACKOFF_CAP));
			continue;
		}
		own->failures = 0;
		if (!ran)
			bell_wait(&own->bell, POLL_EVERY);
	}
	return NULL;
}

static void start_thread(struct scheduler *scheduler, unsigned i)
{
	struct job_thread *own = &scheduler->threads[i];

	own->scheduler = scheduler;
	own->worker = svc_worker_new(scheduler->svc, true);
	own->holder = uuid_v7(instant_now());
	bell_init(&own->bell);
	own->answered = true;
	if (pthread_create(&own->thread, NULL, run_jobs, own) != 0)
		abort();
	pthread_setname_np(own->thread, "jobs");
}

struct scheduler *scheduler_start(struct svc *svc, unsigned threads)
{
	struct scheduler *scheduler = calloc(1, sizeof *scheduler);

	if (!scheduler)
		abort();
	pthread_mutex_init(&scheduler->claiming, NULL);
	scheduler->svc = svc;
	scheduler->n = threads;
	scheduler->threads = calloc(threads, sizeof scheduler->threads[0]);
	if (!scheduler->threads)
		abort();
	for (unsigned i = 0; i < threads; i++)
		start_thread(scheduler, i);
	return scheduler;
}

void scheduler_hint(struct scheduler *scheduler)
{
	for (unsigned i = 0; scheduler && i < scheduler->n; i++)
		bell_ring(&scheduler->threads[i].bell);
}

bool scheduler_is_alive(struct scheduler *scheduler)
{
	for (unsigned i = 0; i < scheduler->n; i++)
		if (!scheduler->threads[i].answered)
			return false;
	return true;
}

void scheduler_stop(struct scheduler **scheduler_ref)
{
	struct scheduler *scheduler = *scheduler_ref;

	if (!scheduler)
		return;
	scheduler->stopping = true;
	scheduler_hint(scheduler);
	for (unsigned i = 0; i < scheduler->n; i++) {
		pthread_join(scheduler->threads[i].thread, NULL);
		bell_fini(&scheduler->threads[i].bell);
		svc_worker_free(&scheduler->threads[i].worker);
	}
	pthread_mutex_destroy(&scheduler->claiming);
	free(scheduler->threads);
	free(scheduler);
	*scheduler_ref = NULL;
}
