/* The methods a daemon answers: its own, then those of every daemon. */
#include <stdlib.h>

#include "aegis/svc/v1/svc.aegis.h"
#include "base/log.h"
#include "svc/internal.h"
#include "svc_core/metrics.h"

static void add_table(struct svc *svc, const struct rpc_handler_table *table, bool is_quiet)
{
	for (size_t i = 0; i < table->service->n_methods; i++) {
		struct svc_route *route = &svc->routes[svc->n_routes++];

		route->method = &table->service->methods[i];
		route->handler = table->handlers[i];
		route->is_quiet = is_quiet;
		route->metrics.seconds =
			metrics_histogram("aegis_rpc_seconds", "Time calls took in a worker.",
					  LABEL("method", route->method->name));
	}
}

void svc_build_routes(struct svc *svc)
{
	const struct svc_descriptor *d = svc->descriptor;
	size_t n = d->service->n_methods + svc_service.n_methods;

	svc->routes = calloc(n, sizeof svc->routes[0]);
	if (!svc->routes)
		abort();
	svc->retries = metrics_counter("aegis_tx_retries_total",
				       "Calls run again because they could not be serialized.");
	add_table(svc, d->handlers, false);
	add_table(svc, &svc_handlers, true);
}

struct svc_route *svc_find_route(struct svc *svc, uint32_t method_id)
{
	for (size_t i = 0; i < svc->n_routes; i++)
		if (svc->routes[i].method->id == method_id)
			return &svc->routes[i];
	return NULL;
}

/* Made when a code first occurs; two threads may ask at once and get the same. */
static struct metric *counter_of(struct svc_route *route, enum status_code code)
{
	unsigned index = (unsigned)code < 17 ? (unsigned)code : STATUS_UNKNOWN;
	_Atomic(struct metric *) *slot = &route->metrics.codes[index];
	struct metric *metric = atomic_load_explicit(slot, memory_order_acquire);

	if (metric)
		return metric;
	metric = metrics_counter("aegis_rpc_total", "Calls answered.",
				 LABEL("method", route->method->name),
				 LABEL("code", status_code_name(code)));
	atomic_store_explicit(slot, metric, memory_order_release);
	return metric;
}

void svc_count_call(struct svc_route *route, enum status_code code, instant us)
{
	metric_add(counter_of(route, code), 1);
	metric_observe_us(route->metrics.seconds, us);
}
