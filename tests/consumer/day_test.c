/* Which day it is for a screener. */
#include "world.h"

TEST_DATABASE
TestSuite(day, .init = world_start, .fini = world_stop, .timeout = 120);

/* 2026-03-01T09:00:00Z: 28 February, 23:00 in Honolulu; 1 March, 19:00 on Guam. */
#define EVE_IN_HAWAII	     (SECONDS(1772355600))
#define BORN_18_YEARS_BEFORE "{\"birth_date\":\"2008-03-01\"}"

static struct a_program adults(const char *zone)
{
	return a_program(.document = "adults.json", .time_zone = zone);
}

static const Consumer__Session *taken_at(const struct a_program *program, instant now)
{
	struct visitor visitor;

	now_is(now);
	visitor = a_visitor(program);
	put(&visitor, BORN_18_YEARS_BEFORE);
	return complete(&visitor);
}

Test(day, a_seventeen_year_old_in_hawaii_does_not_pass_on_the_eve)
{
	struct a_program hawaii = adults("Pacific/Honolulu"), greenwich = adults("UTC");
	const Consumer__Session *eve = taken_at(&hawaii, EVE_IN_HAWAII);
	const Consumer__Session *birthday = taken_at(&hawaii, EVE_IN_HAWAII + HOURS(1));

	cr_assert_str_eq(eve->outcome->id, "no");
	cr_assert_str_eq(eve->as_of, "2026-02-28");
	cr_assert_str_eq(birthday->outcome->id, "ok");
	cr_assert_str_eq(birthday->as_of, "2026-03-01");
	cr_assert_str_eq(taken_at(&greenwich, EVE_IN_HAWAII)->outcome->id, "ok");
}

Test(day, of_guam_is_no_day_too_late)
{
	struct a_program guam = adults("Pacific/Guam"), greenwich = adults("UTC");
	const char *today_in_guam = "{\"birth_date\":\"2026-03-02\"}";
	struct visitor there, here;

	now_is(EVE_IN_HAWAII + HOURS(6));
	there = a_visitor(&guam);
	here = a_visitor(&greenwich);
	cr_assert_eq(put(&there, today_in_guam)->n_problems, 0);
	cr_assert_eq(put(&here, today_in_guam)->n_problems, 1);
}

static const Consumer__ReplaySessionResponse *replay(const char *id)
{
	Consumer__ReplaySessionRequest request = CONSUMER__REPLAY_SESSION_REQUEST__INIT;

	request.id = id;
	return expect_ok(ask(staff(), "ReplaySession", &request));
}

static const char *trace_of(const char *id)
{
	Consumer__GetTraceRequest request = CONSUMER__GET_TRACE_REQUEST__INIT;

	request.id = id;
	return text_of(
		((const Consumer__Trace *)expect_ok(ask(staff(), "GetTrace", &request)))->trace);
}

Test(day, of_a_completion_is_kept_in_the_trace_and_for_the_replay_also_past_midnight)
{
	struct a_program hawaii = adults("Pacific/Honolulu");
	struct visitor visitor;
	const Consumer__Session *session;

	now_is(EVE_IN_HAWAII);
	visitor = a_visitor(&hawaii);
	cr_assert_str_eq(put(&visitor, BORN_18_YEARS_BEFORE)->as_of, "2026-02-28");
	now_is(EVE_IN_HAWAII + HOURS(2));
	cr_assert_str_eq(complete(&visitor)->outcome->id, "ok");
	now_is(EVE_IN_HAWAII + DAYS(400));
	session = expect_ok(try_get(staff(), visitor.id));
	cr_assert_str_eq(session->as_of, "2026-03-01");
	cr_assert(strstr(trace_of(visitor.id), "\"as_of\":\"2026-03-01\""));
	cr_assert(replay(visitor.id)->identical);
}

/* As the version before left its rows: no day, and the session's first day in UTC. */
Test(day, of_an_attempt_without_one_is_the_first_day_of_its_session_in_greenwich)
{
	struct a_program greenwich = adults("UTC");
	const Consumer__Session *done = taken_at(&greenwich, EVE_IN_HAWAII);

	test_sql("UPDATE consumer.attempt SET as_of = NULL WHERE session_id = '%s'", done->id);
	now_is(EVE_IN_HAWAII + DAYS(2));
	cr_assert(replay(done->id)->identical);
	cr_assert_str_eq(((const Consumer__Session *)expect_ok(try_get(staff(), done->id)))->as_of,
			 "2026-03-01");
}

Test(day, of_a_session_stays_in_the_zone_that_it_began_in)
{
	struct a_program hawaii = adults("Pacific/Honolulu");
	Program__Program moved = PROGRAM__PROGRAM__INIT;
	struct visitor visitor;

	now_is(EVE_IN_HAWAII);
	visitor = a_visitor(&hawaii);
	moved.time_zone = "Pacific/Guam";
	change_program(&hawaii, "time_zone", &moved);
	cr_assert_str_eq(put(&visitor, "{}")->as_of, "2026-02-28");
	visitor = a_visitor(&hawaii);
	cr_assert_str_eq(put(&visitor, "{}")->as_of, "2026-03-01");
}
