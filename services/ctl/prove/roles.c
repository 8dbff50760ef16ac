/*
 * Each call carries a query parameter that no operation knows: whoever is let in is answered 400,
 * so that nothing changes whatever the operation does.
 */
#include "roles.h"

#include <string.h>

#include "contract/manifest.h"

#define PROBE	 "?isolationProof=1"
#define LACKING	 "\"PERMISSION_REQUIRED\""
#define REMOVING "/api/users/%s"

struct trial {
	struct proof *proof;
	struct http *http;
	const struct world *world;
	struct arena *scratch; /* of one call */
	int64_t let_in, refused;
	json_t *too_much, *too_little, *lost;
};

/* The permission that the operation asks a user for; "" when a sign-in is enough, NULL: no user. */
static const char *permission_of(const struct operation *o)
{
	const json_t *ways = json_object_get(o->contract, "security"), *way, *grants;
	size_t i;

	json_array_foreach (ways, i, way) {
		grants = json_object_get(way, "user");
		if (grants && json_array_size(grants))
			return json_string_value(json_array_get(grants, 0));
		if (grants)
			return "";
	}
	return NULL;
}

static bool is_open_to_all(const struct operation *o)
{
	return json_array_size(json_object_get(o->contract, "security")) == 0;
}

static bool may(const struct operation *o, const char *role)
{
	const char *permission = permission_of(o);

	return permission && (!*permission || contract_role_has(role, permission));
}

static struct status try_operation(struct trial *t, const struct operation *o,
				   const struct person *person)
{
	struct http_call call = {.method = o->method, .token = person->token};
	bool expected = may(o, person->role), is_refused;
	struct http_answer answer;

	arena_reset(t->scratch, false);
	call.path = arena_printf(t->scratch, "%s" PROBE, o->path);
	TRY(http_run(t->http, t->scratch, &call, &answer));
	is_refused = answer.status == 403 &&
		     memmem(answer.body.ptr, answer.body.len, LACKING, strlen(LACKING)) != NULL;
	t->let_in += expected;
	t->refused += !expected;
	if (!expected && !is_refused)
		proof_find(t->too_much, "%s %s as %s: %d", o->method, o->pattern, person->role,
			   answer.status);
	if (expected && answer.status != 400)
		proof_find(t->too_little, "%s %s as %s: %d", o->method, o->pattern, person->role,
			   answer.status);
	return OK;
}

static struct status try_role(struct trial *t, const struct operations *operations,
			      struct person *person, const char *role)
{
	TRY(person_put(t->proof, t->world, person, role));
	TRY(person_sign_in(t->proof, t->http, t->world, person));
	for (size_t i = 0; i < operations->n; i++)
		if (!is_open_to_all(&operations->items[i]))
			TRY(try_operation(t, &operations->items[i], person));
	return OK;
}

/* Who came by the migrator's hand goes as members go: removed by the owner. */
static struct status remove_person(struct trial *t, const struct person *person)
{
	struct http_call call = {.method = "DELETE", .token = world_value(t->world, "owner")};
	struct http_answer answer;

	arena_reset(t->scratch, false);
	call.path = arena_printf(t->scratch, REMOVING, person->id);
	TRY(http_run(t->http, t->scratch, &call, &answer));
	if (answer.status != 204)
		proof_find(t->lost, "DELETE of the %s by the owner: %d", person->name,
			   answer.status);
	return OK;
}

static void enter(struct trial *t)
{
	proof_check(t->proof, ROLES_PART, "no operation lets in a role that lacks its permission",
		    t->refused, t->too_much);
	proof_check(t->proof, ROLES_PART,
		    "every operation lets in the roles that the manifest names", t->let_in,
		    t->too_little);
	proof_check(t->proof, ROLES_PART, "an owner removes the members", 2, t->lost);
	proof_fact(t->proof, ROLES_PART, "operationsAndRoles",
		   json_pack("{s:I, s:I}", "letIn", (json_int_t)t->let_in, "refused",
			     (json_int_t)t->refused));
}

static struct status run_trial(struct trial *t, const struct operations *operations,
			       struct person people[2])
{
	TRY(person_register(t->proof, t->http, t->world, "first", &people[0]));
	TRY(person_register(t->proof, t->http, t->world, "second", &people[1]));
	for (const char *const *role = contract_roles; *role; role++)
		TRY(try_role(t, operations, &people[0], *role));
	TRY(prove_authority(t->proof, t->http, operations, t->world, people));
	TRY(remove_person(t, &people[0]));
	return remove_person(t, &people[1]);
}

struct status prove_roles(struct proof *proof, struct http *http,
			  const struct operations *operations, const struct world *world)
{
	struct person people[2] = {};
	struct trial t = {.proof = proof,
			  .http = http,
			  .world = world,
			  .scratch = arena_new(SIZE_MAX),
			  .too_much = json_array(),
			  .too_little = json_array(),
			  .lost = json_array()};
	struct status st = run_trial(&t, operations, people);

	enter(&t);
	arena_free(&t.scratch);
	return st;
}
