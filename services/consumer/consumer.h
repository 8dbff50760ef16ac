#pragma once

/*
 * Consumers take a published screener; those it lets through get a code, which
 * a partner redeems once.  Answers and traces are sealed at rest and stand in no
 * event and no log line; a code is nowhere but in the one answer that shows it.
 */
#include <aegis/consumer/v1/consumer.aegis.h>

#include "consumer/fill.h"
#include "svc/svc.h"

struct keyring;
struct screener_cache;

extern const struct svc_descriptor consumer_daemon;

/* Of the process: made at start, never changed after. */
struct consumer {
	struct keyring *ring;
	struct screener_cache *screeners;
};

struct consumer *consumer_of(const struct rpc_call *call);
