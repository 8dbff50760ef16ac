/* Tenants that may not act, and administrators who act in one: refused at the door. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "crypto/bearer.h"
#include "gateway/fixture.h"

TestSuite(standing, .init = fixture_up, .fini = fixture_down);

#define ONE	     "/api/programs/" PROGRAM
#define MINE	     "/api/tenants/me"
#define SESSION_PATH "/api/screening-sessions/" PROGRAM
#define VALIDATE     "/api/verification-codes/validate"
#define ADMIN	     a_token(.admin = true, .org = "-")
#define IN_OTHER     "Aegis-Tenant: " OTHER "\r\n"

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

static struct raw_answer validate(const char *key)
{
	return http(VALIDATE, .method = "POST", .token = key,
		    .body = "{\"code\":\"0000-0000-0000\"}");
}

Test(standing, a_suspended_tenants_users_keys_and_consumers_are_refused_by_the_next_call)
{
	const char *key = a_bearer("aeg_live"), *session = a_bearer("ses"),
		   *fresh = a_bearer("ses");
	int calls;

	fixture_start();
	fixture_put_session(1);
	expect(http(ONE, .token = a_token()), 200, "");
	expect(validate(key), 200, "");
	expect(http(SESSION_PATH, .token = session), 200, "");
	fixture_put_standing(false);
	calls = backend.calls;
	expect(http(ONE, .token = a_token()), 403, "TENANT_SUSPENDED");
	expect(validate(key), 403, "TENANT_SUSPENDED");
	expect(http(SESSION_PATH, .token = session), 403, "TENANT_SUSPENDED");
	expect(http(SESSION_PATH, .token = fresh), 403, "TENANT_SUSPENDED");
	cr_assert_eq(backend.calls, calls, "no daemon is asked");
	fixture_put_standing(true);
	expect(http(ONE, .token = a_token()), 200, "");
	expect(validate(key), 200, "");
	expect(http(SESSION_PATH, .token = session), 200, "");
}

Test(standing, when_redis_does_not_know_the_session_auths_answer_decides)
{
	fixture_start();
	backend.session_alive = true;
	backend.epoch = 1;
	backend.suspended = true;
	expect(http(ONE, .token = a_token(.sid = OTHER)), 403, "TENANT_SUSPENDED");
	redis_server_stop(&redis);
	expect(http(ONE, .token = a_token(.sid = USER)), 403, "TENANT_SUSPENDED");
	cr_assert_eq(backend.session_checks, 2);
}

Test(standing, an_administrator_needs_a_grant_in_a_tenant_and_none_elsewhere)
{
	int uses;

	fixture_start();
	fixture_put_admin_session();
	backend.grant_refused = true;
	expect(http("/api/auth/me", .token = ADMIN, .headers = IN_OTHER), 200, "");
	cr_assert_eq(backend.grant_uses, 0, "the platform's own routes need none");
	expect(http(MINE, .token = ADMIN, .headers = IN_OTHER), 403, "GRANT_REQUIRED");
	expect(http("/api/tenants/" OTHER, .token = ADMIN), 403, "GRANT_REQUIRED");
	expect(http(MINE, .token = ADMIN), 403, "GRANT_REQUIRED");
	uses = backend.grant_uses;
	backend.grant_refused = false;
	expect(http(MINE, .token = ADMIN, .headers = IN_OTHER), 200, "");
	expect(http("/api/tenants/" OTHER, .token = ADMIN), 200, "");
	cr_assert_eq(backend.grant_uses, uses + 2, "each call is entered");
	cr_assert_str_eq(backend.tenant, OTHER);
	cr_assert_str_eq(backend.label, "grant " PROGRAM);
	backend.grant_refused = true;
	expect(http(MINE, .token = ADMIN, .headers = IN_OTHER), 403, "GRANT_REQUIRED");
}

Test(standing, a_users_call_asks_for_no_grant)
{
	fixture_start();
	fixture_put_session(1);
	expect(http(ONE, .token = a_token()), 200, "");
	cr_assert_eq(backend.grant_uses, 0);
}
