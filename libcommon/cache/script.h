#pragma once

/*
 * Private to the cache: the script, the arguments of its calls, what it
 * answers, and the names of keys.
 */
#include "cache/check.h"

#define CACHE_KEY_MAX 160

extern const char cache_script[];

void cache_session_key(char out[CACHE_KEY_MAX], struct uuid tenant, struct uuid session);

/* With the script itself, when Redis has forgotten it. */
#define SCRIPT_CALL_MAX 4096

/* One EVALSHA or EVAL as it goes over the wire. */
struct script_call {
	size_t len;
	char text[SCRIPT_CALL_MAX];
};

/*
 * The question on behalf of n_askers calls.  With sha NULL the script itself is sent
 * (EVAL), else its hash as SCRIPT LOAD told it.
 */
void script_call_tenant(struct script_call *call, const struct cache_check *check,
			uint32_t n_askers, const char *sha);
void script_call_address(struct script_call *call, const struct cache_check *check,
			 uint32_t n_askers, const char *sha);
