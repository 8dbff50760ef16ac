#include "rpc/throttle.h"

void throttle_init(struct throttle *throttle)
{
	atomic_init(&throttle->tokens, THROTTLE_MAX);
}

static int change(struct throttle *throttle, int by)
{
	int was = atomic_load(&throttle->tokens), now;

	do {
		now = was + by;
		if (now > THROTTLE_MAX)
			now = THROTTLE_MAX;
		if (now < 0)
			now = 0;
		if (now == was)
			return now;
	} while (!atomic_compare_exchange_weak(&throttle->tokens, &was, now));
	return now;
}

void throttle_success(struct throttle *throttle)
{
	change(throttle, THROTTLE_SUCCESS);
}

bool throttle_failure(struct throttle *throttle)
{
	return change(throttle, -THROTTLE_FAILURE) > THROTTLE_MAX / 2;
}
