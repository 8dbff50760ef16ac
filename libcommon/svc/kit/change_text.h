#pragma once

/*
 * The texts of a change, written from two states of one resource: `before` and `after` of its event
 * are JSON objects.  They contain the members that differ, under their public names and with
 * the values that the API answers:
 *
 *	before	{"name": "Statin savings", "endsOn": ""}
 *	after	{"name": "Statins", "endsOn": "2027-01-31"}
 *
 * A creation has no `before` and all members in `after`; a deletion has all members in `before` and
 * no `after`.  In a change, a member that one state leaves unset is null there.  A write that
 * changed nothing has {} twice: it happened, and an auditor sees who made it.  The version, the
 * kind and the id of the resource are the event's target.  The target holds one UUID, so each other
 * part of an id is in both objects of every event.
 *
 * Three names begin with "$", as no public name does:
 * - "$protected": ["email"] names members whose values the log must not hold: the contract calls
 *   the member, or a part of it, PHI, PII or secret, or it is never answered (INPUT_ONLY,
 *   OUTPUT_ONCE).  An object names each such member that has a value in its state.
 * - "$cut": {"document": {"bytes": 70213, "sha256": "…"}} names members whose values are too long
 *   for the log, with the length and the hash of the value's JSON text.
 * - "$details": {"reason": "…"} is what the daemon says beside: in `after`, of a deletion in
 *`before`.
 */
#include "base/arena.h"
#include "base/status.h"
#include "base/str.h"
#include "pbjson/pb_info.h"
#include "svc/kit/details.h"

/* The event's objects have at most 64 KiB each; what the values leave is for the names. */
#define CHANGE_VALUE_MAX  ((size_t)16 * 1024)
#define CHANGE_VALUES_MAX ((size_t)48 * 1024)

struct change_out {
	const struct pb_info *resource; /* of all states: &program__program__info */
	const void *before;		/* NULL: created */
	const void *after;		/* NULL: deleted */
	/* The resource as the caller gave it, for the names of INPUT_ONLY members; NULL: none. */
	const void *given;
	/* What the states do not say, such as a reason: an object, details.h; NULL: nothing. */
	struct details *details;
	/* For the event alone: one of the contract's topic messages and its payload_case, or NULL.
	 */
	int payload_case;
	const void *payload;
};

/* "" for an absent state. */
struct change_texts {
	struct str before;
	struct str after;
};

/*
 * Writes both objects into the arena.  Aborts when a state is no message of the resource.
 * INTERNAL/UNWRITABLE_MESSAGE when a state has no JSON form.
 */
struct status change_write(struct arena *arena, const struct change_out *change,
			   struct change_texts *out);

/* The field that is the target's id: the last part of the id that is a UUID; -1 without one. */
int change_target_field(const struct pb_info *resource);
