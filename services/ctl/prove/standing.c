/*
 * The tenant is suspended as an operator would repair it: the row is changed and the tenant
 * daemon's job tells everybody, so that this also shows that the news reaches them.
 */
#include "standing.h"

#include <string.h>
#include <time.h>

#include "tenant_operator/queries.h"

#define PART   "standing"
#define WITHIN SECONDS(10)

struct trial {
	struct proof *proof;
	struct http *http;
	const struct world *world;
	struct arena *scratch; /* of one call */
	struct uuid tenant;
	instant known_by; /* when the last daemon must have heard of the suspension */
	int64_t refusals, again;
	json_t *let_in, *lost;
};

/* Kinds of credential as the contract calls them, and the world's own of each. */
static const char *const credentials[][2] = {
	{"user", "owner"}, {"key", "key_secret"}, {"session", "session_token"}};

struct change {
	const char *status;
	int64_t changed;
};

static struct status set_status(struct tx *tx, void *arg)
{
	struct change *change = arg;
	instant now = instant_now();

	TRY(q_operator_set_status(tx, change->status, now, &change->changed));
	return q_operator_tell_standing(tx, uuid_v7(now), now);
}

static struct status change_status(struct trial *t, const char *status)
{
	const struct db_catalogue *catalogue = &tenant_operator_queries;
	struct change change = {.status = status};
	struct db_tx how = {.kind = DB_WRITE, .tenant = t->tenant, .arena = t->scratch};
	struct db_conn *conn;
	struct status st;

	TRY(proof_migrator(t->proof, "tenant", &catalogue, 1, &conn));
	st = db_run(conn, &how, set_status, &change);
	db_conn_free(&conn);
	return st;
}

static struct status ask(struct trial *t, const struct operation *o, const char *token, int *status,
			 bool *is_suspended)
{
	struct http_call call = {
		.method = o->method, .path = o->path, .body = o->body, .token = token};
	struct http_answer answer;

	arena_reset(t->scratch, false);
	TRY(http_run(t->http, t->scratch, &call, &answer));
	*status = answer.status;
	*is_suspended = answer.status == 403 && memmem(answer.body.ptr, answer.body.len,
						       "\"TENANT_SUSPENDED\"", 18) != NULL;
	return OK;
}

static struct status wait_until(struct trial *t, bool suspended)
{
	const struct operation members = {.method = "GET", .path = "/api/users"};
	instant give_up = instant_monotonic() + WITHIN;
	bool is_suspended = !suspended;
	int status;

	for (;;) {
		TRY(ask(t, &members, world_value(t->world, "owner"), &status, &is_suspended));
		if (is_suspended == suspended)
			return OK;
		if (instant_monotonic() > give_up)
			return FAIL(STANDING_NOT_OBEYED);
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
}

/* Each daemon hears of the suspension by itself, so one that lets in is asked again until then. */
static struct status try_until_known(struct trial *t, const struct operation *o, const char *token,
				     int *status, bool *is_suspended)
{
	for (;;) {
		TRY(ask(t, o, token, status, is_suspended));
		if (*is_suspended || instant_monotonic() > t->known_by)
			return OK;
		nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
	}
}

static struct status try_operation(struct trial *t, const struct operation *o)
{
	for (size_t i = 0; i < sizeof credentials / sizeof credentials[0]; i++) {
		bool is_suspended;
		int status;

		if (!operation_is_for(o, credentials[i][0]))
			continue;
		TRY(try_until_known(t, o, world_value(t->world, credentials[i][1]), &status,
				    &is_suspended));
		t->refusals++;
		if (!is_suspended)
			proof_find(t->let_in, "%s %s with a %s credential: %d", o->method,
				   o->pattern, credentials[i][0], status);
	}
	return OK;
}

static struct status try_all(struct trial *t, const struct operations *operations)
{
	TRY(wait_until(t, true));
	t->known_by = instant_monotonic() + WITHIN;
	for (size_t i = 0; i < operations->n; i++)
		TRY(try_operation(t, &operations->items[i]));
	return OK;
}

/* What the tenant reads of its own with ids is there as before. */
static struct status read_again(struct trial *t, const struct operations *operations)
{
	TRY(wait_until(t, false));
	for (size_t i = 0; i < operations->n; i++) {
		const struct operation *o = &operations->items[i];
		bool is_suspended;
		int status;

		if (!operation_is_reading(o) || !o->has_ids)
			continue;
		TRY(ask(t, o, operation_reader(o, t->world), &status, &is_suspended));
		t->again++;
		if (status != 200)
			proof_find(t->lost, "GET %s after the resumption: %d", o->pattern, status);
	}
	return OK;
}

static void enter(struct trial *t)
{
	proof_check(t->proof, PART, "a suspended tenant's credentials open no operation",
		    t->refusals, t->let_in);
	proof_check(t->proof, PART, "resumed, the tenant reads what it had", t->again, t->lost);
	proof_fact(t->proof, PART, "operationsAndCredentials", json_integer(t->refusals));
}

struct status prove_standing(struct proof *proof, struct http *http,
			     const struct operations *operations, const struct world *world)
{
	struct trial t = {.proof = proof,
			  .http = http,
			  .world = world,
			  .scratch = arena_new(SIZE_MAX),
			  .let_in = json_array(),
			  .lost = json_array()};
	struct status st, back;

	(void)uuid_parse(str_of(world_value(world, "tenant")), &t.tenant);
	st = change_status(&t, "suspended");
	if (is_ok(st))
		st = try_all(&t, operations);
	back = change_status(&t, "active");
	if (is_ok(st) && is_ok(back))
		st = read_again(&t, operations);
	enter(&t);
	arena_free(&t.scratch);
	return is_ok(st) ? back : st;
}
