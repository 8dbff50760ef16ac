#include "svc_core/backoff.h"

#include <stdlib.h>
#include <sys/random.h>

instant backoff_wait(unsigned attempt, instant base, instant cap)
{
	instant wait = base;
	uint64_t random;

	while (attempt-- > 0 && wait < cap)
		wait *= 2;
	if (wait > cap)
		wait = cap;
	if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
		abort();
	return wait / 2 + (instant)(random % (uint64_t)(wait / 2 + 1));
}
