#pragma once

/* HTTP to the gateway: whole answers, one after the other with patience for 429, or many at once.
 */
#include <jansson.h>

#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"

struct http;

struct http_call {
	const char *method, *path;
	const char *body;  /* JSON, or NULL */
	const char *token; /* bearer, or NULL */
};

struct http_answer {
	int status;
	struct str headers, body; /* in the arena of the call */
};

/* url is "http://host:port", without a slash at its end; it is copied. */
struct http *http_new(const char *url);
void http_free(struct http **http);

/*
 * Blocks until the whole answer is there, 30 s at most; every call carries an
 * Idempotency-Key of its own.  Waits and asks again when the answer is 429, for
 * a minute at most.  UNAVAILABLE/GATEWAY_UNAVAILABLE.
 */
struct status http_run(struct http *http, struct arena *arena, const struct http_call *call,
		       struct http_answer *answer);

/*
 * All of them at once, on at most HTTP_AT_ONCE connections that stay open for the
 * next time.  An answer's status is 0 when none came; a 429 is an answer.
 */
#define HTTP_AT_ONCE 16
void http_run_many(struct http *http, struct arena *arena, const struct http_call *calls, size_t n,
		   struct http_answer *answers);

/* The answer as JSON, NULL when it is none; owned by the caller. */
json_t *http_json(const struct http_answer *answer);

/* The text or number at "events.0.id" as text in the arena; NULL when it is not there. */
const char *json_text_at(struct arena *arena, const json_t *json, const char *path);

/*
 * The answer to a call is not what the proof goes on with: the call and what is wrong go to
 * standard error.  Returns FAILED_PRECONDITION/PROOF_STEP.
 */
struct status http_not_that(const struct http_call *call, const char *wrong);
