/* Health and metrics: what every daemon answers beside its own service. */
#include "aegis/svc/v1/svc.aegis.h"
#include "svc/internal.h"
#include "svc_core/health.h"
#include "svc_core/metrics.h"

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

struct status svc_check_health(struct rpc_call *call, const Svc__CheckHealthRequest *req,
			       Svc__CheckHealthResponse *resp)
{
	struct strbuf report = strbuf_new(call->arena);
	bool ready = health_is_ready(&report);
	enum health_state state = health_state();

	(void)req;
	resp->status = state != HEALTH_SERVING ? health_state_name(state)
		       : ready		       ? "serving"
					       : "failing";
	resp->reason = ready ? "" : report.ptr;
	resp->version = AEGIS_VERSION;
	resp->uptime_seconds = (instant_monotonic() - call->svc->started_at) / SECONDS(1);
	return OK;
}

struct status svc_get_metrics(struct rpc_call *call, const Svc__GetMetricsRequest *req,
			      Svc__GetMetricsResponse *resp)
{
	struct strbuf text = strbuf_new(call->arena);

	(void)req;
	metrics_write(&text);
	resp->text = (ProtobufCBinaryData){.len = text.len, .data = (uint8_t *)text.ptr};
	return OK;
}
