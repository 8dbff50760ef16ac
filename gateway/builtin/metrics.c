#include "builtin/metrics.h"

#include "svc_core/metrics.h"

#define CLASSES 5 /* 1xx to 5xx */

struct gw_metrics {
	struct metric *other[CLASSES];
	struct metric *(*routes)[CLASSES];
	struct metric *seconds;
	struct metric *open, *in_flight, *accepted, *refused_conns, *refused, *timeouts;
};

static const char *const classes[CLASSES] = {"1xx", "2xx", "3xx", "4xx", "5xx"};

static void make_counters(struct metric *out[CLASSES], const char *route)
{
	for (size_t i = 0; i < CLASSES; i++)
		out[i] = metrics_counter("aegis_gateway_requests_total",
					 "Requests answered, by route and status class.",
					 LABEL("route", route), LABEL("status", classes[i]));
}

struct gw_metrics *gw_metrics_new(struct gateway *gw)
{
	struct gw_metrics *m = arena_new_of(gw->arena, struct gw_metrics);

	m->routes = arena_calloc(gw->arena, gw->contract.n_routes + 1, sizeof *m->routes);
	make_counters(m->other, "other");
	for (size_t i = 0; i < gw->contract.n_routes; i++)
		make_counters(m->routes[i], gw->contract.routes[i].pattern);
	m->seconds = metrics_histogram("aegis_gateway_request_seconds",
				       "First byte of a request to its answer.");
	m->open = metrics_gauge("aegis_gateway_connections", "Connections open.");
	m->in_flight = metrics_gauge("aegis_gateway_in_flight", "Requests in the process.");
	m->accepted = metrics_gauge("aegis_gateway_accepted", "Connections taken since start.");
	m->refused_conns = metrics_gauge("aegis_gateway_connections_refused",
					 "Connections over a limit since start.");
	m->refused = metrics_gauge("aegis_gateway_guard_refusals", "Requests the guard refused.");
	m->timeouts = metrics_gauge("aegis_gateway_timeouts", "Deadlines that ended a connection.");
	return m;
}

void gw_metrics_note(const struct gateway *gw, const struct gw_route *route, int status, int64_t us)
{
	size_t class = status >= 100 && status < 600 ? (size_t)(status / 100 - 1) : 4;

	if (route)
		metric_add(gw->metrics->routes[route - gw->contract.routes][class], 1);
	else
		metric_add(gw->metrics->other[class], 1);
	metric_observe_us(gw->metrics->seconds, us);
}

void gw_metrics_refresh(const struct gateway *gw)
{
	struct edge_counts counts;

	edge_count(gw->edge, &counts);
	metric_set(gw->metrics->open, counts.open);
	metric_set(gw->metrics->in_flight, counts.in_flight);
	metric_set(gw->metrics->accepted, (int64_t)counts.accepted);
	metric_set(gw->metrics->refused_conns, (int64_t)counts.refused_conns);
	metric_set(gw->metrics->refused, (int64_t)counts.refused);
	metric_set(gw->metrics->timeouts, (int64_t)counts.timeouts);
}
