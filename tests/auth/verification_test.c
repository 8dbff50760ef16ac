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
