/* Who may change whose membership: nobody gives what they do not have. */
#include <criterion/criterion.h>
#include <pthread.h>

#include <libpq-fe.h>

#include "support/svc_test_internal.h"
#include "tenant_world.h"

TestSuite(authority, .init = world_start, .fini = daemons_stop, .timeout = 60);

static struct answer give(const struct caller *who, struct uuid id, const char *role)
{
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest req = TENANT__UPDATE_USER_REQUEST__INIT;

	req.user = &user;
	req.id = text(id);
	user.role = role;
	return call(who, "UpdateUser", &req);
}

static struct answer take_out(const struct caller *who, struct uuid id)
{
	Tenant__RemoveUserRequest req = TENANT__REMOVE_USER_REQUEST__INIT;

	req.id = text(id);
	return call(who, "RemoveUser", &req);
}

static struct answer pass_to(const struct caller *who, struct uuid id)
{
	Tenant__PassOwnershipRequest req = TENANT__PASS_OWNERSHIP_REQUEST__INIT;

	req.user_id = text(id);
	return call(who, "PassOwnership", &req);
}

static const char *role_of(struct uuid tenant, struct uuid id)
{
	return test_value("SELECT role FROM tenant.member WHERE tenant_id = '%s' AND id = '%s' "
			  "AND deleted_at IS NULL",
			  text(tenant), text(id));
}

Test(authority, an_admin_can_neither_become_an_owner_nor_demote_or_remove_one)
{
	struct uuid acme = a_tenant("acme"), ann = an_id_in(acme, "ann");
	struct uuid bob = a_member(acme, "bob", "admin"), cid = a_member(acme, "cid", "viewer");

	a_member(acme, "dan", "owner");
	expect_fail(give(as(acme, "bob"), bob, "owner"), PERMISSION_DENIED, "ROLE_ABOVE_YOURS");
	expect_fail(give(as(acme, "bob"), cid, "owner"), PERMISSION_DENIED, "ROLE_ABOVE_YOURS");
	expect_fail(give(as(acme, "bob"), ann, "viewer"), PERMISSION_DENIED, "ROLE_ABOVE_YOURS");
	expect_fail(take_out(as(acme, "bob"), ann), PERMISSION_DENIED, "ROLE_ABOVE_YOURS");
	expect_fail(pass_to(as(acme, "bob"), cid), PERMISSION_DENIED, "ROLE_ABOVE_YOURS");
	expect_ok(give(as(acme, "bob"), cid, "admin"));
	expect_count(2, acme, "tenant.member WHERE role = 'owner'");
}

Test(authority, ownership_passes_by_an_owner_who_becomes_an_admin)
{
	struct uuid acme = a_tenant("acme"), ann = an_id_in(acme, "ann");
	struct uuid bob = a_member(acme, "bob", "editor");

	expect_fail(pass_to(as(acme, "ann"), ann), FAILED_PRECONDITION, "ALREADY_OWNER");
	expect_fail(pass_to(as(acme, "ann"), an_id("nobody")), NOT_FOUND, "USER_NOT_FOUND");
	expect_ok(pass_to(as(acme, "ann"), bob));
	cr_assert_str_eq(role_of(acme, bob), "owner");
	cr_assert_str_eq(role_of(acme, ann), "admin");
	cr_assert_eq(events_out("tenant", acme, "membership.changed"), 4, "both, audit and auth");
	expect_fail(pass_to(as(acme, "ann"), ann), PERMISSION_DENIED, "ROLE_ABOVE_YOURS");
}

static int64_t events_with(struct uuid tenant, const char *json)
{
	return test_count(
		"SELECT count(*) FROM tenant.outbox WHERE tenant_id = '%s' AND subscriber = "
		"'audit' AND position(convert_to('%s', 'UTF8') in payload) > 0",
		text(tenant), json);
}

Test(authority, the_log_has_both_roles_and_only_the_names_of_who_they_belong_to)
{
	struct uuid acme = a_tenant("acme"), bob = a_member(acme, "bob", "editor");

	expect_ok(give(as(acme, "ann"), bob, "viewer"));
	cr_assert_eq(events_with(acme, "{\"role\":\"editor\"}"), 1);
	cr_assert_eq(events_with(acme, "{\"role\":\"viewer\"}"), 1);
	expect_ok(take_out(as(acme, "ann"), bob));
	cr_assert_eq(events_with(acme, "\"$protected\":[\"email\",\"name\"]"), 1);
}

Test(authority, a_caller_who_is_no_member_or_no_longer_one_changes_nobody)
{
	struct uuid acme = a_tenant("acme"), bob = a_member(acme, "bob", "admin");
	struct uuid cid = a_member(acme, "cid", "viewer");

	expect_fail(give(as(acme, "eve"), cid, "editor"), PERMISSION_DENIED, "PERMISSION_REQUIRED");
	expect_ok(take_out(as(acme, "ann"), bob));
	expect_fail(give(as(acme, "bob"), cid, "editor"), PERMISSION_DENIED, "PERMISSION_REQUIRED");
	cr_assert_str_eq(role_of(acme, cid), "viewer");
}

struct grant {
	pthread_t thread;
	struct svc_worker *worker;
	const struct caller *who;
	char id[UUID_TEXT];
	struct status status;
};

static void *grant(void *arg)
{
	Tenant__Member user = TENANT__MEMBER__INIT;
	Tenant__UpdateUserRequest req = TENANT__UPDATE_USER_REQUEST__INIT;
	struct grant *g = arg;

	req.user = &user;
	req.id = g->id;
	user.role = "admin";
	g->status = call_on(g->worker, g->who, "UpdateUser", &req).status;
	return NULL;
}

static bool somebody_waits(void *arg)
{
	(void)arg;
	return test_count("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
			  "AND datname = current_database()") > 0;
}

static void demote_in(PGconn *other, struct uuid tenant, struct uuid id)
{
	const char *sql = arena_printf(test_world.arena,
				       "BEGIN; UPDATE tenant.member SET role = 'viewer' WHERE "
				       "tenant_id = '%s' AND id = '%s'",
				       text(tenant), text(id));
	PGresult *result = PQexec(other, sql);

	cr_assert_eq(PQresultStatus(result), PGRES_COMMAND_OK, "%s", PQerrorMessage(other));
	PQclear(result);
}

Test(authority, a_grant_that_waits_for_the_granters_demotion_is_refused)
{
	struct uuid acme = a_tenant("acme"), bob = a_member(acme, "bob", "admin");
	struct uuid cid = a_member(acme, "cid", "viewer");
	PGconn *other = PQconnectdb(test_db_superuser());
	struct grant g = {.who = as(acme, "bob"), .worker = worker_new(daemon_under_test)};

	uuid_format(g.id, cid);
	demote_in(other, acme, bob);
	pthread_create(&g.thread, NULL, grant, &g);
	expect_soon(somebody_waits, NULL);
	PQclear(PQexec(other, "COMMIT"));
	pthread_join(g.thread, NULL);
	PQfinish(other);
	svc_worker_free(&g.worker);
	cr_assert_eq(g.status.code, STATUS_PERMISSION_DENIED, "%s", reason_name(g.status.reason));
	cr_assert_str_eq(role_of(acme, cid), "viewer");
}

/* --- random sequences against a model that knows ranks, not permissions ------------- */

#define MEMBERS 6
#define STEPS	120

enum rank { OUT, VIEWER, EDITOR, ADMIN, OWNER };

static const char *const role_names[] = {"", "viewer", "editor", "admin", "owner"};
static const char *const names[MEMBERS] = {"ann", "bob", "cid", "dan", "eve", "fay"};

struct model {
	struct uuid tenant, ids[MEMBERS];
	enum rank ranks[MEMBERS];
	uint64_t state;
	int done, above, last;
};

static unsigned next(struct model *m, unsigned below)
{
	m->state = m->state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(m->state >> 33) % below;
}

static int owners(const struct model *m)
{
	int n = 0;

	for (int i = 0; i < MEMBERS; i++)
		n += m->ranks[i] == OWNER;
	return n;
}

/* NULL: it is done. */
static const char *expected(const struct model *m, int actor, int target, enum rank given)
{
	if (m->ranks[actor] < ADMIN)
		return "PERMISSION_REQUIRED";
	if (m->ranks[target] == OUT)
		return "USER_NOT_FOUND";
	if (m->ranks[target] > m->ranks[actor] || given > m->ranks[actor])
		return "ROLE_ABOVE_YOURS";
	if (m->ranks[target] == OWNER && given != OWNER && owners(m) == 1)
		return "LAST_OWNER";
	return NULL;
}

static void expect_answer(struct model *m, struct answer answer, const char *reason, int step)
{
	cr_assert_eq(is_ok(answer.status), !reason, "step %d: %s, not %s", step,
		     reason_name(answer.status.reason), reason);
	if (reason)
		cr_assert_str_eq(reason_name(answer.status.reason), reason, "step %d", step);
	m->done += !reason;
	m->above += reason && strcmp(reason, "ROLE_ABOVE_YOURS") == 0;
	m->last += reason && strcmp(reason, "LAST_OWNER") == 0;
}

static void change(struct model *m, int step)
{
	int actor = (int)next(m, MEMBERS), target = (int)next(m, MEMBERS);
	enum rank given = next(m, 8) == 0 ? OUT : VIEWER + next(m, 4);
	const struct caller *who = as(m->tenant, names[actor]);
	const char *reason = expected(m, actor, target, given);

	expect_answer(m,
		      given == OUT ? take_out(who, m->ids[target])
				   : give(who, m->ids[target], role_names[given]),
		      reason, step);
	if (!reason)
		m->ranks[target] = given;
}

static void pass(struct model *m, int step)
{
	int actor = (int)next(m, MEMBERS), target = (int)next(m, MEMBERS);
	const char *reason = expected(m, actor, target, OWNER);

	if (!reason && m->ranks[target] == OWNER)
		reason = "ALREADY_OWNER";
	expect_answer(m, pass_to(as(m->tenant, names[actor]), m->ids[target]), reason, step);
	if (reason)
		return;
	m->ranks[target] = OWNER;
	m->ranks[actor] = ADMIN;
}

/* Who is out comes in again, by invitation of nobody: as a viewer. */
static void bring_back(struct model *m)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (m->ranks[i] != OUT)
			continue;
		test_sql("UPDATE tenant.member SET deleted_at = NULL, active = true, role = "
			 "'viewer' WHERE tenant_id = '%s' AND id = '%s'",
			 text(m->tenant), text(m->ids[i]));
		m->ranks[i] = VIEWER;
	}
}

/* One query for all of them: the members' roles in the order of their ids. */
static void expect_model(const struct model *m, int step)
{
	char roles[128] = "";

	for (int i = 0; i < MEMBERS; i++)
		snprintf(roles + strlen(roles), sizeof roles - strlen(roles), "%s%s", i ? "," : "",
			 role_names[m->ranks[i]]);
	cr_assert_str_eq(
		test_value("SELECT string_agg(CASE WHEN deleted_at IS NULL THEN role ELSE "
			   "'' END, ',' ORDER BY lower(name)) FROM tenant.member WHERE tenant_id "
			   "= '%s'",
			   text(m->tenant)),
		roles, "step %d", step);
	cr_assert_geq(owners(m), 1);
}

static void run_sequence(uint64_t seed)
{
	char name[16];
	struct model m = {.state = seed};

	snprintf(name, sizeof name, "t%d", (int)seed);
	m.tenant = a_tenant(name);
	for (int i = 0; i < MEMBERS; i++) {
		m.ids[i] = i ? a_member(m.tenant, names[i], role_names[VIEWER + i % 3])
			     : an_id_in(m.tenant, "ann");
		m.ranks[i] = i ? VIEWER + i % 3 : OWNER;
	}
	for (int step = 0; step < STEPS; step++) {
		if (next(&m, 10) == 0)
			pass(&m, step);
		else
			change(&m, step);
		expect_model(&m, step);
		if (step % 30 == 29)
			bring_back(&m);
	}
	cr_assert_gt(m.done, 10);
	cr_assert_gt(m.above, 5);
}

Test(authority, in_no_sequence_of_changes_does_anybody_hold_more_than_an_owner_gave)
{
	for (uint64_t seed = 1; seed <= 3; seed++)
		run_sequence(seed);
}
