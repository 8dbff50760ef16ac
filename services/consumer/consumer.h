#pragma once

/*
 * Consumers take a published screener; those it lets through get a code, which
 * a partner redeems once.  Answers and traces are sealed at rest and stand in no
 * event and no log line; a code is nowhere but in the one answer that shows it.
 */
#include <aegis/consumer/v1/consumer.aegis.h>

#include "consumer/queries.h"
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

/* The field's option has checked the form: nil only for an empty text. */
struct uuid consumer_id(const char *text);

ProtobufCBinaryData consumer_bytes(struct str s);

/* The place of a word in a NULL-ended list, 0 when it is in none. */
int word_index(const char *const *words, const char *word);

/* The state of a code as its row has it. */
Consumer__CodeStatus code_status_of(const char *word);
