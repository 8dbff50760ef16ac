/* When a questionnaire may end. */
#include "world.h"

TEST_DATABASE
TestSuite(completion, .init = world_start, .fini = world_stop, .timeout = 120);

static struct a_program household(void)
{
	return a_program(.document = "household.json");
}

Test(completion,
     with_required_questions_open_is_refused_with_their_names_and_the_session_stays_open)
{
	struct a_program program = household();
	struct visitor visitor = a_visitor(&program);
	struct answer answer;

	put(&visitor,
	    "{\"smoker\":true,\"household\":[{\"member_age\":3},{\"member_works\":true}]}");
	answer = try_complete(visitor.who, visitor.id);
	expect_fail(answer, INVALID_ARGUMENT, "QUESTIONS_OPEN");
	expect_field(answer, "answers.age", "REQUIRED");
	expect_field(answer, "answers.cigarettes", "REQUIRED");
	expect_field(answer, "answers.agreed", "REQUIRED");
	expect_field(answer, "answers.household[1].member_age", "REQUIRED");
	expect_count(0, acme, "consumer.attempt");
	put(&visitor,
	    "{\"age\":30,\"cigarettes\":2,\"agreed\":true,\"household\":[{\"member_age\":3}]}");
	cr_assert_str_eq(complete(&visitor)->outcome->id, "ok");
}

Test(completion, names_a_required_question_that_waits_for_another_answer)
{
	struct a_program program = household();
	struct visitor visitor = a_visitor(&program);
	struct answer answer;

	put(&visitor, "{\"age\":30,\"agreed\":true,\"household\":[{\"member_age\":3}]}");
	answer = try_complete(visitor.who, visitor.id);
	expect_fail(answer, INVALID_ARGUMENT, "QUESTIONS_OPEN");
	expect_field(answer, "answers.cigarettes", "PENDING");
	put(&visitor, "{\"smoker\":false}");
	cr_assert_str_eq(complete(&visitor)->outcome->id, "ok");
}

Test(completion, says_everything_that_is_in_the_way_at_once)
{
	struct a_program program = household();
	struct visitor visitor = a_visitor(&program);
	struct answer answer;

	put(&visitor, "{\"age\":500,\"smoker\":false,\"household\":[{\"member_age\":200}]}");
	answer = try_complete(visitor.who, visitor.id);
	expect_fail(answer, INVALID_ARGUMENT, "INVALID_ANSWERS");
	expect_field(answer, "answers.age", "RANGE_MAX");
	expect_field(answer, "answers.household[0].member_age", "RANGE_MAX");
	expect_field(answer, "answers.agreed", "REQUIRED");
	/* What does not fit is not ended on purpose either. */
	expect_fail(try_end_unfinished(visitor.who, visitor.id), INVALID_ARGUMENT,
		    "INVALID_ANSWERS");
}

Test(completion, of_an_unfinished_session_on_purpose_is_the_outcome_for_unknown_and_no_code)
{
	struct a_program program = household();
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *done;

	put(&visitor, "{\"age\":30,\"smoker\":false}");
	done = expect_ok(try_end_unfinished(visitor.who, visitor.id));
	cr_assert_str_eq(done->outcome->id, "no");
	cr_assert(!done->outcome->may_issue_code);
	cr_assert(done->ended_unfinished);
	/* Two of four questions: an unfinished session never says that it is whole. */
	cr_assert_eq(done->progress_percent, 50);
	expect_count(1, acme, "consumer.attempt WHERE unfinished");
	expect_fail(try_put(visitor.who, visitor.id, "{\"agreed\":true}"), FAILED_PRECONDITION,
		    "SESSION_COMPLETED");
	expect_fail(try_issue(visitor.who, visitor.id, "k", ""), FAILED_PRECONDITION,
		    "NOT_ELIGIBLE");
}

Test(completion, of_a_whole_session_is_not_unfinished_whatever_the_request_says)
{
	struct a_program program = household();
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *done;

	put(&visitor,
	    "{\"age\":30,\"smoker\":false,\"agreed\":true,\"household\":[{\"member_age\":3}]}");
	done = expect_ok(try_end_unfinished(visitor.who, visitor.id));
	cr_assert_str_eq(done->outcome->id, "ok");
	cr_assert(!done->ended_unfinished);
	cr_assert_eq(done->progress_percent, 100);
}

/* Who does not agree has answered; the answer decides, not its absence. */
Test(completion, takes_a_refused_attestation_as_an_answer)
{
	struct a_program program = household();
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *done;

	put(&visitor,
	    "{\"age\":30,\"smoker\":false,\"agreed\":false,\"household\":[{\"member_age\":3}]}");
	done = complete(&visitor);
	cr_assert_str_eq(done->outcome->id, "no");
	cr_assert(!done->ended_unfinished);
}
