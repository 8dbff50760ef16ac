/*
 * The one script and how it is called.  It must stay free of side effects when
 * any limit refuses: either every bucket pays or none.
 */
#include "cache/script.h"

#include <stdio.h>

/*
 * KEYS: the session, when it is asked for, and the limits.  ARGV: how many calls
 * ask, then tolerance and cost in µs of each limit.  As many of them pay as every
 * limit has room for, as if they had come one after the other at this instant.
 * Answers {session, epoch} and for each limit how far in µs its arrival time lay
 * ahead before that; from this follows what each call was told (gcra_take).  Session as
 * enum cache_session; an ended one pays nothing and answers without limits.
 * Time is Redis's own, so that replicas with skewed clocks share one bucket.
 */
const char cache_script[] =
	"local keys, argv, call, format = KEYS, ARGV, redis.call, string.format\n"
	"local n = (#argv - 1) / 2\n"
	"local first = #keys - n\n"
	"local found = call('MGET', unpack(keys))\n"
	"local answer = {0, ''}\n"
	"if first == 1 then\n"
	"  local record = found[1]\n"
	"  if record == '-' then return {2, ''} end\n"
	"  answer = record and {1, record} or {3, ''}\n"
	"end\n"
	"if n == 0 then return answer end\n"
	"local t = call('TIME')\n"
	"local now, fit = t[1] * 1000000 + t[2], argv[1] + 0\n"
	"for i = 1, n do\n"
	"  local ahead = (found[first + i] or 0) - now\n"
	"  if ahead < 0 then ahead = 0 end\n"
	"  local room, cost = argv[2 * i] - ahead, argv[2 * i + 1] + 0\n"
	"  if room < fit * cost then fit = math.floor(room / cost) end\n"
	"  answer[i + 2] = ahead\n"
	"end\n"
	"if fit < 1 then return answer end\n"
	"for i = 1, n do\n"
	"  local ahead = answer[i + 2] + fit * argv[2 * i + 1]\n"
	"  call('SET', keys[first + i], format('%d', now + ahead), 'PX', format('%d', ahead / 1000 "
	"+ 1))\n"
	"end\n"
	"return answer\n";

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

/* Decimal digits from the end of the buffer on. */
static void push_number(struct script_call *call, uint64_t number)
{
	char *out = call->numbers[call->n_numbers++] + sizeof call->numbers[0] - 1;

	*out = '\0';
	do
		*--out = (char)('0' + number % 10);
	while (number /= 10);
	push(call, out);
}

static void begin(struct script_call *call, const char *sha, size_t n_keys)
{
	call->argc = 0;
	call->n_numbers = 0;
	push(call, sha ? "EVALSHA" : "EVAL");
	push(call, sha ? sha : cache_script);
	push_number(call, n_keys);
}

static void push_rate(struct script_call *call, const struct cache_rate *rate)
{
	uint64_t interval = (uint64_t)cache_rate_interval_us(rate);

	push_number(call, interval * rate->burst);
	push_number(call, interval * rate->cost);
}

static void limit_key(char out[CACHE_KEY_MAX], const char *tenant, const struct cache_limit *limit)
{
	char who[UUID_TEXT];

	if (limit->everyone) {
		snprintf(out, CACHE_KEY_MAX, "{%s}:rl:all", tenant);
		return;
	}
	uuid_format(who, limit->who);
	snprintf(out, CACHE_KEY_MAX, "{%s}:rl:%s:%d", tenant, who, limit->class);
}

void script_call_tenant(struct script_call *call, const struct cache_check *check,
			uint32_t n_askers, const char *sha)
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
		limit_key(call->keys[n], tenant, &check->limits[i]);
		push(call, call->keys[n]);
	}
	push_number(call, n_askers);
	for (size_t i = 0; i < check->n_limits; i++)
		push_rate(call, &check->limits[i].rate);
}

void script_call_address(struct script_call *call, const struct cache_check *check,
			 uint32_t n_askers, const char *sha)
{
	begin(call, sha, 1);
	snprintf(call->keys[0], CACHE_KEY_MAX, "{addr}:rl:%s:%d", check->address.address,
		 check->address.class);
	push(call, call->keys[0]);
	push_number(call, n_askers);
	push_rate(call, &check->address.rate);
}
