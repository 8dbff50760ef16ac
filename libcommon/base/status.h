#pragma once

/*
 * What a function that can fail returns: gRPC's code and a stable UPPER_SNAKE
 * reason that clients may switch on.  The reasons are listed in proto/manifest/
 * (reasons.txt, internal_reasons.txt); the build writes "base/reason.h" from the
 * lists, so a reason that is not listed does not compile.  Details for people go
 * to the log or into the call's error details.
 *
 * Codes: https://grpc.io/docs/guides/status-codes (google.rpc.Code).
 */
#include <stdbool.h>

#include "base/reason.h"

enum status_code {
	STATUS_STOPPED = -1, /* STOP; never leaves the process */
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

struct [[nodiscard]] status {
	enum status_code code;
	enum reason reason; /* REASON_NONE when OK or stopped */
};

#define OK ((struct status){})
/* FAIL(PROGRAM_ENDED): the code of a reason is part of its number, so this is a constant. */
#define FAIL(reason_) FAIL_AS(REASON_##reason_)
#define FAIL_AS(reason_)                                                                           \
	((struct status){.code = (enum status_code)((reason_) >> REASON_CODE_SHIFT),               \
			 .reason = (reason_)})
/*
 * No failure, but an end: the work was done before, or is to be undone on purpose.  It passes
 * through TRY() and makes a transaction roll back; whoever asked for it looks for is_stopped().
 */
#define STOP ((struct status){.code = STATUS_STOPPED})

static inline bool is_ok(struct status st)
{
	return st.code == STATUS_OK;
}

/* Also true of STOP. */
static inline bool is_failed(struct status st)
{
	return st.code != STATUS_OK;
}

static inline bool is_stopped(struct status st)
{
	return st.code == STATUS_STOPPED;
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

static inline struct status fail_as(enum reason reason)
{
	return FAIL_AS(reason);
}

static inline enum status_code reason_code(enum reason reason)
{
	return FAIL_AS(reason).code;
}

/* "PROGRAM_ENDED", "" for REASON_NONE.  Numbers of reasons change from build to build: what is
 * stored or sent is the name. */
const char *reason_name(enum reason reason);

/* The manifest's sentence, "" for REASON_NONE. */
const char *reason_sentence(enum reason reason);

/* The reason of that name, REASON_NONE when none is listed. */
enum reason reason_parse(const char *name);

/* The reason that stands for all of a code: REASON_NOT_FOUND for STATUS_NOT_FOUND.  REASON_NONE for
 * OK and for what is no code. */
enum reason reason_of_code(enum status_code code);

/* What a client is shown: the reason itself, or the general one of its code when it is internal. */
enum reason reason_public(enum reason reason);

/*
 * A status that another process sent as a code and the name of a reason, which may be of an older
 * or a newer version.  A name that is not listed, or is listed with another code, becomes the
 * general reason of the code; *is_known is then false, and the caller logs the name.
 */
struct status status_parse(enum status_code code, const char *name, bool *is_known);

/* The canonical name of a code, "NOT_FOUND"; "UNKNOWN" for a foreign number. */
const char *status_code_name(enum status_code code);

/* The code of a canonical name, STATUS_UNKNOWN when there is none. */
enum status_code status_code_parse(const char *name);

/* HTTP status as google.rpc.Code documents it: NOT_FOUND is 404, ABORTED 409. */
int status_http(enum status_code code);
/* "Not Found": RFC 9110's phrase (and 499, the gateway's own) for an HTTP status, NULL for one we
 * never answer. */
const char *status_http_phrase(int http);
