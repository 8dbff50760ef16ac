/*
 * Part 2: every operation of the API called by others with one tenant's ids.
 * Two throw-away tenants are registered; what the first has carries its canary,
 * and no answer to anybody else may hold it, nor an id or token of it that the
 * caller did not send.
 */
#include <stdlib.h>
#include <string.h>

#include "crowd.h"
#include "operations.h"
#include "prove.h"
#include "roles.h"
#include "standing.h"

#define PART "routes"

struct reading {
	const struct operation *operation;
	json_t *json; /* what its own tenant read before; owned */
};

struct trial {
	struct proof *proof;
	struct http *http;
	struct arena *scratch; /* of one call */
	struct world hidden, other;
	struct operations operations;
	struct reading *readings;
	size_t n_readings;
	int64_t calls, aimed, filtered, with_canary, compared;
	json_t *refused, *leaks, *broken, *control, *changed;
	json_t *answers; /* status → how often the other tenant's owner got it for a foreign id */
};

struct caller {
	const char *name, *token;
};

static bool holds(struct str text, const char *word)
{
	return memmem(text.ptr, text.len, word, strlen(word)) != NULL;
}

/* One call by a stranger: no word of the tenant's, no failure. */
static struct status call_as(struct trial *t, const struct caller *caller,
			     const struct http_call *what, struct http_answer *answer)
{
	struct http_call call = *what;
	const char *told;

	call.token = caller->token;
	TRY(http_run(t->http, t->scratch, &call, answer));
	t->calls++;
	told = world_told(&t->hidden, &call, answer);
	if (told)
		proof_find(t->leaks, "%s %s as %s: the answer holds the other's %s", call.method,
			   call.path, caller->name, told);
	if (answer->status >= 500 || answer->status == 429)
		proof_find(t->broken, "%s %s as %s: %d", call.method, call.path, caller->name,
			   answer->status);
	return OK;
}

/* An unknown code and a foreign one look the same. */
static bool is_refused(const struct operation *o, const struct http_answer *answer)
{
	return answer->status == 401 || answer->status == 403 || answer->status == 404 ||
	       (o->has_code && answer->status == 400 && holds(answer->body, "CODE_NOT_VALID"));
}

/* An owner has every right in the own tenant: 404 says that the object is not there for them. */
static void count_answer(struct trial *t, int status)
{
	const char *name = arena_printf(t->scratch, "%d", status);
	json_int_t n = json_integer_value(json_object_get(t->answers, name));

	json_object_set_new(t->answers, name, json_integer(n + 1));
}

static struct status try_operation(struct trial *t, const struct operation *o,
				   const struct caller *caller)
{
	struct http_call call = {.method = o->method, .path = o->path, .body = o->body};
	struct http_answer answer;

	arena_reset(t->scratch, false);
	TRY(call_as(t, caller, &call, &answer));
	if (!o->has_ids || o->is_shared)
		return OK;
	t->aimed++;
	if (caller->token == world_value(&t->other, "owner"))
		count_answer(t, answer.status);
	if (!is_refused(o, &answer))
		proof_find(t->refused, "%s %s as %s: %d", o->method, o->pattern, caller->name,
			   answer.status);
	return OK;
}

static struct status try_all(struct trial *t, bool last_ones)
{
	const struct caller callers[] = {
		{"another tenant's owner", world_value(&t->other, "owner")},
		{"another tenant's partner", world_value(&t->other, "key_secret")},
		{"another tenant's consumer", world_value(&t->other, "session_token")},
		{"another consumer of the tenant", world_value(&t->hidden, "other_session_token")},
		{"nobody", NULL},
	};

	for (size_t i = 0; i < t->operations.n; i++)
		for (size_t c = 0; c < sizeof callers / sizeof callers[0]; c++)
			if (t->operations.items[i].is_last == last_ones)
				TRY(try_operation(t, &t->operations.items[i], &callers[c]));
	return OK;
}

/* Lists asked for the tenant's objects, and for the next page of what the tenant reads. */
static struct status try_list(struct trial *t, const struct operation *o, const char *query,
			      const char *value)
{
	const struct caller owner = {"another tenant's owner", world_value(&t->other, "owner")};
	struct http_call call = {.method = "GET"};
	struct http_answer answer;

	call.path = arena_printf(t->scratch, "%s?%s=%s", o->path, query, value);
	t->filtered++;
	return call_as(t, &owner, &call, &answer);
}

static struct status next_page(struct trial *t, const struct operation *o, const char **token)
{
	struct http_call call = {.method = "GET", .token = world_value(&t->hidden, "owner")};
	struct http_answer answer;
	json_t *json;

	call.path = arena_printf(t->scratch, "%s?pageSize=1", o->path);
	TRY(http_run(t->http, t->scratch, &call, &answer));
	json = http_json(&answer);
	*token = json_text_at(t->scratch, json, "nextPageToken");
	json_decref(json);
	return OK;
}

static struct status try_filters(struct trial *t, const struct operation *o)
{
	const json_t *parameters = json_object_get(o->contract, "parameters");
	const char *parameter, *value;

	for (size_t i = 0; i < json_array_size(parameters); i++) {
		arena_reset(t->scratch, false);
		value = operation_filter(o, &t->hidden, i, &parameter);
		if (!value && parameter && strcmp(parameter, "pageToken") == 0)
			TRY(next_page(t, o, &value));
		if (value)
			TRY(try_list(t, o, parameter, value));
	}
	return OK;
}

static struct status try_lists(struct trial *t)
{
	for (size_t i = 0; i < t->operations.n; i++) {
		const struct operation *o = &t->operations.items[i];

		if (strcmp(o->method, "GET") == 0 && !o->has_ids && operation_is_for(o, "user"))
			TRY(try_filters(t, o));
	}
	return OK;
}

/* What the tenant itself gets for a reading operation; *json is NULL unless that is 200. */
static struct status read_own(struct trial *t, const struct operation *o, json_t **json,
			      bool *has_canary)
{
	struct http_call call = {
		.method = "GET", .path = o->path, .token = operation_reader(o, &t->hidden)};
	struct http_answer answer;

	arena_reset(t->scratch, false);
	TRY(http_run(t->http, t->scratch, &call, &answer));
	*json = answer.status == 200 ? http_json(&answer) : NULL;
	*has_canary = holds(answer.body, world_value(&t->hidden, "canary"));
	if (!*json && o->has_ids)
		proof_find(t->control, "GET %s: its own tenant gets %d", o->pattern, answer.status);
	return OK;
}

static struct status read_before(struct trial *t)
{
	t->readings = arena_array_of(t->proof->arena, struct reading, t->operations.n);
	for (size_t i = 0; i < t->operations.n; i++) {
		const struct operation *o = &t->operations.items[i];
		bool has_canary = false;
		json_t *json = NULL;

		if (operation_is_reading(o))
			TRY(read_own(t, o, &json, &has_canary));
		t->with_canary += json && has_canary;
		if (json)
			t->readings[t->n_readings++] = (struct reading){o, json};
	}
	return OK;
}

static struct status read_after(struct trial *t)
{
	for (size_t i = 0; i < t->n_readings; i++) {
		const struct operation *o = t->readings[i].operation;
		json_t *json = NULL;
		bool has_canary;

		if (operation_is_lively(o))
			continue;
		TRY(read_own(t, o, &json, &has_canary));
		t->compared++;
		if (!json_equal(json, t->readings[i].json))
			proof_find(t->changed, "GET %s is no longer what it was", o->pattern);
		json_decref(json);
	}
	return OK;
}

static struct status read_api(struct trial *t, json_t **api)
{
	struct http_call call = {.method = "GET", .path = "/openapi.json"};
	struct http_answer answer;

	TRY(http_run(t->http, t->proof->arena, &call, &answer));
	*api = answer.status == 200 ? http_json(&answer) : NULL;
	return *api ? OK : http_not_that(&call, "no openapi.json");
}

static void enter(struct trial *t)
{
	struct proof *proof = t->proof;
	struct operations *all = &t->operations;

	proof_check(proof, PART, "the ids of every operation are known", (int64_t)all->n,
		    json_incref(all->unknown));
	proof_check(proof, PART, "every operation refuses another tenant's ids", t->aimed,
		    t->refused);
	proof_check(proof, PART, "no answer tells of another tenant", t->calls, t->leaks);
	proof_check(proof, PART, "every call is answered", t->calls, t->broken);
	proof_check(proof, PART, "the tenant itself reads what others are refused",
		    (int64_t)t->n_readings, t->control);
	proof_check(proof, PART, "the tenant itself sees its canary", t->with_canary, NULL);
	proof_check(proof, PART, "the tenant's objects are what they were", t->compared,
		    t->changed);
	proof_fact(proof, PART, "operations", json_integer((json_int_t)all->n));
	proof_fact(proof, PART, "calls", json_integer(t->calls));
	proof_fact(proof, PART, "callsWithForeignIds", json_integer(t->aimed));
	proof_fact(proof, PART, "answersToTheOtherOwner", t->answers);
	proof_fact(proof, PART, "listsAskedForForeignObjects", json_integer(t->filtered));
	proof_fact(proof, PART, "readingsWithCanary", json_integer(t->with_canary));
	proof_fact(proof, PART, "leftOut", json_incref(all->left_out));
	proof_fact(proof, PART, "idsMadeUp", json_incref(t->hidden.made_up));
}

static struct status attack(struct trial *t, const json_t *api)
{
	operations_list(&t->operations, api, &t->hidden);
	TRY(read_before(t));
	TRY(try_all(t, false));
	TRY(try_lists(t));
	TRY(prove_crowd(t->proof, t->http, api, &t->hidden, &t->other));
	TRY(read_after(t));
	TRY(prove_roles(t->proof, t->http, &t->operations, &t->hidden));
	TRY(prove_standing(t->proof, t->http, &t->operations, &t->hidden));
	/* Its owner is signed out by the last calls. */
	TRY(world_close(&t->other));
	return try_all(t, true);
}

static struct status run_trial(struct trial *t)
{
	json_t *api = NULL;
	struct status st;

	TRY(read_api(t, &api));
	st = world_build(t->proof, t->http, t->proof->arena, &t->hidden);
	if (is_ok(st))
		st = world_build(t->proof, t->http, t->proof->arena, &t->other);
	if (is_ok(st))
		st = attack(t, api);
	json_decref(api);
	TRY(st);
	(void)uuid_parse(str_of(world_value(&t->hidden, "tenant")), &t->proof->hidden);
	(void)uuid_parse(str_of(world_value(&t->other, "tenant")), &t->proof->looking);
	TRY(world_close(&t->hidden));
	return world_sign_out(&t->hidden);
}

struct status prove_routes(struct proof *proof)
{
	struct trial t = {.proof = proof,
			  .http = http_new(proof->url),
			  .scratch = arena_new(SIZE_MAX),
			  .refused = json_array(),
			  .leaks = json_array(),
			  .broken = json_array(),
			  .control = json_array(),
			  .changed = json_array(),
			  .answers = json_object()};
	struct status st = run_trial(&t);

	enter(&t);
	for (size_t i = 0; i < t.n_readings; i++)
		json_decref(t.readings[i].json);
	operations_free(&t.operations);
	world_free(&t.hidden);
	world_free(&t.other);
	arena_free(&t.scratch);
	http_free(&t.http);
	return st;
}
