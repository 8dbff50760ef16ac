#pragma once

/*
 * Deadlines are absolute wall-clock instants, so that they survive a hop; what
 * is left of one becomes a timeout where a library wants milliseconds.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"

/* Milliseconds left, rounded up; 0 when passed. */
static inline int64_t deadline_left_ms(instant deadline, instant now)
{
	return deadline > now ? (deadline - now + 999) / 1000 : 0;
}

static inline bool deadline_is_past(instant deadline, instant now)
{
	return deadline <= now;
}

/* The earlier of an inherited deadline (0: none) and now + own. */
static inline instant deadline_within(instant inherited, instant now, int64_t own_ms)
{
	instant own = now + MILLIS(own_ms);

	return inherited != 0 && inherited < own ? inherited : own;
}
