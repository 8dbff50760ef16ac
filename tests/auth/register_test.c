#include <criterion/hooks.h>
#include <ctype.h>
#include <stdatomic.h>
#include <stdio.h>

#include "support/svc_test_internal.h"
#include "world.h"

#include "support/test_db.h"

TEST_DATABASE

TestSuite(register_user, .init = world_start, .fini = daemons_stop, .timeout = 120);

Test(register_user, makes_a_user_an_organization_and_its_owner)
{
	const Auth__TokenResponse *tokens = registered("ann");
	const struct principal *p = &bearer_of(tokens)->principal;
	const char *organization = uuid_text(test_world.arena, p->tenant);

	cr_assert_str_eq(tokens->token_type, "Bearer");
	cr_assert_eq(tokens->expires_in_seconds, 900);
	cr_assert_str_eq(tokens->user->email, address_of("ann"));
	cr_assert(!tokens->user->email_verified);
	cr_assert_str_eq(tokens->organization->id, organization);
	cr_assert_str_eq(tokens->organization->name, "Acme Pharma");
	cr_assert_str_eq(p->role, "owner");
	cr_assert_eq(p->epoch, 1);
	cr_assert(principal_has_permission(p, "programs:write"));
	cr_assert(principal_has_permission(p, "users:write"));
	expect_count(1, p->tenant, "tenant.tenant WHERE status = 'active'");
	expect_count(1, p->tenant, "tenant.member WHERE role = 'owner'");
	cr_assert_eq(test_count("SELECT count(*) FROM auth.registration"), 0);
	/* One for audit, one for notification; the sign-in is part of it. */
	cr_assert_eq(events_out("auth", p->tenant, "user.registered"), 2);
	cr_assert(is_alive(tokens));
}

Test(register_user, an_address_in_use_is_refused_however_it_is_written)
{
	Auth__RegisterUserRequest request = AUTH__REGISTER_USER_REQUEST__INIT;
	char upper[128];
	size_t i;

	registered("ann");
	expect_fail(register_as("ann", GOOD_PASSWORD, "Other Pharma"), ALREADY_EXISTS,
		    "EMAIL_TAKEN");
	for (i = 0; address_of("ann")[i]; i++)
		upper[i] = (char)toupper((unsigned char)address_of("ann")[i]);
	upper[i] = '\0';
	request.email = upper;
	request.password = GOOD_PASSWORD;
	request.name = "Ann";
	request.organization_name = "Third";
	expect_fail(call_to(auth_d, as_nobody(), "RegisterUser", &request), ALREADY_EXISTS,
		    "EMAIL_TAKEN");
}

Test(register_user, weak_passwords_are_refused_before_any_work)
{
	uint64_t before = hashes_done();
	struct answer answer = register_as("ann", "Password2024!", "Acme Pharma");

	expect_fail(answer, INVALID_ARGUMENT, "PASSWORD_COMMON");
	expect_field(answer, "password", "PASSWORD_COMMON");
	answer = register_as("annabella", "the-annabella-way", "Acme Pharma");
	expect_fail(answer, INVALID_ARGUMENT, "PASSWORD_CONTAINS_IDENTITY");
	expect_field(answer, "password", "PASSWORD_CONTAINS_IDENTITY");
	answer = register_as("ann", "short", "Acme Pharma");
	expect_fail(answer, INVALID_ARGUMENT, "INVALID_FIELDS");
	expect_field(answer, "password", "TOO_SHORT");
	cr_assert_eq(hashes_done(), before);
	cr_assert_eq(test_count("SELECT count(*) FROM auth.account WHERE email = '%s'",
				address_of("ann")),
		     0);
}

Test(register_user, when_no_place_comes_free_in_time_it_says_so)
{
	struct answer answer;

	take_every_place();
	answer = register_as("ann", GOOD_PASSWORD, "Acme Pharma");
	expect_fail(answer, UNAVAILABLE, "BUSY");
	cr_assert_gt(answer.retry_after_ms, 0);
	give_places_back();
	expect_ok(register_as("ann", GOOD_PASSWORD, "Acme Pharma"));
}

struct tally {
	const char *email;
	atomic_int succeeded, taken, other;
};

static void try_to_register(struct svc_worker *worker, unsigned i, void *arg)
{
	Auth__RegisterUserRequest request = AUTH__REGISTER_USER_REQUEST__INIT;
	struct tally *tally = arg;
	struct answer answer;
	char password[64];

	snprintf(password, sizeof password, "harbour-violet-%u-lantern", i);
	request.email = tally->email;
	request.password = password;
	request.name = "Racer";
	request.organization_name = "Fast Pharma";
	answer = call_in_place(worker, "RegisterUser", &request);
	if (is_ok(answer.status))
		atomic_fetch_add(&tally->succeeded, 1);
	else if (answer.status.reason == REASON_EMAIL_TAKEN)
		atomic_fetch_add(&tally->taken, 1);
	else
		atomic_fetch_add(&tally->other, 1);
}

Test(register_user, of_fifty_at_once_with_one_address_one_succeeds)
{
	struct tally tally = {.email = address_of("racer")};

	at_once(50, try_to_register, &tally);
	cr_assert_eq(tally.succeeded, 1, "%d succeeded, %d taken, %d other\n%s", tally.succeeded,
		     tally.taken, tally.other, logged());
	cr_assert_eq(tally.taken, 49);
	cr_assert_eq(
		test_count("SELECT count(*) FROM auth.account WHERE email = '%s'", tally.email), 1);
	cr_assert_eq(
		test_count("SELECT count(*) FROM tenant.member WHERE email = '%s'", tally.email),
		1);
}
