#include "cache/gcra.h"

#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/fnv1a.h"

#define NEIGHBOURS 8

/* Where classes of methods, which are small, leave off. */
#define CLASS_EVERYONE	(-1)
#define CLASS_ADDRESSES (-2)

struct bucket {
	uint64_t key; /* hash of its name; 0 is free */
	instant tat;
	instant used;
};

struct gcra_table {
	uint64_t seed;
	size_t mask;
	struct bucket *buckets;
};

static uint32_t to_ms(instant us)
{
	instant ms = (us + 999) / 1000;

	return ms > UINT32_MAX ? UINT32_MAX : (uint32_t)ms;
}

struct gcra_result gcra_step(instant *tat, instant now, const struct cache_rate *rate)
{
	instant interval = cache_rate_interval_us(rate);
	instant tolerance = interval * rate->burst;
	instant from = *tat > now ? *tat : now;
	instant next = from + interval * rate->cost;
	instant left = tolerance - (next - now);

	if (left < 0)
		return (struct gcra_result){
			.reset_ms = to_ms(from - now),
			.retry_ms = to_ms(-left),
		};
	*tat = next;
	return (struct gcra_result){
		.allowed = true,
		.remaining = (uint32_t)(left / interval),
		.reset_ms = to_ms(next - now),
	};
}

static bool is_nearer(const struct cache_verdict *verdict, const struct cache_rate *rate,
		      uint32_t remaining)
{
	return verdict->limit == 0 ||
	       (uint64_t)remaining * verdict->limit < (uint64_t)verdict->remaining * rate->burst;
}

static void note(struct cache_verdict *verdict, const struct cache_rate *rate,
		 const struct gcra_result *result)
{
	if (result->allowed ? !verdict->allowed || !is_nearer(verdict, rate, result->remaining)
			    : !verdict->allowed && result->retry_ms <= verdict->retry_ms)
		return;
	verdict->allowed = result->allowed;
	verdict->limit = rate->burst;
	verdict->window_s = cache_rate_window_s(rate);
	verdict->remaining = result->remaining;
	verdict->reset_ms = result->reset_ms;
	verdict->retry_ms = result->retry_ms;
}

bool gcra_take(struct gcra_buckets *buckets, instant now, struct cache_verdict *verdict)
{
	instant tats[CACHE_LIMITS_MAX + 1];

	memcpy(tats, buckets->tats, sizeof tats);
	for (size_t i = 0; i < buckets->n; i++) {
		struct gcra_result result = gcra_step(&tats[i], now, buckets->rates[i]);

		note(verdict, buckets->rates[i], &result);
		if (!result.allowed)
			return false;
	}
	memcpy(buckets->tats, tats, sizeof tats);
	return true;
}

struct gcra_table *gcra_table_new(size_t n_buckets)
{
	struct gcra_table *table = calloc(1, sizeof *table);
	size_t n = NEIGHBOURS;

	while (n < n_buckets)
		n *= 2;
	if (!table)
		abort();
	while (getrandom(&table->seed, sizeof table->seed, 0) != sizeof table->seed)
		;
	table->mask = n - 1;
	table->buckets = calloc(n, sizeof *table->buckets);
	if (!table->buckets)
		abort();
	return table;
}

void gcra_table_free(struct gcra_table **table)
{
	if (!*table)
		return;
	free((*table)->buckets);
	free(*table);
	*table = NULL;
}

/*
 * What tells buckets apart.  The seed is not known outside, so nobody can choose
 * an id that falls into another's bucket.
 */
struct bucket_name {
	uint64_t seed;
	int64_t class;
	union {
		struct uuid ids[2]; /* tenant and whose */
		char address[CACHE_ADDRESS_TEXT + 2];
	};
};

static uint64_t key_of(const struct bucket_name *name)
{
	uint64_t hash = fnv1a_64(name, sizeof *name);

	return hash ? hash : 1;
}

static uint64_t key_of_limit(const struct gcra_table *table, const struct cache_check *check,
			     const struct cache_limit *limit)
{
	struct bucket_name name = {.seed = table->seed,
				   .class = limit->everyone ? CLASS_EVERYONE : limit->class,
				   .address = ""};

	name.ids[0] = check->tenant;
	if (!limit->everyone)
		name.ids[1] = limit->who;
	return key_of(&name);
}

static uint64_t key_of_address(const struct gcra_table *table,
			       const struct cache_address_limit *limit)
{
	struct bucket_name name = {
		.seed = table->seed, .class = CLASS_ADDRESSES - limit->class, .address = ""};

	memcpy(name.address, limit->address, strlen(limit->address));
	return key_of(&name);
}

static struct bucket *find(struct gcra_table *table, uint64_t key, instant now)
{
	struct bucket *oldest = NULL;

	for (size_t i = 0; i < NEIGHBOURS; i++) {
		struct bucket *bucket = &table->buckets[(key + i) & table->mask];

		if (bucket->key == key) {
			bucket->used = now;
			return bucket;
		}
		if (!oldest || bucket->used < oldest->used)
			oldest = bucket;
	}
	*oldest = (struct bucket){.key = key, .used = now};
	return oldest;
}

static void ask(struct gcra_table *table, const struct cache_check *check, instant now,
		struct cache_verdict *verdict, bool takes)
{
	struct gcra_buckets buckets = {.n = check->n_limits + check->with_address};
	struct bucket *slots[CACHE_LIMITS_MAX + 1];

	*verdict = (struct cache_verdict){.allowed = true};
	for (size_t i = 0; i < buckets.n; i++) {
		bool address = i == check->n_limits;

		buckets.rates[i] = address ? &check->address.rate : &check->limits[i].rate;
		slots[i] = find(table,
				address ? key_of_address(table, &check->address)
					: key_of_limit(table, check, &check->limits[i]),
				now);
		buckets.tats[i] = slots[i]->tat;
	}
	if (!gcra_take(&buckets, now, verdict) || !takes)
		return;
	for (size_t i = 0; i < buckets.n; i++)
		slots[i]->tat = buckets.tats[i];
}

void gcra_table_check(struct gcra_table *table, const struct cache_check *check, instant now,
		      struct cache_verdict *verdict)
{
	ask(table, check, now, verdict, true);
}

void gcra_table_peek(struct gcra_table *table, const struct cache_check *check, instant now,
		     struct cache_verdict *verdict)
{
	ask(table, check, now, verdict, false);
}
