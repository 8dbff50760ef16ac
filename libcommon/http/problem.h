#pragma once

/*
 * Errors at the edge: application/problem+json (RFC 9457) with our members
 * type, title, status, detail, instance, code, reason, requestId, fields[],
 * retryAfter.  reason is what clients switch on; of what a client sent only field
 * names and values of unprotected fields are repeated.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"
#include "contract/method.h"

#define PROBLEM_CONTENT_TYPE "application/problem+json"
/* type is this and the reason: a page of the documentation. */
#define PROBLEM_TYPE_BASE "/problems/"

struct problem {
	struct status status;
	int http;		/* 0: status_http(status.code) */
	const char *detail;	/* a sentence for a person, or NULL */
	const char *instance;	/* a URI reference of this occurrence, or NULL */
	const char *request_id; /* or NULL */
	const struct field_error *fields;
	size_t n_fields;
	uint32_t retry_after_ms; /* 0: none */
};

/* The HTTP status of the answer: of the code, but 503 where a limit is the platform's own
 * (DATABASE_FULL). */
int problem_http(const struct problem *problem);
/* "Not Found": the title for an HTTP status. */
const char *problem_title(int http);
void problem_write(struct strbuf *out, const struct problem *problem);
