#include "auth/verification.h"
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

TestSuite(verification, .init = world_start, .fini = daemons_stop, .timeout = 120);

static struct answer follow(const char *token)
{
	Auth__VerifyEmailRequest request = AUTH__VERIFY_EMAIL_REQUEST__INIT;

	request.token = token;
	return call_to(auth_d, as_nobody(), "VerifyEmail", &request);
}

/* Entries for the audit log by which an operator confirmed an address, with this word in them. */
static int64_t operator_entries(struct uuid organization, const char *word)
{
	return test_count("SELECT count(*) FROM auth.outbox WHERE tenant_id = '%s' AND topic = "
			  "'user.confirmed_by_operator' AND position('%s'::bytea IN payload) > 0",
			  uuid_text(test_world.arena, organization), word);
}

Test(verification, the_mailed_link_can_be_followed_again_and_again)
{
	struct uuid organization = organization_of(registered("ann"));
	const char *token = mailed_token(organization);

	cr_assert(((const Auth__VerifyEmailResponse *)expect_ok(follow(token)))->verified);
	cr_assert(((const Auth__VerifyEmailResponse *)expect_ok(follow(token)))->verified);
	cr_assert(signed_in("ann")->user->email_verified);
	cr_assert_eq(events_out("auth", organization, "user.email_verified"), 1);
}

Test(verification, counts_from_the_next_refresh_on)
{
	const Auth__TokenResponse *tokens = registered("ann"), *fresh;

	cr_assert(!bearer_of(tokens)->principal.verified);
	expect_ok(follow(mailed_token(organization_of(tokens))));
	fresh = expect_ok(refresh(tokens->refresh_token));
	cr_assert(bearer_of(fresh)->principal.verified);
	cr_assert(bearer_of(signed_in("ann"))->principal.verified);
}

static struct answer register_named(const char *name, const char *organization)
{
	Auth__RegisterUserRequest request = AUTH__REGISTER_USER_REQUEST__INIT;

	request.email = address_of("eve");
	request.password = GOOD_PASSWORD;
	request.name = name;
	request.organization_name = organization;
	return call_to(auth_d, as_nobody(), "RegisterUser", &request);
}

Test(verification, names_that_would_put_words_into_a_strangers_mail_are_refused)
{
	expect_field(register_named("Eve\n\nYou won: http://evil.example", "Acme"), "name",
		     "NOT_A_NAME");
	expect_field(register_named("Eve", "Visit evil.example"), "organizationName", "NOT_A_NAME");
	expect_ok(register_named("Eve", "Acme"));
}

Test(verification, other_tokens_are_refused)
{
	const Auth__TokenResponse *tokens = registered("ann");
	const char *token = mailed_token(organization_of(tokens));
	instant now = instant_now();
	struct bearer bearer;
	char text[BEARER_TEXT];

	cr_assert(bearer_parse(str_of(token), &bearer));
	bearer.secret[3] ^= 1;
	bearer_format(text, &bearer);
	expect_fail(follow(text), INVALID_ARGUMENT, "BAD_TOKEN");
	expect_fail(follow(tokens->refresh_token), INVALID_ARGUMENT, "BAD_TOKEN");
	expect_fail(follow("ev_x"), INVALID_ARGUMENT, "BAD_TOKEN");
	now_is(now + DAYS(1) + SECONDS(5));
	expect_fail(follow(token), INVALID_ARGUMENT, "BAD_TOKEN");
	now_is(0);
	cr_assert(!signed_in("ann")->user->email_verified);
}

/* What `aegisctl user confirm` says to this address. */
static const char *operator_confirms(const char *address, int *status)
{
	return operator_runs(arena_printf(test_world.arena, "user confirm '%s'", address), status);
}

Test(verification, an_operator_confirms_an_address_that_no_mail_reaches)
{
	const Auth__TokenResponse *tokens = registered("ann");
	struct uuid organization = organization_of(tokens);
	char *loud = arena_strdup(test_world.arena, address_of("ann"));
	int status;

	loud[0] = 'A';
	cr_assert(strstr(operator_confirms(loud, &status), "is confirmed"));
	cr_assert_eq(status, 0);
	cr_assert(!bearer_of(tokens)->principal.verified);
	tokens = expect_ok(refresh(tokens->refresh_token));
	cr_assert(bearer_of(tokens)->principal.verified);
	cr_assert(signed_in("ann")->user->email_verified);
	cr_assert(strstr(operator_confirms(address_of("ann"), &status), "was confirmed before"));
	cr_assert_eq(status, 0);
	expect_ok(follow(mailed_token(organization)));
	cr_assert_eq(events_out("auth", organization, "user.email_verified"), 0);
	/* Once, and without the address. */
	cr_assert_eq(operator_entries(organization, "operator"), 1);
	cr_assert_eq(operator_entries(organization, address_of("ann")), 0);
}

Test(verification, an_operator_confirms_nobody_who_is_not_there)
{
	const Auth__TokenResponse *tokens = registered("ann");
	int status;

	cr_assert(strstr(operator_confirms(address_of("bob"), &status),
			 "no account has this address"));
	cr_assert_eq(status, 1);
	cr_assert(strstr(operator_confirms("ann", &status), "is no e-mail address"));
	cr_assert_eq(status, 2);
	operator_confirms("--reason", &status);
	cr_assert_eq(status, 2);
	test_sql("UPDATE auth.account SET state = 'pending' WHERE email = '%s'", address_of("ann"));
	cr_assert(strstr(operator_confirms(address_of("ann"), &status), "is not complete"));
	cr_assert_eq(status, 1);
	cr_assert_eq(operator_entries(organization_of(tokens), ""), 0);
}
