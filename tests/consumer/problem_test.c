/* What a PUT of answers says of them. */
#include "world.h"

TEST_DATABASE
TestSuite(answer, .init = world_start, .fini = world_stop, .timeout = 120);

static const char *reason_of(const Consumer__Session *session, const char *field)
{
	for (size_t i = 0; i < session->n_problems; i++)
		if (strcmp(session->problems[i]->field, field) == 0)
			return session->problems[i]->reason;
	return "";
}

Test(answer, that_does_not_fit_is_told_at_once_and_until_it_is_changed)
{
	struct a_program program = a_program(.document = "household.json");
	struct visitor visitor = a_visitor(&program);
	const Consumer__Session *session;

	session = put(&visitor,
		      "{\"age\":500,\"smoker\":\"yes\",\"household\":[{\"member_age\":-1}]}");
	cr_assert_eq(session->n_problems, 3);
	cr_assert_str_eq(reason_of(session, "answers.age"), "RANGE_MAX");
	cr_assert_str_eq(reason_of(session, "answers.smoker"), "TYPE");
	cr_assert_str_eq(reason_of(session, "answers.household[0].member_age"), "RANGE_MIN");
	cr_assert(strstr(session->problems[0]->message, "above"));
	session = put(&visitor, "{\"age\":50}");
	cr_assert_eq(session->n_problems, 2);
	session = expect_ok(try_get(visitor.who, visitor.id));
	cr_assert_eq(session->n_problems, 2);
	session = put(&visitor, "{\"smoker\":true,\"household\":null}");
	cr_assert_eq(session->n_problems, 0);
}

Test(answer, to_an_unknown_question_does_not_hide_the_other_problems)
{
	struct a_program program = a_program(.document = "household.json");
	struct visitor visitor = a_visitor(&program);
	struct answer answer = try_put(visitor.who, visitor.id,
				       "{\"shoe\":44,\"hat\":null,\"age\":500,\"household\":"
				       "[{\"member_age\":200,\"pet\":1}]}");

	expect_fail(answer, INVALID_ARGUMENT, "INVALID_ANSWERS");
	expect_field(answer, "answers.shoe", "UNKNOWN_ITEM");
	expect_field(answer, "answers.hat", "UNKNOWN_ITEM");
	expect_field(answer, "answers.age", "RANGE_MAX");
	expect_field(answer, "answers.household[0].member_age", "RANGE_MAX");
	expect_field(answer, "answers.pet", "UNKNOWN_ITEM");
	expect_count(0, acme, "consumer.answer_change");
}
