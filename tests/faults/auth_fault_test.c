#include <string.h>

#include "aegis/auth/v1/auth.aegis.h"
#include "auth/world.h"
#include "faults/fault_loop.h"
#include "support/svc_test_internal.h"

static const Auth__TokenResponse *tokens;
static int64_t sessions_before;

/* One person for all rounds; threads of tenant would not bear the forks. */
static void begin(void)
{
	world_start();
	tokens = registered("ann");
	daemon_drain(tenant_d);
}

/* Is no leak, but nobody else knows of it. */
static void *volatile of_the_parent;

/* In a child the hashing threads and the socket to Redis are those of its parent. */
static void start_child(void)
{
	daemons_after_fork();
	of_the_parent = auth_state();
	cr_assert(is_ok(auth_daemon.start(daemon_svc(auth_d))));
}

/* --- signing in -------------------------------------------------------------- */

static int64_t sessions(void)
{
	return test_count("SELECT count(*) FROM auth.session WHERE account_id = '%s'",
			  tokens->user->id) +
	       events_out("auth", organization_of(tokens), "session.created");
}

/* Attempts that were cut off count as failures, of which ten lock. */
static void unlock(unsigned round)
{
	fault_next_round(round);
	test_sql("DELETE FROM auth.login_lane");
	sessions_before = sessions();
}

static struct answer sign_in(void)
{
	return login(address_of("ann"), GOOD_PASSWORD);
}

static int64_t sessions_begun(void)
{
	return sessions() - sessions_before;
}

static const struct fault_case signing_in = {
	.prepare = unlock,
	.ask = sign_in,
	.effects = sessions_begun,
	.whole = 2,
	.has_it_anew = true,
	.start_child = start_child,
};

Test(faults, a_session_begins_and_is_told_or_does_not, .timeout = 120, .fini = daemons_stop)
{
	begin();
	fault_every_statement(&signing_in);
}

Test(faults, a_session_begins_or_does_not_whatever_allocation_fails, .timeout = 120,
     .fini = daemons_stop)
{
	begin();
	fault_every_allocation(&signing_in);
}

/* --- refreshing and signing out ------------------------------------------------ */

static const Auth__TokenResponse *session;

static void begin_session(unsigned round)
{
	unlock(round);
	session = signed_in("ann");
}

static struct answer refresh_session(void)
{
	return refresh(session->refresh_token);
}

static int64_t generations_made(void)
{
	return test_count(
		"SELECT generation FROM auth.session WHERE id = '%s' AND ended_at IS NULL",
		uuid_text(test_world.arena, session_of(session)));
}

static const struct fault_case refreshing = {
	.prepare = begin_session,
	.ask = refresh_session,
	.effects = generations_made,
	.whole = 1,
	.start_child = start_child,
};

Test(faults, a_lost_refresh_costs_nobody_the_session, .timeout = 120, .fini = daemons_stop)
{
	begin();
	fault_every_statement(&refreshing);
}

Test(faults, a_refresh_costs_nobody_the_session_whatever_allocation_fails, .timeout = 120,
     .fini = daemons_stop)
{
	begin();
	fault_every_allocation(&refreshing);
}

static const struct caller *bearer;
static int64_t ends_before;

static int64_t ends_told(void)
{
	return events_out("auth", organization_of(tokens), "session.ended");
}

static void begin_session_to_end(unsigned round)
{
	begin_session(round);
	bearer = bearer_of(session);
	ends_before = ends_told();
}

static struct answer sign_out(void)
{
	Auth__LogoutUserRequest request = AUTH__LOGOUT_USER_REQUEST__INIT;

	return call_to(auth_d, bearer, "LogoutUser", &request);
}

static int64_t sessions_ended(void)
{
	return test_count("SELECT count(*) FROM auth.session WHERE id = '%s' AND end_reason = "
			  "'logout'",
			  uuid_text(test_world.arena, bearer->principal.session)) +
	       ends_told() - ends_before;
}

static const struct fault_case signing_out = {
	.prepare = begin_session_to_end,
	.ask = sign_out,
	.effects = sessions_ended,
	.whole = 2,
	.start_child = start_child,
};

Test(faults, a_session_ends_and_is_told_or_does_not, .timeout = 120, .fini = daemons_stop)
{
	begin();
	fault_every_statement(&signing_out);
}

Test(faults, a_session_ends_or_does_not_whatever_allocation_fails, .timeout = 120,
     .fini = daemons_stop)
{
	begin();
	fault_every_allocation(&signing_out);
}
