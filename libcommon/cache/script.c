/*
 * The one script and how it is called.  It must stay free of side effects when
 * any limit refuses: either every bucket pays or none.
 */
#include "cache/script.h"

#include <inttypes.h>
#include <stdio.h>

/*
 * ARGV[1]: "1" when KEYS[1] is a session.  Then for each further key: emission
 * interval, tolerance and cost in µs.  Answers {session, epoch, allowed, limit
 * index, room in µs, reset in µs, retry in µs}; session as enum cache_session.
 * Time is Redis's own, so that replicas with skewed clocks share one bucket.
 */
const char cache_script[] =
	"local k = 1\n"
	"local state, epoch = 0, ''\n"
	"if ARGV[1] == '1' then\n"
	"  k = 2\n"
	"  local rec = redis.call('GET', KEYS[1])\n"
	"  if not rec then state = 3\n"
	"  elseif rec == '-' then return {2, '', 0, 0, 0, 0, 0}\n"
	"  else state = 1; epoch = rec end\n"
	"end\n"
	"if #KEYS < k then return {state, epoch, 1, 0, 0, 0, 0} end\n"
	"local t = redis.call('TIME')\n"
	"local now = t[1] * 1000000 + t[2]\n"
	"local best, room, reset, fresh = 0, 0, 0, {}\n"
	"for i = k, #KEYS do\n"
	"  local a = 2 + (i - k) * 3\n"
	"  local tol, cost = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2])\n"
	"  local tat = tonumber(redis.call('GET', KEYS[i]) or 0)\n"
	"  if tat < now then tat = now end\n"
	"  local new = tat + cost\n"
	"  local left = tol - (new - now)\n"
	"  if left < 0 then\n"
	"    return {state, epoch, 0, i - k + 1, 0, tat - now, -left}\n"
	"  end\n"
	"  local share = left / tol\n"
	"  if best == 0 or share < room / tonumber(ARGV[2 + (best - 1) * 3 + 1]) then\n"
	"    best, room, reset = i - k + 1, left, new - now\n"
	"  end\n"
	"  fresh[i] = new\n"
	"end\n"
	"for i = k, #KEYS do\n"
	"  redis.call('SET', KEYS[i], string.format('%.0f', fresh[i]), 'PX',\n"
	"    string.format('%.0f', math.ceil((fresh[i] - now) / 1000)))\n"
	"end\n"
	"return {state, epoch, 1, best, room, reset, 0}\n";

void cache_session_key(char out[CACHE_KEY_MAX], struct uuid tenant, struct uuid session)
{
	char tenant_text[UUID_TEXT], session_text[UUID_TEXT];

	uuid_format(tenant_text, tenant);
	uuid_format(session_text, session);
	snprintf(out, CACHE_KEY_MAX, "{%s}:sess:%s", tenant_text, session_text);
}

static void push(struct script_call *call, const char *text)
{
	call->argv[call->argc] = text;
	call->lengths[call->argc++] = strlen(text);
}

static void begin(struct script_call *call, const char *sha, size_t n_keys)
{
	call->argc = 0;
	push(call, sha ? "EVALSHA" : "EVAL");
	push(call, sha ? sha : cache_script);
	snprintf(call->n_keys, sizeof call->n_keys, "%zu", n_keys);
	push(call, call->n_keys);
}

static void push_rate(struct script_call *call, size_t slot, const struct cache_rate *rate)
{
	uint64_t interval = (uint64_t)cache_rate_interval_us(rate);
	uint64_t values[] = {interval, interval * rate->burst, interval * rate->cost};

	for (size_t i = 0; i < 3; i++) {
		char *out = call->numbers[slot * 3 + i];

		snprintf(out, sizeof call->numbers[0], "%" PRIu64, values[i]);
		push(call, out);
	}
}

void script_call_tenant(struct script_call *call, const struct cache_check *check, const char *sha)
{
	char tenant[UUID_TEXT];
	size_t n = 0;

	begin(call, sha, check->with_session + check->n_limits);
	uuid_format(tenant, check->tenant);
	if (check->with_session) {
		cache_session_key(call->keys[n], check->tenant, check->session);
		push(call, call->keys[n++]);
	}
	for (size_t i = 0; i < check->n_limits; i++, n++) {
		snprintf(call->keys[n], CACHE_KEY_MAX, "{%s}:rl:%s", tenant, check->limits[i].who);
		push(call, call->keys[n]);
	}
	push(call, check->with_session ? "1" : "0");
	for (size_t i = 0; i < check->n_limits; i++)
		push_rate(call, i, &check->limits[i].rate);
}

void script_call_address(struct script_call *call, const struct cache_check *check, const char *sha)
{
	begin(call, sha, 1);
	snprintf(call->keys[0], CACHE_KEY_MAX, "{addr}:rl:%s", check->address.who);
	push(call, call->keys[0]);
	push(call, "0");
	push_rate(call, 0, &check->address.rate);
}
