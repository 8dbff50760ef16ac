#include "consumer/session.h"

#include "consumer/keys.h"
#include "screener/value/calendar.h"
#include "svc/kit/change.h"
#include "zone/zone.h"

struct status session_admit(struct rpc_call *call, const char *id, struct uuid *out)
{
	const struct principal *p = call->principal;
	struct bearer bearer;

	*out = pb_uuid(id);
	if (p->kind != PRINCIPAL_SESSION)
		return OK;
	if (p->n_scopes != 1 || !session_token_parse(call, p->scopes[0], &bearer) ||
	    !uuid_eq(bearer.tenant, call->tenant) || !uuid_eq(bearer.id, p->id))
		return FAIL(SESSION_TOKEN_INVALID);
	if (!uuid_eq(bearer.id, *out))
		return FAIL(SESSION_NOT_FOUND);
	return OK;
}

static struct status check_found(const struct rpc_call *call, const struct q_session_row *row)
{
	if (!row)
		return FAIL(SESSION_NOT_FOUND);
	if (call->principal->kind == PRINCIPAL_SESSION && row->expires_at <= call->now)
		return FAIL(SESSION_EXPIRED);
	return OK;
}

struct status session_find(struct rpc_call *call, struct uuid id, struct q_session_row **row)
{
	struct q_session_row *found;

	TRY(q_screening_by_id(call->tx, id, &found));
	TRY(check_found(call, found));
	*row = found;
	return OK;
}

struct status session_lock(struct rpc_call *call, struct uuid id, struct q_session_row **row)
{
	struct q_session_row *found;

	TRY(q_lock_screening(call->tx, id, &found));
	TRY(check_found(call, found));
	*row = found;
	return OK;
}

Consumer__SessionStatus session_status(Consumer__SessionStatus stored, instant expires_at,
				       instant now)
{
	return stored == CONSUMER__SESSION_STATUS__OPEN && expires_at <= now
		       ? CONSUMER__SESSION_STATUS__EXPIRED
		       : stored;
}

struct status session_answers(struct rpc_call *call, const struct q_session_row *row,
			      struct str *answers)
{
	return phi_open(call, "answers", row->id, row->answers, answers);
}

struct status session_day(const struct q_session_row *row, instant at, date_days *out)
{
	return zone_date(row->time_zone, at, out);
}

struct status session_evaluate(struct rpc_call *call, const struct screener_entry *entry,
			       date_days day, struct str answers, struct screener_result *result)
{
	struct screener_answers *parsed;

	TRY(screener_answers_parse(entry->program, call->arena, answers, day, &parsed));
	screener_eval(entry->program, parsed, call->arena, SCREENER_FULL, result);
	return OK;
}

/* Months keep the time of the day and clamp to the month's last day. */
instant duration_shift(instant t, struct screener_duration duration, int sign)
{
	instant end = sign > 0 ? INSTANT_MAX : INSTANT_MIN, moved;
	date_days date = date_of_instant(t), day;

	if (!calendar_add(date, (int64_t)sign * duration.months, CALENDAR_MONTH, &day))
		return end;
	moved = t + DAYS((int64_t)day - date) + sign * SECONDS(duration.seconds);
	return moved < INSTANT_MIN || moved > INSTANT_MAX ? end : moved;
}

/* An attempt has no id of its own: session and number name it. */
static const char *attempt_name(struct rpc_call *call, const char *what, int32_t number)
{
	return arena_printf(call->arena, "attempt %s %d", what, number);
}

struct str attempt_seal(struct rpc_call *call, const char *what, struct uuid session,
			int32_t number, struct str plain)
{
	return phi_seal(call, attempt_name(call, what, number), session, plain);
}

struct status attempt_last(struct rpc_call *call, const struct q_session_row *session,
			   struct attempt *out)
{
	struct q_attempt_row *row;

	TRY(q_last_attempt(call->tx, session->id, &row));
	if (!row)
		return FAIL(NOT_COMPLETED);
	out->row = row;
	/* Attempts from before the day was stored were evaluated on the session's first day in UTC.
	 */
	out->day = row->as_of ? *row->as_of : date_of_instant(session->created_at);
	TRY(phi_open(call, attempt_name(call, "answers", row->number), session->id, row->answers,
		     &out->answers));
	return phi_open(call, attempt_name(call, "trace", row->number), session->id, row->trace,
			&out->trace);
}

void emit_session_read(struct rpc_call *call, const char *action, const struct q_session_row *row,
		       struct str after)
{
	svc_emit(call, &(struct event_out){.action = action,
					   .target_kind = consumer__session__info.kind,
					   .target_id = row->id,
					   .target_version = row->version,
					   .after = after});
}

static struct status fill_state(struct rpc_call *call, const struct session_state *state,
				Consumer__Session *out)
{
	TRY(q_session_fill(call->arena, state->row, out));
	out->answers = pb_bytes(state->answers);
	if (!state->row->outcome)
		return OK;
	out->outcome = arena_new_of(call->arena, Consumer__Outcome);
	consumer__outcome__init(out->outcome);
	out->outcome->id = state->row->outcome;
	return OK;
}

struct status emit_session(struct rpc_call *call, const char *action,
			   const struct session_state *old, const struct session_state *new,
			   const Consumer__Session *given, struct details *details)
{
	Consumer__Session before = CONSUMER__SESSION__INIT, after = CONSUMER__SESSION__INIT;

	if (old)
		TRY(fill_state(call, old, &before));
	TRY(fill_state(call, new, &after));
	return svc_emit_change(call, action,
			       &(struct change_out){.resource = &consumer__session__info,
						    .before = old ? &before : NULL,
						    .after = &after,
						    .given = given,
						    .details = details});
}
