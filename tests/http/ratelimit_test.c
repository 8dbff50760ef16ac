#include "http/ratelimit.h"

#include <criterion/criterion.h>

#include "base/arena.h"

Test(ratelimit, fields_are_structured_lists)
{
	static const struct ratelimit limits[] = {
		{.policy = "write", .quota = 100, .window_s = 60, .remaining = 99, .reset_s = 1},
		{.policy = "address",
		 .quota = 20,
		 .window_s = 1,
		 .remaining = 0,
		 .reset_s = 4294967295},
	};
	struct arena *arena = arena_new(1 << 16);
	struct strbuf policy = strbuf_new(arena), now = strbuf_new(arena);

	ratelimit_policy_field(&policy, limits, 2);
	ratelimit_field(&now, limits, 2);
	cr_expect_str_eq(policy.ptr, "\"write\";q=100;w=60, \"address\";q=20;w=1");
	cr_expect_str_eq(now.ptr, "\"write\";r=99;t=1, \"address\";r=0;t=4294967295");
	arena_free(&arena);
}

Test(ratelimit, retry_after_rounds_up)
{
	cr_expect_eq(retry_after_seconds(0), 0);
	cr_expect_eq(retry_after_seconds(1), 1);
	cr_expect_eq(retry_after_seconds(1000), 1);
	cr_expect_eq(retry_after_seconds(1001), 2);
	cr_expect_eq(retry_after_seconds(UINT32_MAX), 4294968);
}
