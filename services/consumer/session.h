#pragma once

/* What every rpc about a screening session shares. */
#include "consumer/consumer.h"
#include "consumer/screener_cache.h"
#include "screener/screener.h"
#include "svc/kit/details.h"

#define SESSION_TTL HOURS(24)

/*
 * First of all in every session rpc: a consumer must bear the token of this very
 * session (the gateway has not checked its MAC); staff have been let in by their
 * permission.  UNAUTHENTICATED/SESSION_TOKEN_INVALID, NOT_FOUND/SESSION_NOT_FOUND.
 */
struct status session_admit(struct rpc_call *call, const char *id, struct uuid *out);

/*
 * The row, read or locked.  NOT_FOUND/SESSION_NOT_FOUND, and for its consumer
 * FAILED_PRECONDITION/SESSION_EXPIRED past its time.
 */
struct status session_find(struct rpc_call *call, struct uuid id, struct q_session_row **row);
struct status session_lock(struct rpc_call *call, struct uuid id, struct q_session_row **row);

/* The state as the API says it: an open session past its time has expired. */
Consumer__SessionStatus session_status(Consumer__SessionStatus stored, instant expires_at,
				       instant now);

/* Opened answers. */
struct status session_answers(struct rpc_call *call, const struct q_session_row *row,
			      struct str *answers);

/* The day at an instant, in the time zone that the program had when the session began. */
struct status session_day(const struct q_session_row *row, instant at, date_days *out);

/* A full evaluation of answers on a day; lives as long as entry and arena. */
struct status session_evaluate(struct rpc_call *call, const struct screener_entry *entry,
			       date_days day, struct str answers, struct screener_result *result);

/*
 * An instant moved by a screener's duration, forward (+1) or back (-1).  A duration that leaves the
 * years 0001 to 9999 ends at INSTANT_MAX or INSTANT_MIN.
 */
instant duration_shift(instant t, struct screener_duration duration, int sign);

/* The last completed evaluation, opened.  FAILED_PRECONDITION/NOT_COMPLETED when there is none. */
struct attempt {
	struct q_attempt_row *row;
	date_days day; /* that it was evaluated on */
	struct str answers;
	struct str trace;
};
struct status attempt_last(struct rpc_call *call, const struct q_session_row *row,
			   struct attempt *out);

/* What is sealed for an attempt is bound to this row. */
struct str attempt_seal(struct rpc_call *call, const char *what, struct uuid session,
			int32_t number, struct str plain);

/*
 * Everything about a session: answers, and what to ask next or the outcome.
 * Filled in place; copies what it takes from the entry.
 */
struct status session_to_proto(struct rpc_call *call, const struct q_session_row *row,
			       const struct screener_entry *entry, Consumer__Session *out);

/* Somebody read a session; after: details or "". */
void emit_session_read(struct rpc_call *call, const char *action, const struct q_session_row *row,
		       struct str after);

/* A session with its opened answers, as the audit log compares sessions. */
struct session_state {
	const struct q_session_row *row;
	struct str answers;
};

/*
 * Says what changed of a session.  The log has the names of answers and outcome, and no question,
 * since questions tell answers.  NULL for old: it was started, as given.
 */
struct status emit_session(struct rpc_call *call, const char *action,
			   const struct session_state *old, const struct session_state *new,
			   const Consumer__Session *given, struct details *details);
