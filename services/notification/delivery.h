#pragma once

/* The job that hands one mail over. */
#include "svc/svc.h"

struct status run_delivery(struct rpc_call *call, const struct svc_job_run *job);
