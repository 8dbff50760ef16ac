#include "rpc_load.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/instant.h"

#define KEEP 2000000 /* latencies; calls past it are counted only */

struct row {
	const struct rpc_load *load;
	instant end;
	atomic_int in_flight;
	atomic_int done, failed;
	uint32_t *micros;
};

struct flight {
	struct row *row;
	instant sent_at;
};

static void send_one(struct flight *flight);

static void on_done(struct rpc_result *result, void *arg)
{
	struct flight *flight = arg;
	struct row *row = flight->row;
	instant now = instant_monotonic();
	int n = atomic_fetch_add(&row->done, 1);

	if (is_failed(result->header.status))
		atomic_fetch_add(&row->failed, 1);
	if (n < KEEP)
		row->micros[n] = (uint32_t)(now - flight->sent_at);
	rpc_result_free(&result);
	if (now < row->end)
		send_one(flight);
	else
		atomic_fetch_sub(&row->in_flight, 1);
}

static void send_one(struct flight *flight)
{
	const struct rpc_load *load = flight->row->load;

	flight->sent_at = instant_monotonic();
	rpc_send(load->client, load->daemon, load->method, &load->header, load->body, on_done,
		 flight);
}

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

struct rpc_load_result rpc_load_run(const struct rpc_load *load)
{
	struct flight *flights = calloc((size_t)load->in_flight, sizeof *flights);
	struct row row = {.load = load, .in_flight = load->in_flight};
	instant start = instant_monotonic();
	struct rpc_load_result result;
	int n;

	row.micros = malloc(KEEP * sizeof row.micros[0]);
	if (!flights || !row.micros)
		exit(EXIT_FAILURE);
	row.end = start + SECONDS(load->seconds);
	for (int i = 0; i < load->in_flight; i++) {
		flights[i].row = &row;
		send_one(&flights[i]);
	}
	while (atomic_load(&row.in_flight) > 0)
		usleep(1000);
	n = atomic_load(&row.done) < KEEP ? atomic_load(&row.done) : KEEP;
	qsort(row.micros, (size_t)n, sizeof row.micros[0], ascending);
	result = (struct rpc_load_result){
		.per_second = (double)row.done * 1e6 / (double)(instant_monotonic() - start),
		.p50_us = row.micros[n / 2],
		.p99_us = row.micros[(size_t)n * 99 / 100],
		.done = row.done,
		.failed = row.failed,
	};
	free(row.micros);
	free(flights);
	return result;
}
