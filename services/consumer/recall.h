#pragma once

/*
 * Recalls.  The row in consumer.recall is the effect: every statement that takes a
 * code reads it.  Voiding the codes one by one only makes them look like what
 * they are; the job does it in batches, and may be run twice.
 */
#include "consumer/consumer.h"

#define JOB_RECALL "recall"

/* Queues the voiding of a recall's codes behind the one given (nil: of all), in the open
 * transaction. */
struct status recall_queue(struct rpc_call *call, struct uuid recall, struct uuid behind);

struct status recall_job(struct rpc_call *call, const struct svc_job_run *job);
