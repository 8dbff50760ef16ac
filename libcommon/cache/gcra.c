#include "cache/gcra.h"

#include <stdlib.h>
#include <string.h>

#define NEIGHBOURS 8

struct bucket {
	uint64_t key; /* hash of tenant and who; 0 is free */
	instant tat;
	instant used;
};

struct gcra_table {
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

struct gcra_table *gcra_table_new(size_t n_buckets)
{
	struct gcra_table *table = calloc(1, sizeof *table);
	size_t n = NEIGHBOURS;

	while (n < n_buckets)
		n *= 2;
	if (!table)
		abort();
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

static uint64_t key_of(const struct uuid *tenant, const char *who)
{
	uint64_t hash = fnv1a_64(who, strlen(who));

	if (tenant)
		hash ^= fnv1a_64(tenant->bytes, sizeof tenant->bytes) * 0x9e3779b97f4a7c15u;
	return hash ? hash : 1;
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

static void note(struct cache_verdict *verdict, const struct cache_rate *rate,
		 const struct gcra_result *result)
{
	bool nearer = (uint64_t)result->remaining * verdict->limit <
		      (uint64_t)verdict->remaining * rate->burst;

	if (result->allowed && verdict->limit && !nearer)
		return;
	verdict->allowed = result->allowed;
	verdict->limit = rate->burst;
	verdict->window_s = cache_rate_window_s(rate);
	verdict->remaining = result->remaining;
	verdict->reset_ms = result->reset_ms;
	verdict->retry_ms = result->retry_ms;
}

void gcra_table_check(struct gcra_table *table, const struct cache_check *check, instant now,
		      struct cache_verdict *verdict)
{
	instant *slots[CACHE_LIMITS_MAX + 1];
	instant tats[CACHE_LIMITS_MAX + 1];
	size_t n = check->n_limits + check->with_address;

	*verdict = (struct cache_verdict){.allowed = true};
	for (size_t i = 0; i < n; i++) {
		bool address = i == check->n_limits;
		const struct cache_limit *limit = address ? &check->address : &check->limits[i];
		uint64_t key = key_of(address ? NULL : &check->tenant, limit->who);
		struct bucket *bucket = find(table, key, now);
		struct gcra_result result;

		slots[i] = &bucket->tat;
		tats[i] = bucket->tat;
		result = gcra_step(&tats[i], now, &limit->rate);
		note(verdict, &limit->rate, &result);
		if (!result.allowed)
			return;
	}
	for (size_t i = 0; i < n; i++)
		*slots[i] = tats[i];
}
