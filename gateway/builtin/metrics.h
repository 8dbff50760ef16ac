#pragma once

/* The gateway's own figures (svc_core/metrics.h). */
#include "gateway.h"

struct gw_metrics;

struct gw_metrics *gw_metrics_new(struct gateway *gw);
/* route may be NULL: a builtin, or nothing was found. */
void gw_metrics_note(const struct gateway *gw, const struct gw_route *route, int status,
		     int64_t us);
/* Figures that are read when asked for. */
void gw_metrics_refresh(const struct gateway *gw);
