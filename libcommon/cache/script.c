/*
 * The one script and how it is called.  It must stay free of side effects when
 * any limit refuses: either every bucket pays or none.
 */
#include "cache/script.h"

#include <stdlib.h>
#include <string.h>

/* A kind, a length and two line ends. */
#define LENGTHS_TEXT 32

/*
 * Several questions of one tag.  The first number of ARGV says whether the first of KEYS is the
 * tenant's standing: while that key is there the tenant may not act, every question is answered
 * so and nobody pays.  Then come the questions.  KEYS of each: its session, when that is asked for,
 * and its limits; a limit may be that of others, too.  ARGV of each: whether there is a session,
 * how many limits, how many calls ask, then tolerance and cost in µs of each limit.  As many calls
 * pay as every limit has room for, as if they had come one after the other at this instant,
 * question by question. Answers {session, epoch} of each and for each limit how far in µs its
 * arrival time lay ahead before it; from this follows what each call was told (gcra_take).  Session
 * as enum cache_session; those of an ended one pay nothing. A key that has been paid is marked by
 * true in `found`, and written at the end once. Time is Redis's own, so that replicas with skewed
 * clocks share one bucket.
 */
const char cache_script[] =
	"local keys, argv, call, format = KEYS, ARGV, redis.call, string.format\n"
	"local found, t = call('MGET', unpack(keys)), call('TIME')\n"
	"local now = t[1] * 1000000 + t[2]\n"
	"local aheads, answer, key, arg, out = {}, {}, 1, 2, 0\n"
	"local held = false\n"
	"if argv[1] == '1' then held = found[1]; key = 2 end\n"
	"while arg < #argv do\n"
	"  local n, fit = argv[arg + 1] + 0, argv[arg + 2] + 0\n"
	"  local state, epoch = 0, ''\n"
	"  if argv[arg] == '1' then\n"
	"    local record = found[key]\n"
	"    if not record then state = 3\n"
	"    elseif record == '-' then state = 2; fit = 0\n"
	"    else state = 1; epoch = record end\n"
	"    key = key + 1\n"
	"  end\n"
	"  if held then state = 4; fit = 0 end\n"
	"  answer[out + 1], answer[out + 2] = state, epoch\n"
	"  for i = 1, n do\n"
	"    local name = keys[key + i - 1]\n"
	"    local ahead = aheads[name]\n"
	"    if not ahead then\n"
	"      ahead = (found[key + i - 1] or 0) - now\n"
	"      if ahead < 0 then ahead = 0 end\n"
	"      aheads[name] = ahead\n"
	"    end\n"
	"    local room, cost = argv[arg + 1 + 2 * i] - ahead, argv[arg + 2 + 2 * i] + 0\n"
	"    if room < fit * cost then fit = math.floor(room / cost) end\n"
	"    answer[out + 2 + i] = ahead\n"
	"  end\n"
	"  if fit > 0 then\n"
	"    for i = 1, n do\n"
	"      local name = keys[key + i - 1]\n"
	"      aheads[name] = aheads[name] + fit * argv[arg + 2 + 2 * i]\n"
	"      found[key + i - 1] = true\n"
	"    end\n"
	"  end\n"
	"  key, arg, out = key + n, arg + 3 + 2 * n, out + 2 + n\n"
	"end\n"
	"for i = 1, #keys do\n"
	"  local name = keys[i]\n"
	"  local ahead = found[i] == true and aheads[name]\n"
	"  if ahead then\n"
	"    aheads[name] = nil\n"
	"    call('SET', name, format('%d', now + ahead), 'PX', format('%d', ahead / 1000 + 1))\n"
	"  end\n"
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
	char digits[U64_DIGITS];
	struct str text = u64_text(digits, n);

	memcpy(out, text.ptr, text.len);
	return out + text.len;
}

void cache_standing_key(char out[CACHE_KEY_MAX], struct uuid tenant)
{
	out = stpcpy(out, "{");
	out = put_uuid(out, tenant);
	stpcpy(out, "}:standing");
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

static void reserve(struct script_call *call, size_t more)
{
	if (call->room - call->len >= more)
		return;
	call->room = 2 * call->room + more;
	call->text = realloc(call->text, call->room);
	if (!call->text)
		abort();
}

static void push(struct script_call *call, const char *text)
{
	size_t len = strlen(text);

	reserve(call, len + LENGTHS_TEXT);
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

size_t script_n_keys(const struct cache_check *check, bool address)
{
	return address ? 1 : check->with_session + check->n_limits;
}

size_t script_n_numbers(const struct cache_check *check, bool address)
{
	return 3 + 2 * (address ? 1 : check->n_limits);
}

void script_begin(struct script_call *call, const char *sha, size_t n_keys, size_t n_numbers)
{
	call->len = 0;
	reserve(call, LENGTHS_TEXT);
	put_length(call, '*', 3 + n_keys + n_numbers);
	push(call, sha ? "EVALSHA" : "EVAL");
	push(call, sha ? sha : cache_script);
	push_number(call, n_keys);
}

void script_put_standing_key(struct script_call *call, struct uuid tenant)
{
	char key[CACHE_KEY_MAX];

	cache_standing_key(key, tenant);
	push(call, key);
}

void script_put_standing_number(struct script_call *call, bool has_standing)
{
	push_number(call, has_standing);
}

void script_put_keys(struct script_call *call, const struct cache_check *check, bool address)
{
	char key[CACHE_KEY_MAX];

	if (address) {
		address_key(key, &check->address);
		push(call, key);
		return;
	}
	if (check->with_session) {
		cache_session_key(key, check->tenant, check->session);
		push(call, key);
	}
	for (size_t i = 0; i < check->n_limits; i++) {
		limit_key(key, check->tenant, &check->limits[i]);
		push(call, key);
	}
}

static void push_rate(struct script_call *call, const struct cache_rate *rate)
{
	uint64_t interval = (uint64_t)cache_rate_interval_us(rate);

	push_number(call, interval * rate->burst);
	push_number(call, interval * rate->cost);
}

void script_put_numbers(struct script_call *call, const struct cache_check *check, bool address,
			uint32_t n_askers)
{
	push_number(call, !address && check->with_session);
	push_number(call, address ? 1 : check->n_limits);
	push_number(call, n_askers);
	if (address)
		push_rate(call, &check->address.rate);
	else
		for (size_t i = 0; i < check->n_limits; i++)
			push_rate(call, &check->limits[i].rate);
}
