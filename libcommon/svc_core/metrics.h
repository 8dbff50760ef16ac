#pragma once

/*
 * Counters, gauges and histograms of a process, printed as Prometheus text
 * (https://prometheus.io/docs/instrumenting/exposition_formats).  Adding is a
 * relaxed add on a cell of the calling thread's own cache line, so any thread
 * may do it on the hot path; cells are summed when read.  Metrics are made at
 * start and live as long as the process.
 *
 *   calls = metrics_counter("aegis_calls_total", "Calls answered.",
 *                           LABEL("method", name), LABEL("code", "OK"));
 *   metric_add(calls, 1);
 */
#include <stddef.h>
#include <stdint.h>

struct strbuf;
struct metric;

#define METRIC_LABELS_MAX 3

struct metric_label {
	const char *name;
	const char *value; /* copied */
};

#define LABEL(name_, value_) ((struct metric_label){(name_), (value_)})

/*
 * Metrics of one name are one family: same kind and help.  Asking again for the
 * same name and labels gives the same metric.  Takes a lock: not for hot paths.
 */
struct metric *metrics_counter_of(const char *name, const char *help,
				  const struct metric_label *labels, size_t n);
struct metric *metrics_gauge_of(const char *name, const char *help,
				const struct metric_label *labels, size_t n);
/*
 * A histogram over microseconds with four buckets to a power of two in memory,
 * printed in seconds with one `le` a power of two from 16 µs to 64 s.
 */
struct metric *metrics_histogram_of(const char *name, const char *help,
				    const struct metric_label *labels, size_t n);

#define METRIC_LABELS_(...) (struct metric_label[]){{}, __VA_ARGS__} + 1
#define METRIC_N_(...)                                                                             \
	(sizeof((struct metric_label[]){{}, __VA_ARGS__}) / sizeof(struct metric_label) - 1)
#define metrics_counter(name, help, ...)                                                           \
	metrics_counter_of(name, help, METRIC_LABELS_(__VA_ARGS__), METRIC_N_(__VA_ARGS__))
#define metrics_gauge(name, help, ...)                                                             \
	metrics_gauge_of(name, help, METRIC_LABELS_(__VA_ARGS__), METRIC_N_(__VA_ARGS__))
#define metrics_histogram(name, help, ...)                                                         \
	metrics_histogram_of(name, help, METRIC_LABELS_(__VA_ARGS__), METRIC_N_(__VA_ARGS__))

void metric_add(struct metric *metric, uint64_t n);
/* Gauges: the last value set by anyone, and relative changes. */
void metric_set(struct metric *metric, int64_t value);
void metric_change(struct metric *metric, int64_t by);
void metric_observe_us(struct metric *metric, int64_t us);

/* The sum of a counter, the value of a gauge, the count of a histogram. */
int64_t metric_value(const struct metric *metric);
/* An upper bound of the q-quantile (0 < q < 1) of a histogram in µs; 0 when empty. */
int64_t metric_quantile_us(const struct metric *metric, double q);

/* Every metric, families together. */
void metrics_write(struct strbuf *out);
