#pragma once

/*
 * The retry budget of one peer after gRFC A6: 10 tokens, a failure takes one, a
 * success gives back a tenth; while half or less are left nothing is repeated.
 * Lock-free, any thread.
 */
#include <stdatomic.h>
#include <stdbool.h>

#define THROTTLE_MAX	 10000 /* thousandths of a token */
#define THROTTLE_FAILURE 1000
#define THROTTLE_SUCCESS 100

struct throttle {
	atomic_int tokens;
};

void throttle_init(struct throttle *throttle);
void throttle_success(struct throttle *throttle);
/* Takes a token; may the call be repeated? */
bool throttle_failure(struct throttle *throttle);
