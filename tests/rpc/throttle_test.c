#include <criterion/criterion.h>

#include "rpc/throttle.h"

Test(throttle, half_the_budget_of_failures_stops_repeating)
{
	struct throttle t;

	throttle_init(&t);
	for (int i = 0; i < 4; i++)
		cr_assert(throttle_failure(&t));
	cr_assert_not(throttle_failure(&t));
	for (int i = 0; i < 30; i++)
		throttle_failure(&t);
	/* Ten successes make up for one failure; empty is the floor. */
	for (int i = 0; i < 60; i++)
		throttle_success(&t);
	cr_assert_not(throttle_failure(&t));
	for (int i = 0; i < 11; i++)
		throttle_success(&t);
	cr_assert_eq(atomic_load(&t.tokens), 6100);
	cr_assert(throttle_failure(&t));
}
