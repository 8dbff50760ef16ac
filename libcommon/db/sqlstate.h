#pragma once

/*
 * SQLSTATE to status, in one table.  A service names reasons for its
 * constraints; what the server says in words goes to the log alone, for it may
 * hold values.
 */
#include "base/status.h"

/* Ended by a NULL constraint. */
struct db_constraint_map {
	const char *constraint; /* "member_email_key" */
	enum reason reason;	/* REASON_MEMBER_EXISTS; its code is the status */
};

/*
 * sqlstate is the five characters of an error answer, constraint its constraint
 * name or NULL, map may be NULL.
 *
 * 23505 ALREADY_EXISTS · 23503 and 23P01 FAILED_PRECONDITION · 23502, 23514 and
 * 22xxx INVALID_ARGUMENT · 40001 and 40P01 ABORTED/SERIALIZATION_FAILURE (run it
 * again) · 55P03 ABORTED/LOCK_NOT_AVAILABLE · 57014 DEADLINE_EXCEEDED · 53xxx
 * RESOURCE_EXHAUSTED · 08xxx and 57P01 to 57P05 UNAVAILABLE · 42501
 * PERMISSION_DENIED · else INTERNAL/DATABASE_ERROR.
 */
struct status sqlstate_status(const char *sqlstate, const char *constraint,
			      const struct db_constraint_map *map);

/* Should the whole transaction be run again, with a fresh arena? */
bool db_is_serialization_failure(struct status st);
