#include "program/period.h"

#include "contract/time.h"
#include "zone/zone.h"

static struct status first_instant(struct arena *arena, const struct q_program_row *row,
				   const date_days *day, int later, const instant **out)
{
	instant t;

	*out = NULL;
	if (!day)
		return OK;
	TRY(zone_day_begins(row->time_zone, *day + later, &t));
	*out = arena_memdup(arena, &t, sizeof t);
	return OK;
}

struct status program_period(struct arena *arena, const struct q_program_row *row,
			     struct program_period *out)
{
	TRY(first_instant(arena, row, row->starts_on, 0, &out->begins_at));
	return first_instant(arena, row, row->ends_on, 1, &out->ends_at);
}

struct status program_check_not_over(struct rpc_call *call, const struct q_program_row *row)
{
	struct program_period period;

	TRY(program_period(call->arena, row, &period));
	if (strcmp(row->status, "ended") == 0 || (period.ends_at && *period.ends_at <= call->now))
		return FAIL(PROGRAM_ENDED);
	return OK;
}

struct status program_check_period(struct rpc_call *call, const struct q_program_row *row)
{
	struct program_period period;

	TRY(program_check_not_over(call, row));
	TRY(program_period(call->arena, row, &period));
	if (period.begins_at && *period.begins_at > call->now)
		return FAIL(PROGRAM_NOT_BEGUN);
	return OK;
}

struct status program_state(struct arena *arena, const struct q_program_row *row, bool is_deleted,
			    Program__ProgramState *out)
{
	struct program_period period;

	TRY(program_period(arena, row, &period));
	program__program_state__init(out);
	out->program_id = uuid_text(arena, row->id);
	out->version = row->version;
	out->status = is_deleted ? "deleted" : row->status;
	out->begins_at = pb_timestamp_opt(arena, period.begins_at);
	out->ends_at = pb_timestamp_opt(arena, period.ends_at);
	out->redeem_when_paused = row->redeem_when_paused;
	out->redeem_after_end = row->redeem_after_end;
	out->last_version = row->last_version;
	return OK;
}
