/* What a stranger can spend: the bucket of their own network, and nothing of anybody else's. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "crypto/bearer.h"
#include "gateway/fixture.h"

/* Each test chooses its network by what a trusted proxy says. */
static void set_up(void)
{
	fixture_up();
	config.trusted_proxies = "127.0.0.1";
}

TestSuite(stranger, .init = set_up, .fini = fixture_down);

#define TENANT_SESSION "/api/screening-sessions/" PROGRAM
#define CODE	       "/api/verification-codes/validate"

static const char *a_bearer(const char *kind)
{
	static char text[4][BEARER_TEXT];
	static unsigned next;
	char *out = text[next++ % 4];
	struct uuid tenant;
	struct bearer bearer;

	cr_assert(uuid_parse(STR(TENANT), &tenant));
	bearer = bearer_new(kind, tenant, uuid_v7(instant_now()));
	bearer_format(out, &bearer);
	return out;
}

static int ask(const char *network, const char *method, const char *path, const char *token,
	       const char *body)
{
	char from[64];
	struct raw_answer answer;
	int status;

	snprintf(from, sizeof from, "X-Forwarded-For: %s.7\r\n", network);
	answer = http(path, .method = method, .token = token, .headers = from, .body = body);
	status = answer.status;
	raw_answer_free(&answer);
	return status;
}

static int validate(const char *network, const char *key)
{
	return ask(network, "POST", CODE, key, "{\"code\":\"0000-0000-0000\"}");
}

Test(stranger, forged_session_tokens_leave_the_tenant_they_name_untouched)
{
	int limited = 0;

	config.rate_percent = 1; /* a tenant has a burst of 240 units, a network of 6 reads */
	fixture_start();
	backend.token_refused = true;
	for (int i = 0; i < 400; i++)
		limited += ask("192.0.2", NULL, TENANT_SESSION, a_bearer("ses"), NULL) == 429;
	cr_expect_geq(limited, 380, "%d", limited);
	backend.token_refused = false;
	cr_expect_eq(validate("198.51.100", a_bearer("aeg_live")), 200, "its partner is served");
	cr_expect_eq(ask("198.51.100", NULL, "/api/programs/" PROGRAM, a_token(), NULL), 200,
		     "its staff is served");
}

Test(stranger, many_true_session_tokens_cannot_use_up_what_partners_have)
{
	const char *token = a_bearer("ses");
	char network[16];
	int good = 0;

	config.rate_percent = 1; /* consumers share a burst of 120 */
	fixture_start();
	for (int i = 0; i < 300; i++) {
		snprintf(network, sizeof network, "10.%d.1", i / 5 + 1);
		/* Once for the proof, then with the tenant's share of consumers. */
		token = i % 5 ? token : a_bearer("ses");
		good += ask(network, NULL, TENANT_SESSION, token, NULL) == 200;
	}
	cr_expect_lt(good, 270, "consumers have a share of their own");
	cr_expect_eq(validate("198.51.100", a_bearer("aeg_live")), 200, "partners have theirs");
}

Test(stranger, a_network_whose_keys_are_refused_is_not_looked_up_for_ever)
{
	int refused = 0, limited = 0;

	config.rate_percent = 10; /* a burst of 12 refusals */
	fixture_start();
	backend.key_revoked = true;
	for (int i = 0; i < 60; i++) {
		int status = validate("192.0.2", a_bearer("aeg_live"));

		refused += status == 401;
		limited += status == 429;
	}
	cr_expect_eq(refused + limited, 60);
	cr_expect_leq(backend.key_checks, 20, "%d", (int)backend.key_checks);
	cr_expect_eq(validate("198.51.100", a_bearer("aeg_live")), 401, "another network is asked");
	backend.key_revoked = false;
	cr_expect_eq(validate("198.51.100", a_bearer("aeg_live")), 200);
}

Test(stranger, forged_access_tokens_are_not_verified_for_ever)
{
	int limited = 0;

	config.rate_percent = 10;
	fixture_start();
	for (int i = 0; i < 60; i++)
		limited += ask("192.0.2", NULL, "/api/programs", a_token(.other_key = true),
			       NULL) == 429;
	cr_expect_geq(limited, 40, "%d", limited);
	cr_expect_eq(ask("198.51.100", NULL, "/api/programs/" PROGRAM, a_token(), NULL), 200);
}

Test(stranger, the_health_of_the_daemons_is_asked_once_a_second_at_most)
{
	instant begin;
	int seconds;

	fixture_start();
	begin = instant_monotonic();
	for (int i = 0; i < 50; i++)
		cr_assert_eq(ask("192.0.2", NULL, "/api/health", NULL, NULL), 200);
	seconds = (int)((instant_monotonic() - begin) / SECONDS(1)) + 1;
	cr_expect_leq(backend.health_checks, 7 * seconds, "%d questions in %d s",
		      (int)backend.health_checks, seconds);
}

Test(stranger, what_the_gateway_answers_itself_is_limited_too)
{
	int limited = 0;

	config.rate_percent = 1; /* a burst of 6 */
	fixture_start();
	for (int i = 0; i < 20; i++)
		limited += ask("192.0.2", NULL, "/", NULL, NULL) == 429;
	cr_expect_geq(limited, 10, "%d", limited);
	cr_expect_eq(ask("198.51.100", NULL, "/", NULL, NULL), 200);
}

Test(stranger, an_office_behind_one_address_can_refresh_its_sessions)
{
	fixture_start();
	for (int i = 0; i < 100; i++)
		cr_assert_neq(ask("192.0.2", "POST", "/api/auth/refresh", NULL,
				  "{\"refreshToken\":\"r\"}"),
			      429, "refresh %d", i);
}
