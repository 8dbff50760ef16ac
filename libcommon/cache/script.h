#pragma once

/*
 * Private to the cache: the script, its calls, and the names of keys.
 */
#include "cache/check.h"

#define CACHE_KEY_MAX 160

extern const char cache_script[];

void cache_standing_key(char out[CACHE_KEY_MAX], struct uuid tenant);
void cache_session_key(char out[CACHE_KEY_MAX], struct uuid tenant, struct uuid session);

/* One EVALSHA or EVAL as it goes over the wire; the memory is kept from call to call. */
struct script_call {
	char *text;
	size_t len, room;
};

/* What a question brings to a call: of its tenant, or with `address` of that alone. */
size_t script_n_keys(const struct cache_check *check, bool address);
size_t script_n_numbers(const struct cache_check *check, bool address);

/*
 * Begins a call with as many keys and numbers as the questions in it bring together,
 * then come the keys of all, then the numbers of all.  With sha NULL the script
 * itself is sent (EVAL), else its hash as SCRIPT LOAD told it.
 */
void script_begin(struct script_call *call, const char *sha, size_t n_keys, size_t n_numbers);
/* Before those of the questions: whether the first key is a tenant's standing, and that key. */
void script_put_standing_key(struct script_call *call, struct uuid tenant);
void script_put_standing_number(struct script_call *call, bool has_standing);
void script_put_keys(struct script_call *call, const struct cache_check *check, bool address);
void script_put_numbers(struct script_call *call, const struct cache_check *check, bool address,
			uint32_t n_askers);
