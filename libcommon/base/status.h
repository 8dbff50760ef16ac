#pragma once

/*
 * What a function that can fail returns: gRPC's code and a stable
 * UPPER_SNAKE reason that clients may switch on.  Details for people go to the
 * log or into the call's error details, never into the reason.
 *
 * Codes: https://grpc.io/docs/guides/status-codes (google.rpc.Code).
 */
#include <stdbool.h>

enum status_code {
	STATUS_OK = 0,
	STATUS_CANCELLED = 1,
	STATUS_UNKNOWN = 2,
	STATUS_INVALID_ARGUMENT = 3,
	STATUS_DEADLINE_EXCEEDED = 4,
	STATUS_NOT_FOUND = 5,
	STATUS_ALREADY_EXISTS = 6,
	STATUS_PERMISSION_DENIED = 7,
	STATUS_RESOURCE_EXHAUSTED = 8,
	STATUS_FAILED_PRECONDITION = 9,
	STATUS_ABORTED = 10,
	STATUS_OUT_OF_RANGE = 11,
	STATUS_UNIMPLEMENTED = 12,
	STATUS_INTERNAL = 13,
	STATUS_UNAVAILABLE = 14,
	STATUS_DATA_LOSS = 15,
	STATUS_UNAUTHENTICATED = 16,
};

/* reason is a string literal or lives as long as the arena of the call. */
struct [[nodiscard]] status {
	enum status_code code;
	const char *reason;
};

#define OK		     ((struct status){})
#define FAIL(code_, reason_) ((struct status){.code = STATUS_##code_, .reason = (reason_)})

static inline bool is_ok(struct status st)
{
	return st.code == STATUS_OK;
}

static inline bool is_failed(struct status st)
{
	return st.code != STATUS_OK;
}

#define TRY_CAT_(a, b) a##b
#define TRY_CAT(a, b)  TRY_CAT_(a, b)
#define TRY_IN(expr, name)                                                                         \
	do {                                                                                       \
		struct status name = (expr);                                                       \
		if (is_failed(name))                                                               \
			return name;                                                               \
	} while (0)

/* Returns expr's status from the enclosing function unless it is OK. */
#define TRY(expr) TRY_IN(expr, TRY_CAT(try_status_, __COUNTER__))

/* The canonical name of a code, "NOT_FOUND"; "UNKNOWN" for a foreign number. */
const char *status_code_name(enum status_code code);

/* The code of a canonical name, STATUS_UNKNOWN when there is none. */
enum status_code status_code_parse(const char *name);

/* HTTP status as google.rpc.Code documents it: NOT_FOUND is 404, ABORTED 409. */
int status_http(enum status_code code);
/* "Not Found": RFC 9110's phrase (and 499, the gateway's own) for an HTTP status, NULL for one we
 * never answer. */
const char *status_http_phrase(int http);
