#pragma once

/*
 * The header fields RateLimit-Policy and RateLimit
 * (draft-ietf-httpapi-ratelimit-headers-11), as structured field lists.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

struct ratelimit {
	const char *policy; /* "write": letters, digits, "-", "_" */
	uint32_t quota;	    /* requests … */
	uint32_t window_s;  /* … in so many seconds */
	uint32_t remaining;
	uint32_t reset_s; /* until more become available */
};

/* "write";q=100;w=60, "address";q=20;w=1 */
void ratelimit_policy_field(struct strbuf *out, const struct ratelimit *limits, size_t n);
/* "write";r=99;t=1, "address";r=3;t=1 */
void ratelimit_field(struct strbuf *out, const struct ratelimit *limits, size_t n);

/* Whole seconds for Retry-After, rounded up; at least 1 for anything above 0. */
uint32_t retry_after_seconds(uint32_t ms);
