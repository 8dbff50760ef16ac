#pragma once

/*
 * Private to the cache: the script, the arguments of its calls, what it
 * answers, and the names of keys.
 */
#include "cache/check.h"

#define CACHE_KEY_MAX 160

extern const char cache_script[];

void cache_session_key(char out[CACHE_KEY_MAX], struct uuid tenant, struct uuid session);

/* Command, script, number of keys; keys; how many ask; numbers. */
#define SCRIPT_ARGS_MAX (3 + (1 + CACHE_LIMITS_MAX) + 1 + 2 * CACHE_LIMITS_MAX)

/* Arguments of one EVALSHA or EVAL; texts live in the struct. */
struct script_call {
	int argc;
	const char *argv[SCRIPT_ARGS_MAX];
	size_t lengths[SCRIPT_ARGS_MAX];
	char keys[1 + CACHE_LIMITS_MAX][CACHE_KEY_MAX];
	char numbers[2 + 2 * CACHE_LIMITS_MAX][24];
	size_t n_numbers;
};

/*
 * The question on behalf of n_askers calls.  With sha NULL the script itself is sent
 * (EVAL), else its hash as SCRIPT LOAD told it.
 */
void script_call_tenant(struct script_call *call, const struct cache_check *check,
			uint32_t n_askers, const char *sha);
void script_call_address(struct script_call *call, const struct cache_check *check,
			 uint32_t n_askers, const char *sha);
