#include "support/svc_test_internal.h"
#include "support/test_db.h"
#include "world.h"

TestSuite(admin, .init = world_start, .fini = daemons_stop, .timeout = 120);

/* The link's token; "" when there is none. */
static const char *create(const char *email)
{
	int status;
	const char *said = operator_runs(
		arena_printf(test_world.arena, "admin create --email '%s'", email), &status);

	return status == 0 ? said : "";
}

static struct answer accept(const char *token, const char *password)
{
	Auth__AcceptAdminInvitationRequest request = AUTH__ACCEPT_ADMIN_INVITATION_REQUEST__INIT;

	request.token = token;
	request.password = password;
	return call_to(auth_d, as_nobody(), "AcceptAdminInvitation", &request);
}

static int64_t platform_events(const char *topic)
{
	return events_out("auth", svc_platform_tenant, topic);
}

Test(admin, an_invited_administrator_signs_in_without_an_organization)
{
	const char *token = arena_strdup(test_world.arena, create(address_of("root")));
	Auth__GetMeRequest request = AUTH__GET_ME_REQUEST__INIT;
	const Auth__TokenResponse *tokens;
	const Auth__Me *me;

	cr_assert(str_has_prefix(str_of(token), "adm_"), "%s", token);
	cr_assert_eq(platform_events("admin.invited"), 1);
	tokens = expect_ok(accept(token, GOOD_PASSWORD));
	cr_assert_null(tokens->organization);
	cr_assert_eq(bearer_of(tokens)->principal.kind, PRINCIPAL_ADMIN);
	cr_assert_eq(platform_events("admin.accepted"), 1);
	tokens = signed_in("root");
	cr_assert_eq(bearer_of(tokens)->principal.kind, PRINCIPAL_ADMIN);
	cr_assert(is_alive(tokens));
	me = expect_ok(call_to(auth_d, bearer_of(tokens), "GetMe", &request));
	cr_assert(me->is_platform_admin);
	cr_assert_null(me->organization);
	tokens = expect_ok(refresh(tokens->refresh_token));
	cr_assert_eq(bearer_of(tokens)->principal.kind, PRINCIPAL_ADMIN);
}

Test(admin, signing_out_ends_an_administrators_session)
{
	const Auth__TokenResponse *tokens =
		expect_ok(accept(create(address_of("root")), GOOD_PASSWORD));
	Auth__LogoutUserRequest request = AUTH__LOGOUT_USER_REQUEST__INIT;

	cr_assert(is_alive(tokens));
	expect_ok(call_to(auth_d, bearer_of(tokens), "LogoutUser", &request));
	cr_assert_eq(record_of(tokens, NULL), CACHE_SESSION_ENDED);
	cr_assert_eq(platform_events("session.ended"), 1);
}

Test(admin, a_link_is_good_once_and_for_a_day)
{
	const char *token = arena_strdup(test_world.arena, create(address_of("root")));
	instant now = instant_now();

	expect_fail(accept(token, "Password2024!"), INVALID_ARGUMENT, "PASSWORD_COMMON");
	expect_fail(accept(token, "root-is-the-best"), INVALID_ARGUMENT,
		    "PASSWORD_CONTAINS_IDENTITY");
	expect_fail(accept("adm_x", GOOD_PASSWORD), INVALID_ARGUMENT, "BAD_TOKEN");
	now_is(now + HOURS(25));
	expect_fail(accept(token, GOOD_PASSWORD), INVALID_ARGUMENT, "BAD_TOKEN");
	now_is(0);
	expect_ok(accept(token, GOOD_PASSWORD));
	expect_fail(accept(token, GOOD_PASSWORD), INVALID_ARGUMENT, "BAD_TOKEN");
}

Test(admin, a_members_address_cannot_become_an_administrators)
{
	registered("ann");
	expect_fail(accept(create(address_of("ann")), GOOD_PASSWORD), ALREADY_EXISTS,
		    "EMAIL_TAKEN");
	cr_assert_str_eq(create("no-address"), "");
}

Test(admin, hashing_places_bound_this_door_too)
{
	const char *token = arena_strdup(test_world.arena, create(address_of("root")));

	take_every_place();
	expect_fail(accept(token, GOOD_PASSWORD), UNAVAILABLE, "BUSY");
	give_places_back();
	expect_ok(accept(token, GOOD_PASSWORD));
}
