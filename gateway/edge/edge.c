/* The whole: configuration, loops, drain. */
#include "edge/edge.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "edge/internal.h"

struct status edge_new(const struct edge_config *config, const struct edge_handler *handler,
		       struct edge **out)
{
	struct edge *edge = calloc(1, sizeof *edge);
	struct status st = OK;

	if (!edge)
		abort();
	edge->config = *config;
	edge->handler = *handler;
	edge->n_loops = config->n_loops ? config->n_loops : 1;
	edge->loops = calloc(edge->n_loops, sizeof *edge->loops);
	if (!edge->loops)
		abort();
	edge->addresses = edge_addresses_new(&config->limits);
	for (unsigned i = 0; i < edge->n_loops; i++)
		edge_loop_init(edge, &edge->loops[i]);
	if (config->tls_certificate)
		st = edge_tls_new(config->tls_certificate, config->tls_key, &edge->tls);
	if (is_ok(st))
		st = edge_bind(edge);
	if (is_failed(st))
		edge_free(&edge);
	*out = edge;
	return st;
}

void edge_start(struct edge *edge)
{
	for (unsigned i = 0; i < edge->n_loops; i++)
		if (pthread_create(&edge->loops[i].thread, NULL, edge_loop_run, &edge->loops[i]))
			abort();
	edge->started = true;
}

void edge_drain(struct edge *edge, instant deadline)
{
	struct edge_counts counts;

	for (unsigned i = 0; i < edge->n_loops; i++) {
		edge->loops[i].draining = true;
		edge_loop_wake(&edge->loops[i]);
	}
	do {
		usleep(10 * 1000);
		edge_count(edge, &counts);
	} while (counts.open && instant_monotonic() < deadline);
}

void edge_free(struct edge **edge)
{
	if (!*edge)
		return;
	for (unsigned i = 0; i < (*edge)->n_loops && (*edge)->started; i++) {
		(*edge)->loops[i].stop = true;
		edge_loop_wake(&(*edge)->loops[i]);
		pthread_join((*edge)->loops[i].thread, NULL);
	}
	for (unsigned i = 0; i < (*edge)->n_loops; i++)
		edge_loop_fini(&(*edge)->loops[i]);
	edge_addresses_free(&(*edge)->addresses);
	edge_tls_free(&(*edge)->tls);
	free((*edge)->loops);
	free(*edge);
	*edge = NULL;
}

uint16_t edge_port(const struct edge *edge)
{
	return edge->port;
}

uint16_t edge_private_port(const struct edge *edge)
{
	return edge->private_port;
}

void edge_count(const struct edge *edge, struct edge_counts *counts)
{
	*counts = (struct edge_counts){};
	for (unsigned i = 0; i < edge->n_loops; i++) {
		struct edge_loop *loop = &edge->loops[i];

		counts->accepted += loop->accepted;
		counts->refused_conns += loop->refused_conns;
		counts->requests += loop->requests;
		counts->refused += loop->refused;
		counts->timeouts += loop->timeouts;
		counts->open += loop->open;
		counts->in_flight += loop->in_flight;
	}
}

struct edge_loop *edge_loop_at(const struct edge *edge, unsigned index)
{
	return edge->started && index < edge->n_loops ? &edge->loops[index] : NULL;
}
