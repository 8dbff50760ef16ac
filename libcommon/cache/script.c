/*
 * The one script and how it is called.  It must stay free of side effects when
 * any limit refuses: either every bucket pays or none.
 */
#include "cache/script.h"

#include <stdlib.h>
#include <string.h>

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

static char *put_uuid(char *out, struct uuid id)
{
	uuid_format(out, id);
	return out + UUID_TEXT - 1;
}

/* Decimal digits, and where they end. */
static char *put_digits(char *out, uint64_t n)
{
	char digits[20];
	size_t at = sizeof digits;

	do
		digits[--at] = (char)('0' + n % 10);
	while (n /= 10);
	memcpy(out, digits + at, sizeof digits - at);
	return out + sizeof digits - at;
}

void cache_session_key(char out[CACHE_KEY_MAX], struct uuid tenant, struct uuid session)
{
	out = stpcpy(out, "{");
	out = put_uuid(out, tenant);
	out = stpcpy(out, "}:sess:");
	uuid_format(out, session);
}

static void limit_key(char out[CACHE_KEY_MAX], struct uuid tenant, const struct cache_limit *limit)
{
	out = stpcpy(out, "{");
	out = put_uuid(out, tenant);
	out = stpcpy(out, "}:rl:");
	if (limit->everyone) {
		stpcpy(out, "all");
		return;
	}
	out = put_uuid(out, limit->who);
	*out++ = ':';
	*put_digits(out, (uint64_t)limit->class) = '\0';
}

static void address_key(char out[CACHE_KEY_MAX], const struct cache_address_limit *limit)
{
	out = stpcpy(out, "{addr}:rl:");
	out = stpcpy(out, limit->address);
	*out++ = ':';
	*put_digits(out, (uint64_t)limit->class) = '\0';
}

/*
 * RESP: "*<arguments>\r\n", then "$<length>\r\n<bytes>\r\n" for each.  Written here, as
 * hiredis's way of it was two thirds of what a question costs the gateway.
 */
static void put_length(struct script_call *call, char kind, size_t n)
{
	char *out = call->text + call->len;

	*out++ = kind;
	out = put_digits(out, n);
	*out++ = '\r';
	*out++ = '\n';
	call->len = (size_t)(out - call->text);
}

static void push(struct script_call *call, const char *text)
{
	size_t len = strlen(text);

	if (call->len + len + 32 > sizeof call->text)
		abort();
	put_length(call, '$', len);
	memcpy(call->text + call->len, text, len);
	memcpy(call->text + call->len + len, "\r\n", 2);
	call->len += len + 2;
}

static void push_number(struct script_call *call, uint64_t n)
{
	char text[24];

	*put_digits(text, n) = '\0';
	push(call, text);
}

/* Command, script, number of keys; keys; how many ask; tolerance and cost of each limit. */
static void begin(struct script_call *call, const char *sha, size_t n_keys, size_t n_limits)
{
	call->len = 0;
	put_length(call, '*', 4 + n_keys + 2 * n_limits);
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

void script_call_tenant(struct script_call *call, const struct cache_check *check,
			uint32_t n_askers, const char *sha)
{
	char key[CACHE_KEY_MAX];

	begin(call, sha, check->with_session + check->n_limits, check->n_limits);
	if (check->with_session) {
		cache_session_key(key, check->tenant, check->session);
		push(call, key);
	}
	for (size_t i = 0; i < check->n_limits; i++) {
		limit_key(key, check->tenant, &check->limits[i]);
		push(call, key);
	}
	push_number(call, n_askers);
	for (size_t i = 0; i < check->n_limits; i++)
		push_rate(call, &check->limits[i].rate);
}

void script_call_address(struct script_call *call, const struct cache_check *check,
			 uint32_t n_askers, const char *sha)
{
	char key[CACHE_KEY_MAX];

	begin(call, sha, 1, 1);
	address_key(key, &check->address);
	push(call, key);
	push_number(call, n_askers);
	push_rate(call, &check->address.rate);
}
