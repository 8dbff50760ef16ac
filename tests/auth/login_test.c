#include <stdatomic.h>
#include <stdio.h>

#include "auth/lane.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

#define WRONG "wrong-harbour-17-lantern"

TestSuite(login, .init = world_start, .fini = daemons_stop, .timeout = 120);

static void fail_times(int n, const char *email)
{
	for (int i = 0; i < n; i++)
		expect_fail(login_from("203.0.113.9", email, WRONG), UNAUTHENTICATED,
			    "BAD_CREDENTIALS");
}

Test(login, the_right_password_begins_a_session)
{
	const Auth__TokenResponse *tokens;

	registered("ann");
	tokens = signed_in("ann");
	cr_assert_str_eq(tokens->organization->role, "owner");
	cr_assert_str_eq(tokens->user->email, address_of("ann"));
	cr_assert(is_alive(tokens));
	cr_assert_eq(events_out("auth", organization_of(tokens), "session.created"), 1);
}

Test(login, wrong_and_unknown_look_the_same_and_cost_the_same_work)
{
	struct answer wrong, unknown;
	uint64_t before, after_wrong;

	registered("ann");
	before = hashes_done();
	wrong = login(address_of("ann"), WRONG);
	after_wrong = hashes_done();
	unknown = login(address_of("nobody"), WRONG);
	expect_fail(wrong, UNAUTHENTICATED, "BAD_CREDENTIALS");
	expect_fail(unknown, UNAUTHENTICATED, "BAD_CREDENTIALS");
	cr_assert_eq(after_wrong - before, 1);
	cr_assert_eq(hashes_done() - after_wrong, 1);
	cr_assert_eq(wrong.retry_after_ms, unknown.retry_after_ms);
}

Test(login, ten_failures_lock_for_fifteen_minutes_and_no_longer)
{
	instant now = instant_now();
	struct answer answer;
	uint64_t before;

	registered("ann");
	now_is(now);
	fail_times(10, address_of("ann"));
	before = hashes_done();
	answer = login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD);
	expect_fail(answer, RESOURCE_EXHAUSTED, "ACCOUNT_LOCKED");
	cr_assert_eq(answer.retry_after_ms, 15 * 60 * 1000);
	cr_assert_eq(hashes_done(), before, "a locked address costs no work");
	now_is(now + MINUTES(15) - SECONDS(1));
	expect_fail(login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD), RESOURCE_EXHAUSTED,
		    "ACCOUNT_LOCKED");
	now_is(now + MINUTES(15));
	expect_ok(login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD));
}

Test(login, the_password_is_taken_letter_for_letter)
{
	static const char *const alike[] = {
		GOOD_PASSWORD " ",
		" " GOOD_PASSWORD,
		GOOD_PASSWORD "\t",
		GOOD_PASSWORD "x",
	};
	char changed[] = GOOD_PASSWORD;

	registered("ann");
	for (size_t i = 0; i < sizeof alike / sizeof alike[0]; i++)
		expect_fail(login(address_of("ann"), alike[i]), UNAUTHENTICATED, "BAD_CREDENTIALS");
	changed[0] = (char)(changed[0] ^ 0x20);
	expect_fail(login(address_of("ann"), changed), UNAUTHENTICATED, "BAD_CREDENTIALS");
	changed[0] = (char)(changed[0] ^ 0x20);
	changed[sizeof changed - 2] = '\0';
	expect_fail(login(address_of("ann"), changed), UNAUTHENTICATED, "BAD_CREDENTIALS");
	expect_ok(login(address_of("ann"), GOOD_PASSWORD));
}

Test(login, every_attempt_and_its_end_are_told_to_the_audit_log)
{
	struct uuid organization;

	registered("ann");
	organization = organization_of(signed_in("ann"));
	fail_times(10, address_of("ann"));
	cr_expect_eq(events_out("auth", organization, "session.created"), 1);
	cr_expect_eq(events_out("auth", organization, "session.refused"), 9);
	cr_expect_eq(events_out("auth", organization, "user.locked"), 1);
}

Test(login, an_unknown_address_locks_like_a_known_one)
{
	fail_times(10, address_of("nobody"));
	expect_fail(login(address_of("nobody"), WRONG), RESOURCE_EXHAUSTED, "ACCOUNT_LOCKED");
}

Test(login, a_success_clears_the_count)
{
	registered("ann");
	fail_times(9, address_of("ann"));
	expect_ok(login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD));
	fail_times(9, address_of("ann"));
	expect_ok(login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD));
}

Test(login, failures_long_ago_do_not_count)
{
	instant now = instant_now();

	registered("ann");
	now_is(now);
	fail_times(9, address_of("ann"));
	now_is(now + MINUTES(16));
	fail_times(9, address_of("ann"));
	expect_ok(login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD));
}

Test(login, strangers_cannot_lock_the_owner_out_of_a_known_network)
{
	registered("ann"); /* from 192.0.2.7 */
	fail_times(10, address_of("ann"));
	expect_fail(login_from("203.0.113.9", address_of("ann"), GOOD_PASSWORD), RESOURCE_EXHAUSTED,
		    "ACCOUNT_LOCKED");
	expect_ok(login_from("192.0.2.99", address_of("ann"), GOOD_PASSWORD));
	/* Her own network has its limit too, and stays locked out where strangers are. */
	for (int i = 0; i < 10; i++)
		expect_fail(login_from("192.0.2.8", address_of("ann"), WRONG), UNAUTHENTICATED,
			    "BAD_CREDENTIALS");
	expect_fail(login_from("192.0.2.8", address_of("ann"), GOOD_PASSWORD), RESOURCE_EXHAUSTED,
		    "ACCOUNT_LOCKED");
}

struct guesses {
	const char *email;
	atomic_int refused, locked, other;
};

static void guess(struct svc_worker *worker, unsigned i, void *arg)
{
	Auth__LoginUserRequest request = AUTH__LOGIN_USER_REQUEST__INIT;
	struct guesses *guesses = arg;
	struct answer answer;

	(void)i;
	request.email = guesses->email;
	request.password = WRONG;
	answer = call_in_place(worker, "LoginUser", &request);
	if (is_failed(answer.status) && answer.status.reason == REASON_BAD_CREDENTIALS)
		atomic_fetch_add(&guesses->refused, 1);
	else if (is_failed(answer.status) && answer.status.reason == REASON_ACCOUNT_LOCKED)
		atomic_fetch_add(&guesses->locked, 1);
	else
		atomic_fetch_add(&guesses->other, 1);
}

Test(login, thirty_guesses_at_once_are_ten_guesses)
{
	struct guesses guesses = {.email = address_of("nobody")};
	uint64_t before = hashes_done();

	at_once(30, guess, &guesses);
	cr_assert_eq(guesses.refused, LANE_FAILURES_MAX, "%d refused, %d locked, %d other",
		     guesses.refused, guesses.locked, guesses.other);
	cr_assert_eq(guesses.locked, 20);
	cr_assert_eq(hashes_done() - before, LANE_FAILURES_MAX);
}

static void sign_in(struct svc_worker *worker, unsigned i, void *arg)
{
	Auth__LoginUserRequest request = AUTH__LOGIN_USER_REQUEST__INIT;
	struct guesses *guesses = arg;

	(void)i;
	request.email = guesses->email;
	request.password = GOOD_PASSWORD;
	if (is_failed(call_in_place(worker, "LoginUser", &request).status))
		atomic_fetch_add(&guesses->other, 1);
}

Test(login, forty_honest_sign_ins_at_once_lock_nobody)
{
	struct guesses guesses = {.email = address_of("ann")};

	registered("ann");
	at_once(40, sign_in, &guesses);
	cr_assert_eq(guesses.other, 0, "%d were refused", guesses.other);
}

Test(login, a_hash_of_another_cost_is_renewed)
{
	struct password_cost old = {.passes = 1, .memory_kib = 8192};
	char hash[PASSWORD_HASH_TEXT];
	uint64_t before;

	registered("ann");
	cr_assert(is_ok(password_hash(hash, STR(GOOD_PASSWORD), old)));
	test_sql("UPDATE auth.credential c SET hash = '%s' FROM auth.account a WHERE a.id = "
		 "c.account_id AND a.email = '%s'",
		 hash, address_of("ann"));
	before = hashes_done();
	signed_in("ann");
	cr_assert_eq(hashes_done() - before, 2);
	cr_assert(!password_needs_rehash(
		test_value("SELECT c.hash FROM auth.credential c JOIN auth.account a ON a.id = "
			   "c.account_id WHERE a.email = '%s'",
			   address_of("ann")),
		PASSWORD_COST_DEFAULT));
	before = hashes_done();
	signed_in("ann");
	cr_assert_eq(hashes_done() - before, 1);
}

Test(login, a_pepper_made_later_is_mixed_in_at_the_next_sign_in)
{
	struct test_daemon *without = auth_d;
	uint64_t before;

	registered("ann");
	cr_assert(is_ok(keyring_generate(test_world.secrets, "auth", "pepper", KEY_SECRET)));
	auth_d = daemon_start(&auth_daemon);
	before = hashes_done();
	signed_in("ann");
	cr_assert_eq(hashes_done() - before, 2);
	cr_assert_eq(
		test_count("SELECT count(*) FROM auth.credential c JOIN auth.account a ON a.id = "
			   "c.account_id WHERE a.email = '%s' AND c.pepper_kid IS NOT NULL",
			   address_of("ann")),
		1);
	before = hashes_done();
	signed_in("ann");
	cr_assert_eq(hashes_done() - before, 1);
	/* Whoever has the table but not the key cannot even try. */
	auth_d = without;
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), UNAUTHENTICATED, "BAD_CREDENTIALS");
}

Test(login, a_stored_hash_that_asks_for_too_much_is_not_obeyed)
{
	registered("ann");
	test_sql("UPDATE auth.credential c SET hash = "
		 "'$argon2id$v=19$m=99999999,t=99,p=1$AAAAAAAAAAA"
		 "AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' FROM auth.account a "
		 "WHERE a.id = c.account_id AND a.email = '%s'",
		 address_of("ann"));
	expect_fail(login(address_of("ann"), GOOD_PASSWORD), UNAUTHENTICATED, "BAD_CREDENTIALS");
}

Test(login, an_organization_one_does_not_belong_to_is_refused)
{
	const Auth__TokenResponse *ann = registered("ann"), *bob = registered("bob");
	Auth__LoginUserRequest request = AUTH__LOGIN_USER_REQUEST__INIT;
	const Auth__TokenResponse *tokens;

	request.email = address_of("ann");
	request.password = GOOD_PASSWORD;
	request.tenant_id = bob->organization->id;
	expect_fail(call_to(auth_d, as_nobody(), "LoginUser", &request), UNAUTHENTICATED,
		    "BAD_CREDENTIALS");
	request.tenant_id = ann->organization->id;
	tokens = expect_ok(call_to(auth_d, as_nobody(), "LoginUser", &request));
	cr_assert_str_eq(tokens->organization->id, ann->organization->id);
}

Test(login, when_no_place_comes_free_in_time_no_attempt_is_counted)
{
	registered("ann");
	take_every_place();
	for (int i = 0; i < 20; i++)
		expect_fail(login(address_of("ann"), GOOD_PASSWORD), UNAVAILABLE, "BUSY");
	give_places_back();
	signed_in("ann");
}
