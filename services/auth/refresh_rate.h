#pragma once

/*
 * How often one session may renew its token.  Whoever holds a refresh token, or its parent within
 * the grace, could otherwise make this daemon work without end; the limit by network alone would
 * let one session use up what a whole office has.  Kept in memory, before the database is asked, so
 * a replica counts what it sees.  Two sessions may share a slot; then the newer one takes it over.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/uuid.h"

/* A client refreshes every quarter of an hour; tabs race, answers get lost. */
#define REFRESHES_A_MINUTE 20

struct refresh_rate;

struct refresh_rate *refresh_rate_new(void);
void refresh_rate_free(struct refresh_rate **rate);

/* Counts one; false with the wait when the session has had as many as it may have. */
bool refresh_rate_take(struct refresh_rate *rate, struct uuid session, instant now,
		       uint32_t *retry_after_ms);
