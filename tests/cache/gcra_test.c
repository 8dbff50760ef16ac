#include <criterion/criterion.h>

#include "cache/gcra.h"
#include "cache/url.h"

Test(gcra, a_burst_then_the_rate)
{
	struct cache_rate rate = {.per_minute = 60, .burst = 5, .cost = 1};
	instant tat = 0, now = SECONDS(1000);
	struct gcra_result result;

	for (int i = 0; i < 5; i++) {
		result = gcra_step(&tat, now, &rate);
		cr_assert(result.allowed);
		cr_assert_eq(result.remaining, 4u - (unsigned)i);
	}
	result = gcra_step(&tat, now, &rate);
	cr_assert_not(result.allowed);
	cr_assert_eq(result.retry_ms, 1000);
	cr_assert_not(gcra_step(&tat, now + MILLIS(999), &rate).allowed);
	cr_assert(gcra_step(&tat, now + MILLIS(1000), &rate).allowed);
}

Test(gcra, a_dear_call_weighs_its_cost)
{
	struct cache_rate rate = {.per_minute = 60, .burst = 20, .cost = 15};
	instant tat = 0;

	cr_assert(gcra_step(&tat, SECONDS(1), &rate).allowed);
	cr_assert_not(gcra_step(&tat, SECONDS(1), &rate).allowed);
	cr_assert_eq(gcra_step(&tat, SECONDS(1), &rate).retry_ms, 10000);
}

Test(gcra, a_full_table_forgets_the_longest_unused)
{
	struct gcra_table *table = gcra_table_new(8);
	struct cache_check check = {.n_limits = 1, .limits = {{.rate = {1, 1, 1}}}};
	struct cache_verdict verdict;

	for (int i = 0; i < 100; i++) {
		check.limits[0].who.bytes[15] = (uint8_t)i;
		gcra_table_check(table, &check, SECONDS(1) + i, &verdict);
		cr_assert(verdict.allowed);
	}
	gcra_table_check(table, &check, SECONDS(1) + 100, &verdict);
	cr_assert_not(verdict.allowed, "the newest is still known");
	cr_assert_eq(verdict.limit, 1);
	gcra_table_free(&table);
	cr_assert_null(table);
}

Test(gcra, the_window_is_what_refills_a_burst)
{
	cr_assert_eq(cache_rate_window_s(&(struct cache_rate){6000, 600, 1}), 6);
	cr_assert_eq(cache_rate_window_s(&(struct cache_rate){30, 20, 1}), 40);
	cr_assert_eq(cache_rate_window_s(&(struct cache_rate){6000, 1, 1}), 1);
}

Test(cache_url, reads_sockets_and_addresses)
{
	struct cache_url url;

	cr_assert(is_ok(cache_url_parse("unix:/run/redis.sock", &url)) && url.is_unix);
	cr_assert_str_eq(url.host, "/run/redis.sock");
	cr_assert(is_ok(cache_url_parse("redis://127.0.0.1:6380", &url)) && !url.is_unix);
	cr_assert_str_eq(url.host, "127.0.0.1");
	cr_assert_eq(url.port, 6380);
	cr_assert(is_ok(cache_url_parse("redis://cache", &url)) && url.port == 6379);
	cr_assert_eq(cache_url_parse("http://x", &url).code, STATUS_INVALID_ARGUMENT);
	cr_assert_eq(cache_url_parse("redis://x:99999", &url).code, STATUS_INVALID_ARGUMENT);
	cr_assert_eq(cache_url_parse("unix:relative", &url).code, STATUS_INVALID_ARGUMENT);
}
