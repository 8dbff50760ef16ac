#pragma once

/*
 * Who a request belongs to: the W3C traceparent header
 * (https://www.w3.org/TR/trace-context) and our request id.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/instant.h"
#include "base/str.h"

#define TRACEPARENT_TEXT 56
#define REQUEST_ID_MAX	 64
#define REQUEST_ID_TEXT	 (REQUEST_ID_MAX + 1)

struct trace_context {
	uint8_t trace_id[16];
	uint8_t parent_id[8];
	uint8_t flags; /* bit 0: sampled */
};

/*
 * Strict: lower-case hex, no zero ids, version not "ff"; version "00" is exactly
 * 55 characters, a later one may go on after a further "-".
 */
bool trace_parse(struct str text, struct trace_context *out);
/* As version 00, with NUL. */
void trace_format(char out[TRACEPARENT_TEXT], const struct trace_context *trace);
/* A new trace that is not sampled; random ids from the kernel.  Thread-safe. */
struct trace_context trace_new(void);
/* The same trace, a new parent id: what goes on to the next process. */
struct trace_context trace_child(const struct trace_context *trace);

/* [A-Za-z0-9._-]{1,64}: such an X-Request-Id is taken over, any other replaced. */
bool request_id_is_valid(struct str text);
/* The client's id when it is valid, else a new UUID v7; with NUL. */
void request_id_choose(char out[REQUEST_ID_TEXT], struct str given, instant now);
