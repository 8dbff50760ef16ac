#pragma once

/*
 * Waits between attempts: exponential with full jitter, after "Exponential
 * Backoff And Jitter" (AWS Architecture Blog, 2015): uniform between half of and
 * the whole of min(cap, base * 2^attempt), so that two never march in step and
 * no wait is zero.
 */
#include "base/instant.h"

/* attempt counts from 0. */
instant backoff_wait(unsigned attempt, instant base, instant cap);
