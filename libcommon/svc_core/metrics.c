#include "svc_core/metrics.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

/* A power of two; more threads than shards share cells, which is only slower. */
#define SHARDS 16

/* Four buckets to a power of two, from 1 µs up to 2^36 µs (19 hours). */
#define SUB_BUCKETS 4
#define BUCKETS	    ((size_t)36 * SUB_BUCKETS)

/* Printed bounds: 2^4 µs (16 µs) to 2^26 µs (67 s). */
#define LE_FIRST 4
#define LE_LAST	 26

enum metric_kind { COUNTER, GAUGE, HISTOGRAM };

struct cell {
	_Alignas(64) _Atomic uint64_t n;
	_Atomic uint64_t sum; /* of a histogram, µs */
};

struct metric {
	struct metric *next;
	enum metric_kind kind;
	const char *name;
	const char *help;
	struct metric_label labels[METRIC_LABELS_MAX];
	size_t n_labels;
	_Atomic int64_t level; /* of a gauge */
	struct cell *cells;    /* SHARDS of them */
	_Atomic uint64_t *buckets;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct metric *first; /* sorted by family: same names stand together */
static _Atomic unsigned next_shard;
static _Thread_local unsigned own_shard; /* 0: not chosen yet, else shard + 1 */

static unsigned shard_of_thread(void)
{
	if (own_shard == 0)
		own_shard = (atomic_fetch_add(&next_shard, 1) % SHARDS) + 1;
	return own_shard - 1;
}

static void *must_calloc(size_t align, size_t size)
{
	void *p = aligned_alloc(align, (size + align - 1) / align * align);

	if (!p)
		abort();
	memset(p, 0, size);
	return p;
}

static char *must_strdup(const char *s)
{
	char *copy = strdup(s);

	if (!copy)
		abort();
	return copy;
}

static bool has_labels(const struct metric *metric, const struct metric_label *labels, size_t n)
{
	if (metric->n_labels != n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (strcmp(metric->labels[i].name, labels[i].name) != 0 ||
		    strcmp(metric->labels[i].value, labels[i].value) != 0)
			return false;
	return true;
}

static struct metric *new_metric(enum metric_kind kind, const char *name, const char *help,
				 const struct metric_label *labels, size_t n)
{
	struct metric *metric = must_calloc(64, sizeof *metric);

	if (n > METRIC_LABELS_MAX)
		abort();
	metric->kind = kind;
	metric->name = must_strdup(name);
	metric->help = must_strdup(help);
	metric->n_labels = n;
	for (size_t i = 0; i < n; i++)
		metric->labels[i] =
			LABEL(must_strdup(labels[i].name), must_strdup(labels[i].value));
	if (kind != GAUGE)
		metric->cells = must_calloc(64, SHARDS * sizeof metric->cells[0]);
	if (kind == HISTOGRAM)
		metric->buckets = must_calloc(64, BUCKETS * sizeof metric->buckets[0]);
	return metric;
}

/* Finds the metric, or puts a new one behind the last of its family. */
static struct metric *find_or_add(enum metric_kind kind, const char *name, const char *help,
				  const struct metric_label *labels, size_t n)
{
	struct metric **place = &first, *metric;

	for (struct metric **at = &first; *at; at = &(*at)->next) {
		if (strcmp((*at)->name, name) > 0)
			break;
		place = &(*at)->next;
		if (strcmp((*at)->name, name) != 0)
			continue;
		if ((*at)->kind != kind)
			abort();
		if (has_labels(*at, labels, n))
			return *at;
	}
	metric = new_metric(kind, name, help, labels, n);
	metric->next = *place;
	*place = metric;
	return metric;
}

static struct metric *get(enum metric_kind kind, const char *name, const char *help,
			  const struct metric_label *labels, size_t n)
{
	struct metric *metric;

	pthread_mutex_lock(&lock);
	metric = find_or_add(kind, name, help, labels, n);
	pthread_mutex_unlock(&lock);
	return metric;
}

struct metric *metrics_counter_of(const char *name, const char *help,
				  const struct metric_label *labels, size_t n)
{
	return get(COUNTER, name, help, labels, n);
}

struct metric *metrics_gauge_of(const char *name, const char *help,
				const struct metric_label *labels, size_t n)
{
	return get(GAUGE, name, help, labels, n);
}

struct metric *metrics_histogram_of(const char *name, const char *help,
				    const struct metric_label *labels, size_t n)
{
	return get(HISTOGRAM, name, help, labels, n);
}

void metric_add(struct metric *metric, uint64_t n)
{
	atomic_fetch_add_explicit(&metric->cells[shard_of_thread()].n, n, memory_order_relaxed);
}

void metric_set(struct metric *metric, int64_t value)
{
	atomic_store_explicit(&metric->level, value, memory_order_relaxed);
}

void metric_change(struct metric *metric, int64_t by)
{
	atomic_fetch_add_explicit(&metric->level, by, memory_order_relaxed);
}

/* The bucket of a duration: the power of two, then its next two bits. */
static unsigned bucket_of(uint64_t us)
{
	unsigned power, bucket;

	if (us < SUB_BUCKETS)
		return (unsigned)us;
	power = 63 - (unsigned)__builtin_clzll(us);
	bucket = (power - 1) * SUB_BUCKETS + (unsigned)((us >> (power - 2)) & (SUB_BUCKETS - 1));
	return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The least duration that is beyond the bucket. */
static uint64_t bucket_end(unsigned bucket)
{
	unsigned power = bucket / SUB_BUCKETS + 1;
	uint64_t step = bucket % SUB_BUCKETS + 1;

	if (bucket < SUB_BUCKETS)
		return bucket + 1;
	return (UINT64_C(1) << power) + (step << (power - 2));
}

void metric_observe_us(struct metric *metric, int64_t us)
{
	struct cell *cell = &metric->cells[shard_of_thread()];
	uint64_t value = us > 0 ? (uint64_t)us : 0;

	atomic_fetch_add_explicit(&cell->n, 1, memory_order_relaxed);
	atomic_fetch_add_explicit(&cell->sum, value, memory_order_relaxed);
	atomic_fetch_add_explicit(&metric->buckets[bucket_of(value)], 1, memory_order_relaxed);
}

int64_t metric_value(const struct metric *metric)
{
	uint64_t total = 0;

	if (metric->kind == GAUGE)
		return atomic_load_explicit(&metric->level, memory_order_relaxed);
	for (int i = 0; i < SHARDS; i++)
		total += atomic_load_explicit(&metric->cells[i].n, memory_order_relaxed);
	return (int64_t)total;
}

int64_t metric_quantile_us(const struct metric *metric, double q)
{
	uint64_t total = 0, seen = 0, wanted;

	for (unsigned i = 0; i < BUCKETS; i++)
		total += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
	wanted = (uint64_t)ceil(q * (double)total);
	for (unsigned i = 0; i < BUCKETS && total > 0; i++) {
		seen += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
		if (seen >= wanted)
			return (int64_t)bucket_end(i);
	}
	return 0;
}

/* The labels in braces, with one more when extra is given. */
static void write_labels(const struct metric *metric, const char *extra, struct strbuf *out)
{
	if (metric->n_labels == 0 && !extra)
		return;
	strbuf_add_char(out, '{');
	for (size_t i = 0; i < metric->n_labels; i++) {
		strbuf_printf(out, "%s%s=", i ? "," : "", metric->labels[i].name);
		strbuf_add_json(out, str_of(metric->labels[i].value));
	}
	if (extra)
		strbuf_printf(out, "%sle=\"%s\"", metric->n_labels ? "," : "", extra);
	strbuf_add_char(out, '}');
}

static void write_histogram(const struct metric *metric, struct strbuf *out)
{
	uint64_t seen = 0, sum = 0, total = 0;
	unsigned bucket = 0;
	char bound[32];

	for (unsigned i = 0; i < BUCKETS; i++)
		total += atomic_load_explicit(&metric->buckets[i], memory_order_relaxed);
	for (unsigned power = LE_FIRST; power <= LE_LAST; power++) {
		for (; bucket < BUCKETS && bucket_end(bucket) <= (UINT64_C(1) << power); bucket++)
			seen += atomic_load_explicit(&metric->buckets[bucket],
						     memory_order_relaxed);
		snprintf(bound, sizeof bound, "%g", (double)(UINT64_C(1) << power) / 1e6);
		strbuf_printf(out, "%s_bucket", metric->name);
		write_labels(metric, bound, out);
		strbuf_printf(out, " %llu\n", (unsigned long long)(seen < total ? seen : total));
	}
	for (int i = 0; i < SHARDS; i++)
		sum += atomic_load_explicit(&metric->cells[i].sum, memory_order_relaxed);
	strbuf_printf(out, "%s_bucket", metric->name);
	write_labels(metric, "+Inf", out);
	strbuf_printf(out, " %llu\n%s_sum", (unsigned long long)total, metric->name);
	write_labels(metric, NULL, out);
	strbuf_printf(out, " %.6f\n%s_count", (double)sum / 1e6, metric->name);
	write_labels(metric, NULL, out);
	strbuf_printf(out, " %llu\n", (unsigned long long)total);
}

void metrics_write(struct strbuf *out)
{
	static const char *const kinds[] = {"counter", "gauge", "histogram"};
	const char *family = "";

	pthread_mutex_lock(&lock);
	for (const struct metric *metric = first; metric; metric = metric->next) {
		if (strcmp(family, metric->name) != 0)
			strbuf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name,
				      metric->help, metric->name, kinds[metric->kind]);
		family = metric->name;
		if (metric->kind == HISTOGRAM) {
			write_histogram(metric, out);
			continue;
		}
		strbuf_add_c(out, metric->name);
		write_labels(metric, NULL, out);
		strbuf_printf(out, " %lld\n", (long long)metric_value(metric));
	}
	pthread_mutex_unlock(&lock);
}
