#include "people.h"

#include "auth_operator/queries.h"
#include "contract/manifest.h"
#include "ctl/user.h"
#include "tenant_operator/queries.h"

#define PERMISSIONS_MAX 256

struct put {
	const struct person *person;
	struct uuid id, tenant;
	const char *role;
	int64_t epoch;
};

struct person person_owner(const struct world *world)
{
	return (struct person){
		.name = "owner",
		.email = arena_printf(world->arena, "owner-%s@isolation.invalid",
				      world_value(world, "canary")),
		.id = world_value(world, "user"),
		.role = "owner",
		.token = arena_strdup(world->arena, world_value(world, "owner")),
		.password = world_value(world, "password"),
	};
}

static struct status call(struct proof *proof, struct http *http, const struct http_call *what,
			  int wanted, json_t **json)
{
	struct http_answer answer;

	TRY(http_run(http, proof->arena, what, &answer));
	if (answer.status != wanted)
		return http_not_that(what, arena_printf(proof->arena, "%d " STR_FMT, answer.status,
							STR_ARG(answer.body)));
	*json = http_json(&answer);
	return OK;
}

static struct status take_id(struct proof *proof, struct http *http, const json_t *registered,
			     struct person *person)
{
	struct http_call me = {.method = "GET",
			       .path = "/api/auth/me",
			       .token = json_text_at(proof->arena, registered, "accessToken")};
	json_t *json = NULL;

	TRY(call(proof, http, &me, 200, &json));
	person->id = json_text_at(proof->arena, json, "user.id");
	json_decref(json);
	return person->id ? OK : http_not_that(&me, "the answer lacks user.id");
}

struct status person_register(struct proof *proof, struct http *http, const struct world *world,
			      const char *name, struct person *person)
{
	const char *canary = world_value(world, "canary");
	struct http_call what = {.method = "POST", .path = "/api/auth/register"};
	struct status st;
	bool is_new;
	json_t *json = NULL;

	*person = (struct person){.name = name, .password = random_hex(proof->arena, 24)};
	person->email = arena_printf(proof->arena, "%s-%s@isolation.invalid", name, canary);
	what.body = arena_printf(proof->arena,
				 "{\"email\":\"%s\",\"password\":\"%s\",\"name\":\"The %s\","
				 "\"organizationName\":\"Isolation proof, the %s\"}",
				 person->email, person->password, name, name);
	TRY(call(proof, http, &what, 201, &json));
	st = take_id(proof, http, json, person);
	json_decref(json);
	TRY(st);
	/* Some operations ask for a confirmed address, and no mail reaches this one. */
	return user_confirm(proof->arena, proof->conninfo, proof->secrets_dir, person->email,
			    &is_new);
}

static struct status put_member(struct tx *tx, void *arg)
{
	struct put *put = arg;
	struct q_operator_member_row *row;

	TRY(q_operator_put_member(tx, &row, .id = put->id, .email = put->person->email,
				  .role = put->role, .now = instant_now()));
	put->epoch = row->version;
	return OK;
}

static struct status put_membership(struct tx *tx, void *arg)
{
	const char *permissions[PERMISSIONS_MAX];
	struct put *put = arg;
	struct text_list held = {
		permissions, contract_role_permissions(put->role, permissions, PERMISSIONS_MAX)};
	int64_t written;

	TRY(q_operator_put_membership(tx, &written, .account = put->id, .organization = put->tenant,
				      .role = put->role, .permissions = held, .epoch = put->epoch,
				      .now = instant_now()));
	return written == 1 ? OK : FAIL(MEMBERSHIP_NEWER);
}

static struct status write_as_migrator(struct proof *proof, const char *schema,
				       const struct db_catalogue *catalogue,
				       struct status (*step)(struct tx *, void *), struct put *put)
{
	struct db_tx how = {.kind = DB_WRITE, .tenant = put->tenant, .arena = proof->arena};
	struct db_conn *conn;
	struct status st;

	TRY(proof_migrator(proof, schema, &catalogue, 1, &conn));
	st = db_run(conn, &how, step, put);
	db_conn_free(&conn);
	return st;
}

struct status person_put(struct proof *proof, const struct world *world, struct person *person,
			 const char *role)
{
	struct put put = {.person = person, .role = role};

	(void)uuid_parse(str_of(person->id), &put.id);
	(void)uuid_parse(str_of(world_value(world, "tenant")), &put.tenant);
	TRY(write_as_migrator(proof, "tenant", &tenant_operator_queries, put_member, &put));
	TRY(write_as_migrator(proof, "auth", &auth_operator_queries, put_membership, &put));
	person->role = role;
	person->token = NULL;
	return OK;
}

struct status person_sign_in(struct proof *proof, struct http *http, const struct world *world,
			     struct person *person)
{
	struct http_call what = {.method = "POST", .path = "/api/auth/login"};
	json_t *json = NULL;

	if (person->token)
		return OK;
	what.body = arena_printf(proof->arena,
				 "{\"email\":\"%s\",\"password\":\"%s\",\"tenantId\":\"%s\"}",
				 person->email, person->password, world_value(world, "tenant"));
	TRY(call(proof, http, &what, 200, &json));
	person->token = json_text_at(proof->arena, json, "accessToken");
	json_decref(json);
	return person->token ? OK : http_not_that(&what, "the answer lacks accessToken");
}
