/* Who may watch a source, and how often the source is asked. */
#include <criterion/criterion.h>

#include "list_world.h"
#include "support/svc_test_internal.h"

TestSuite(source, .init = list_world_begin, .fini = list_world_end, .timeout = 60);

Test(source, who_has_not_confirmed_their_address_has_no_alerts_sent)
{
	Compliance__Subscription the_subscription = COMPLIANCE__SUBSCRIPTION__INIT;
	Compliance__CreateSubscriptionRequest req = COMPLIANCE__CREATE_SUBSCRIPTION_REQUEST__INIT;
	struct uuid acme = a_tenant_id("acme");

	req.subscription = &the_subscription;
	the_subscription.source_id = source;
	expect_fail(call(as_unconfirmed(acme, "ann"), "CreateSubscription", &req),
		    PERMISSION_DENIED, "EMAIL_NOT_VERIFIED");
	expect_count(0, acme, "compliance.subscription");
	expect_ok(call(as(acme, "ann"), "CreateSubscription", &req));
}

static struct answer source_every(int32_t seconds)
{
	Compliance__Source in = COMPLIANCE__SOURCE__INIT;
	Compliance__CreateSourceRequest req = COMPLIANCE__CREATE_SOURCE_REQUEST__INIT;

	req.source = &in;
	in.name = arena_printf(test_world.arena, "every %d seconds", seconds);
	in.url = arena_printf(test_world.arena, "https://oig.example/%d.csv", seconds);
	in._interval_seconds_case = COMPLIANCE__SOURCE___INTERVAL_SECONDS_INTERVAL_SECONDS;
	in.interval_seconds = seconds;
	return call(as_admin("root"), "CreateSource", &req);
}

Test(source, a_source_is_asked_every_five_minutes_at_most)
{
	const Compliance__Source *made;

	expect_field(source_every(0), "source.intervalSeconds", "TOO_SMALL");
	expect_field(source_every(1), "source.intervalSeconds", "TOO_SMALL");
	expect_field(source_every(299), "source.intervalSeconds", "TOO_SMALL");
	made = expect_ok(source_every(300));
	cr_assert_eq(made->interval_seconds, 300);
	test_sql("DELETE FROM compliance.source WHERE name LIKE 'every %%'");
}
