/*
 * Part "roles", the sequences.  Two accomplices of the same role may change memberships as the API
 * lets them; an owner beside them takes no part.  A model that knows the manifest's roles alone
 * says which calls are allowed.  Every first call that is allowed is made, and after each every
 * call that is not; a call that is refused changes nothing, so that no sequence of two is left.
 */
#include <stdlib.h>
#include <string.h>

#include "contract/manifest.h"
#include "roles.h"

enum { FIRST, SECOND, OWNER, MEMBERS };

/* Enough to be told of; each costs new tokens for all. */
#define RAISED_MAX 20
enum kind { GIVE, REMOVE, PASS };

static const struct {
	const char *method, *pattern, *permission;
} kinds[] = {
	[GIVE] = {"PATCH", "/api/users/{id}", "users:write"},
	[REMOVE] = {"DELETE", "/api/users/{id}", "users:write"},
	[PASS] = {"POST", "/api/tenants/me/ownership", "ownership:write"},
};
#define KINDS (sizeof kinds / sizeof kinds[0])

/* One call that changes a membership. */
struct move {
	enum kind kind;
	int actor, target;
	const char *role; /* the one that is given; NULL of a removal */
};

struct trial {
	struct proof *proof;
	struct http *http;
	const struct world *world;
	struct arena *scratch; /* of one call */
	struct person people[MEMBERS];
	const char *began_as; /* the accomplices' role before the first call */
	int64_t sequences, firsts, looked;
	json_t *raised, *other, *unknown;
};

static bool is_allowed(const struct trial *t, const struct move *m)
{
	const char *actor = t->people[m->actor].role, *target = t->people[m->target].role;

	return actor && target && contract_role_has(actor, kinds[m->kind].permission) &&
	       contract_role_covers(actor, target) &&
	       (!m->role || contract_role_covers(actor, m->role));
}

static struct status make(struct trial *t, const struct move *m, int *status)
{
	struct http_call call = {.method = kinds[m->kind].method,
				 .token = t->people[m->actor].token};
	struct http_answer answer;

	arena_reset(t->scratch, false);
	call.path = kinds[m->kind].pattern;
	if (m->kind != PASS)
		call.path = arena_printf(t->scratch, "/api/users/%s", t->people[m->target].id);
	if (m->kind == GIVE)
		call.body = arena_printf(t->scratch, "{\"role\":\"%s\"}", m->role);
	if (m->kind == PASS)
		call.body =
			arena_printf(t->scratch, "{\"userId\":\"%s\"}", t->people[m->target].id);
	TRY(http_run(t->http, t->scratch, &call, &answer));
	*status = answer.status;
	return OK;
}

static const char *words_of(const struct trial *t, const struct move *m)
{
	static const char *const words[] = {"gives", "removes", "passes ownership to"};

	return arena_printf(t->scratch, "the %s (%s) %s %s%sthe %s", t->people[m->actor].name,
			    t->people[m->actor].role, words[m->kind],
			    m->kind == GIVE ? m->role : "", m->kind == GIVE ? " to " : "",
			    t->people[m->target].name);
}

/* Calls do(t, move) for every move of the actor, allowed or not. */
static struct status for_all_moves(struct trial *t, int actor,
				   struct status (*act)(struct trial *, const struct move *))
{
	for (int target = 0; target < MEMBERS; target++) {
		for (const char *const *role = contract_roles; *role; role++)
			TRY(act(t, &(struct move){GIVE, actor, target, *role}));
		TRY(act(t, &(struct move){REMOVE, actor, target, NULL}));
		TRY(act(t, &(struct move){PASS, actor, target, "owner"}));
	}
	return OK;
}

/* What was done against the model is undone. */
static struct status restore(struct trial *t, const struct move *m)
{
	for (int i = 0; i < MEMBERS; i++) {
		struct person *person = &t->people[i];

		if (!person->role || (i != m->actor && i != m->target))
			continue;
		TRY(person_put(t->proof, t->world, person, person->role));
		TRY(person_sign_in(t->proof, t->http, t->world, person));
	}
	if (m->target == OWNER) {
		const char *token = t->people[OWNER].token;

		json_object_set_new(t->world->values, "owner", json_string(token));
	}
	return OK;
}

/* What the model forbids is refused. */
static struct status try_forbidden(struct trial *t, const struct move *m)
{
	int status;

	if (is_allowed(t, m) || json_array_size(t->raised) >= RAISED_MAX)
		return OK;
	TRY(make(t, m, &status));
	t->sequences++;
	if (status >= 400)
		return OK;
	proof_find(t->raised, "accomplices who began as %s: %s: %d", t->began_as, words_of(t, m),
		   status);
	return restore(t, m);
}

/* The members are what the model says, the owner above all. */
static struct status look(struct trial *t)
{
	for (int member = 0; member < MEMBERS; member++) {
		struct http_call call = {.method = "GET", .token = world_value(t->world, "owner")};
		const char *wanted = t->people[member].role, *is;
		struct http_answer answer;
		json_t *json;

		arena_reset(t->scratch, false);
		call.path = arena_printf(t->scratch, "/api/users/%s", t->people[member].id);
		TRY(http_run(t->http, t->scratch, &call, &answer));
		json = answer.status == 200 ? http_json(&answer) : NULL;
		is = json_string_value(json_object_get(json, "role"));
		t->looked++;
		if (!is != !wanted || (is && strcmp(is, wanted) != 0))
			proof_find(t->other, "accomplices who began as %s: the %s is %s, not %s",
				   t->began_as, t->people[member].name, is ? is : "no member",
				   wanted ? wanted : "no member");
		json_decref(json);
	}
	return OK;
}

static struct status try_seconds(struct trial *t)
{
	for (int actor = FIRST; actor <= SECOND; actor++) {
		if (!t->people[actor].role)
			continue;
		TRY(person_sign_in(t->proof, t->http, t->world, &t->people[actor]));
		TRY(for_all_moves(t, actor, try_forbidden));
	}
	return look(t);
}

static struct status put_both(struct trial *t)
{
	for (int i = FIRST; i <= SECOND; i++)
		if (!t->people[i].role || strcmp(t->people[i].role, t->began_as) != 0)
			TRY(person_put(t->proof, t->world, &t->people[i], t->began_as));
	return OK;
}

/* An allowed call of the first accomplice, then all that is forbidden after it. */
static struct status try_first(struct trial *t, const struct move *m)
{
	struct person *target;
	int status;

	if (!is_allowed(t, m))
		return OK;
	TRY(person_sign_in(t->proof, t->http, t->world, &t->people[FIRST]));
	TRY(make(t, m, &status));
	if (status >= 400)
		return OK; /* the API does not give this role */
	t->firsts++;
	target = &t->people[m->target];
	target->role = m->role;
	target->token = NULL;
	TRY(try_seconds(t));
	return put_both(t);
}

static struct status try_role(struct trial *t, const char *role)
{
	t->began_as = role;
	TRY(put_both(t));
	TRY(try_seconds(t));
	return for_all_moves(t, FIRST, try_first);
}

/* An operation that changes memberships and is none of the three would be left out unseen. */
static void find_unknown(struct trial *t, const struct operations *operations)
{
	for (size_t i = 0; i < operations->n; i++) {
		const struct operation *o = &operations->items[i];
		char *ways = json_dumps(json_object_get(o->contract, "security"), 0);
		bool is_known =
			!strstr(ways, "\"users:write\"") && !strstr(ways, "\"ownership:write\"");

		for (size_t k = 0; k < KINDS; k++)
			is_known = is_known || (strcmp(o->method, kinds[k].method) == 0 &&
						strcmp(o->pattern, kinds[k].pattern) == 0);
		if (!is_known)
			proof_find(t->unknown,
				   "%s %s: services/ctl/prove/authority.c does not try it",
				   o->method, o->pattern);
		free(ways);
	}
}

static void enter(struct trial *t, const struct operations *operations)
{
	proof_check(t->proof, ROLES_PART, "every operation that changes memberships is tried",
		    (int64_t)operations->n, t->unknown);
	proof_check(t->proof, ROLES_PART, "no two calls raise what their callers hold",
		    t->sequences, t->raised);
	proof_check(t->proof, ROLES_PART, "the members are what the allowed calls made them",
		    t->looked, t->other);
	proof_check(t->proof, ROLES_PART, "what the manifest allows is done", t->firsts, NULL);
	proof_fact(t->proof, ROLES_PART, "sequences",
		   json_pack("{s:I, s:I}", "firstCallsDone", (json_int_t)t->firsts, "callsRefused",
			     (json_int_t)t->sequences));
}

struct status prove_authority(struct proof *proof, struct http *http,
			      const struct operations *operations, const struct world *world,
			      struct person accomplices[2])
{
	struct trial t = {.proof = proof,
			  .http = http,
			  .world = world,
			  .scratch = arena_new(SIZE_MAX),
			  .people = {accomplices[0], accomplices[1], person_owner(world)},
			  .raised = json_array(),
			  .other = json_array(),
			  .unknown = json_array()};
	struct status st = OK;

	find_unknown(&t, operations);
	for (const char *const *role = contract_roles; *role && is_ok(st); role++)
		if (strcmp(*role, "owner") != 0)
			st = try_role(&t, *role);
	enter(&t, operations);
	arena_free(&t.scratch);
	return st;
}
