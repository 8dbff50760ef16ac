#pragma once

/*
 * What auth said about sessions within the last second, for the time that Redis
 * is away: bounds both the load on auth and how late an end is seen.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/uuid.h"
#include "cache/check.h"

struct session_facts;

struct session_facts *session_facts_new(void);
void session_facts_free(struct session_facts **facts);

void session_facts_put(struct session_facts *facts, struct uuid session, enum cache_session state,
		       uint64_t epoch, instant now);
bool session_facts_find(const struct session_facts *facts, struct uuid session, instant now,
			enum cache_session *state, uint64_t *epoch);
