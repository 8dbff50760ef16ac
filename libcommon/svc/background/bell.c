#include "svc/background/bell.h"

#include <errno.h>
#include <time.h>

void bell_init(struct bell *bell)
{
	pthread_condattr_t monotonic;

	bell->rung = false;
	pthread_mutex_init(&bell->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&bell->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
}

void bell_fini(struct bell *bell)
{
	pthread_cond_destroy(&bell->wake);
	pthread_mutex_destroy(&bell->lock);
}

void bell_ring(struct bell *bell)
{
	pthread_mutex_lock(&bell->lock);
	bell->rung = true;
	pthread_cond_signal(&bell->wake);
	pthread_mutex_unlock(&bell->lock);
}

void bell_wait(struct bell *bell, instant wait)
{
	instant end = instant_monotonic() + wait;
	struct timespec until = {.tv_sec = end / 1000000, .tv_nsec = end % 1000000 * 1000};

	pthread_mutex_lock(&bell->lock);
	while (!bell->rung)
		if (pthread_cond_timedwait(&bell->wake, &bell->lock, &until) == ETIMEDOUT)
			break;
	bell->rung = false;
	pthread_mutex_unlock(&bell->lock);
}
