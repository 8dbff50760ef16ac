/*
 * Promises: a stranger can neither lock a person out for good nor fill a mailbox, cannot learn who
 * has an account by asking for a mail, and cannot keep an address that is not theirs.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>

#include "auth/account_link.h"
#include "auth/expiry.h"
#include "auth/lane.h"
#include "auth/world.h"
#include "support/svc_test_internal.h"

TEST_DATABASE

#define WRONG  "wrong-harbour-17-lantern"
#define ABROAD "203.0.113.9"

TestSuite(mailed_links, .init = world_start, .fini = daemons_stop, .timeout = 120);

/* Periodic ones too: other tests ran them at times of their own. */
static void run_jobs(void)
{
	test_sql("DELETE FROM auth.lease");
	while (run_one_job(auth_d))
		continue;
}

static struct answer resend(const char *email)
{
	Auth__ResendVerificationRequest request = AUTH__RESEND_VERIFICATION_REQUEST__INIT;
	struct answer answer;

	request.email = email;
	answer = call_to(auth_d, as_nobody(), "ResendVerification", &request);
	run_jobs();
	return answer;
}

static struct answer confirm(const char *token)
{
	Auth__VerifyEmailRequest request = AUTH__VERIFY_EMAIL_REQUEST__INIT;

	request.token = token;
	return call_to(auth_d, as_nobody(), "VerifyEmail", &request);
}

static struct answer unlock_from(const char *address, const char *token)
{
	Auth__UnlockAccountRequest request = AUTH__UNLOCK_ACCOUNT_REQUEST__INIT;
	struct caller *nobody = arena_memdup(test_world.arena, as_nobody(), sizeof *nobody);

	nobody->client_addr = address;
	request.token = token;
	return call_to(auth_d, nobody, "UnlockAccount", &request);
}

static int64_t mails(struct uuid organization)
{
	return test_count(
		"SELECT count(*) FROM auth.outbox WHERE tenant_id = '%s' AND subscriber = "
		"'notification' AND topic = 'account.mail'",
		uuid_text(test_world.arena, organization));
}

static void lock_from(const char *address, const char *email)
{
	for (int i = 0; i < LANE_FAILURES_MAX; i++)
		expect_fail(login_from(address, email, WRONG), UNAUTHENTICATED, "BAD_CREDENTIALS");
	expect_fail(login_from(address, email, GOOD_PASSWORD), RESOURCE_EXHAUSTED,
		    "ACCOUNT_LOCKED");
}

Test(mailed_links, who_is_locked_out_away_from_home_gets_in_by_mail_and_once)
{
	struct uuid organization = organization_of(registered("ann"));
	const char *token;

	lock_from(ABROAD, address_of("ann"));
	cr_assert_eq(mails(organization), 1);
	token = mailed_link(organization, "account.mail", "unlock");
	expect_fail(confirm(token), INVALID_ARGUMENT, "BAD_TOKEN");
	expect_ok(unlock_from("198.51.100.4", token));
	expect_fail(unlock_from("203.0.113.200", token), INVALID_ARGUMENT, "BAD_TOKEN");
	expect_ok(login_from("198.51.100.4", address_of("ann"), GOOD_PASSWORD));
	/* Strangers stay out, the attacker's network too. */
	expect_fail(login_from(ABROAD, address_of("ann"), GOOD_PASSWORD), RESOURCE_EXHAUSTED,
		    "ACCOUNT_LOCKED");
	cr_assert_eq(events_out("auth", organization, "user.unlocked"), 1);
}

Test(mailed_links, the_way_past_a_lock_ends_after_thirty_minutes)
{
	struct uuid organization = organization_of(registered("ann"));
	instant now = instant_now();
	const char *token;

	now_is(now);
	lock_from(ABROAD, address_of("ann"));
	token = mailed_link(organization, "account.mail", "unlock");
	now_is(now + MINUTES(30) + SECONDS(1));
	expect_fail(unlock_from(ABROAD, token), INVALID_ARGUMENT, "BAD_TOKEN");
}

Test(mailed_links, who_renews_the_lock_all_day_causes_five_mails)
{
	struct uuid organization = organization_of(registered("ann"));
	instant now = instant_now();

	for (int i = 0; i < 8; i++) {
		now_is(now + i * MINUTES(16));
		lock_from(ABROAD, address_of("ann"));
		cr_assert_eq(mails(organization), i < LINKS_A_DAY ? i + 1 : LINKS_A_DAY);
	}
}

Test(mailed_links, a_confirmation_is_mailed_again_once_a_minute_and_five_times_a_day)
{
	struct uuid organization = organization_of(registered("ann"));
	instant now = instant_now();

	now_is(now);
	expect_ok(resend(address_of("ann")));
	cr_assert_eq(mails(organization), 0, "the first one left a moment ago");
	for (int i = 1; i <= 6; i++) {
		now_is(now + i * MINUTES(2));
		expect_ok(resend(address_of("ann")));
		expect_ok(resend(address_of("ann")));
		cr_assert_eq(mails(organization), i < LINKS_A_DAY ? i : LINKS_A_DAY - 1);
	}
}

Test(mailed_links, the_link_of_the_second_mail_confirms_and_then_no_further_one_is_sent)
{
	struct uuid organization = organization_of(registered("ann"));
	instant now = instant_now();

	now_is(now + MINUTES(2));
	expect_ok(resend(address_of("ann")));
	expect_ok(confirm(mailed_link(organization, "account.mail", "verify_email")));
	cr_assert(signed_in("ann")->user->email_verified);
	now_is(now + MINUTES(4));
	expect_ok(resend(address_of("ann")));
	cr_assert_eq(mails(organization), 1);
}

Test(mailed_links, an_address_without_an_account_is_answered_with_the_same_work)
{
	struct answer known, unknown;

	registered("ann");
	known = resend(address_of("ann"));
	unknown = resend(address_of("nobody"));
	expect_ok(known);
	expect_ok(unknown);
	cr_assert_eq(known.wire.len, unknown.wire.len);
	cr_assert_eq(known.retry_after_ms, unknown.retry_after_ms);
	cr_assert_eq(test_count("SELECT count(*) FROM auth.job WHERE kind = 'resend_verification'"),
		     0, "nothing of the address is left");
}

static int64_t accounts_of_ann(void)
{
	return test_count("SELECT count(*) FROM auth.account WHERE email = '%s'",
			  address_of("ann"));
}

/* Other tests' people stay. */
static void only_ann_expires(void)
{
	test_sql("UPDATE auth.account SET expires_at = NULL WHERE email <> '%s'",
		 address_of("ann"));
}

Test(mailed_links, an_address_that_nobody_confirms_is_free_again_after_two_days)
{
	const Auth__TokenResponse *squatter = registered("ann"), *owner;
	struct uuid organization = organization_of(squatter), session = session_of(squatter);
	const char *token = mailed_token(organization);
	enum cache_session state;
	instant now = instant_now();
	uint64_t epoch;

	only_ann_expires();
	expect_fail(register_as("ann", GOOD_PASSWORD, "Other"), ALREADY_EXISTS, "EMAIL_TAKEN");
	now_is(now + REGISTRATION_TTL - MINUTES(1));
	run_jobs();
	cr_assert_eq(accounts_of_ann(), 1);
	now_is(now + REGISTRATION_TTL + MINUTES(1));
	run_jobs();
	cr_assert_eq(accounts_of_ann(), 0, "%s", logged());
	cr_assert(is_ok(
		cache_session_get(auth_state()->cache, organization, session, &state, &epoch)));
	cr_assert_eq(state, CACHE_SESSION_ENDED);
	expect_fail(confirm(token), INVALID_ARGUMENT, "BAD_TOKEN");
	cr_assert_eq(test_count("SELECT count(*) FROM tenant.tenant WHERE tenant_id = '%s' AND "
				"deleted_at IS NULL",
				uuid_text(test_world.arena, organization)),
		     0);
	now_is(0);
	owner = expect_ok(register_as("ann", "another-harbour-55-lantern", "Her own"));
	cr_assert_str_neq(owner->organization->id, squatter->organization->id);
}

Test(mailed_links, a_confirmed_one_and_one_that_others_belong_to_stay)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob");
	instant now = instant_now();

	only_ann_expires();
	test_sql("INSERT INTO auth.membership (account_id, organization_id, role, permissions, "
		 "epoch, "
		 "active, changed_at) VALUES ('%s', '%s', 'viewer', '{}', 1, true, now())",
		 uuid_text(test_world.arena, account_of(bob)), ann->organization->id);
	now_is(now + REGISTRATION_TTL + MINUTES(1));
	run_jobs();
	cr_assert_eq(accounts_of_ann(), 1);
	test_sql("DELETE FROM auth.membership WHERE role = 'viewer'");
	now_is(now);
	expect_ok(confirm(mailed_token(organization_of(ann))));
	now_is(now + REGISTRATION_TTL + MINUTES(5));
	run_jobs();
	cr_assert_eq(accounts_of_ann(), 1);
}
