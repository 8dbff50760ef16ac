/* What must never be kept or logged, looked for everywhere after a full round of calls. */
#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

#define CANARY "canary-zx81-quartz-violin"

TestSuite(canary, .init = world_start, .fini = daemons_stop, .timeout = 120);

static const char *const tables[] = {
	"account", "credential",  "registration",     "organization", "membership",
	"session", "email_token", "admin_invitation", "login_lane",   "known_network",
	"job",	   "outbox",	  "idempotency",      "inbox",
};

static void expect_nowhere(const char *what, const char *secret)
{
	cr_expect_null(strstr(logged(), secret), "%s is in the log", what);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		cr_expect_eq(
			test_count("SELECT count(*) FROM auth.%s t WHERE strpos(t::text, '%s') > 0",
				   tables[i], secret),
			0, "%s is in auth.%s", what, tables[i]);
		/* bytea is printed as hex */
		cr_expect_eq(test_count("SELECT count(*) FROM auth.%s t WHERE strpos(t::text, "
					"encode(convert_to('%s', 'UTF8'), 'hex')) > 0",
					tables[i], secret),
			     0, "%s is in auth.%s", what, tables[i]);
	}
}

Test(canary, no_password_and_no_token_is_kept_or_logged)
{
	const Auth__TokenResponse *tokens = expect_ok(register_as("ann", CANARY, "Acme Pharma"));
	const Auth__TokenResponse *next = expect_ok(refresh(tokens->refresh_token));
	Auth__VerifyEmailRequest verify = AUTH__VERIFY_EMAIL_REQUEST__INIT;

	verify.token = mailed_token(organization_of(tokens));
	expect_ok(call_to(auth_d, as_nobody(), "VerifyEmail", &verify));
	expect_ok(login(address_of("ann"), CANARY));
	expect_fail(login(address_of("ann"), CANARY "-wrong"), UNAUTHENTICATED, "BAD_CREDENTIALS");
	/* A password typed into the wrong field must not be kept as an address either. */
	expect_fail(login(CANARY "-as-address", CANARY), UNAUTHENTICATED, "BAD_CREDENTIALS");
	expect_nowhere("the password", CANARY);
	expect_nowhere("an access token", next->access_token);
	expect_nowhere("a refresh token", tokens->refresh_token);
	expect_nowhere("a refresh token", next->refresh_token);
	expect_nowhere("the verification token", verify.token);
	/* The search does find what is kept. */
	cr_assert_gt(
		test_count("SELECT count(*) FROM auth.account t WHERE strpos(t::text, '%s') > 0",
			   address_of("ann")),
		0);
}

Test(canary, audit_gets_the_registration_without_what_is_sealed)
{
	const Auth__TokenResponse *tokens = registered("ann");
	const char *organization = uuid_text(test_world.arena, organization_of(tokens));

	cr_assert_gt(
		test_count("SELECT length(payload) FROM auth.outbox WHERE tenant_id = '%s' AND "
			   "topic = 'user.registered' AND subscriber = 'notification'",
			   organization) -
			test_count("SELECT length(payload) FROM auth.outbox WHERE tenant_id = '%s' "
				   "AND topic = 'user.registered' AND subscriber = 'audit'",
				   organization),
		100);
}
