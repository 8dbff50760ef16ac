#include "crowd.h"

#include <string.h>

#include "operations.h"

#define PART   "routes"
#define ROUNDS 4

/* One thing that one of the tenants reads, and what it got when it read alone. */
struct seat {
	const struct operation *operation;
	const struct world *own, *other;
	struct http_call call;
	json_t *alone; /* owned */
};

struct crowd {
	struct proof *proof;
	struct http *http;
	struct arena *scratch;
	struct operations operations[2];
	struct seat *seats;
	size_t n;
	int64_t answers, limited;
	json_t *findings;
};

static struct status take_seat(struct crowd *c, const struct operation *o, const struct world *own,
			       const struct world *other)
{
	struct seat seat = {
		.operation = o,
		.own = own,
		.other = other,
		.call = {.method = "GET", .path = o->path, .token = operation_reader(o, own)}};
	struct http_answer answer;

	arena_reset(c->scratch, false);
	TRY(http_run(c->http, c->scratch, &seat.call, &answer));
	seat.alone = answer.status == 200 ? http_json(&answer) : NULL;
	if (seat.alone)
		c->seats[c->n++] = seat;
	return OK;
}

/* The same operation for one and for the other, side by side. */
static struct status take_seats(struct crowd *c, const struct world *worlds[2])
{
	size_t n = c->operations[0].n;

	c->seats = arena_array_of(c->proof->arena, struct seat, 2 * n);
	for (size_t i = 0; i < n && i < c->operations[1].n; i++)
		for (int side = 0; side < 2; side++)
			if (operation_is_reading(&c->operations[side].items[i]))
				TRY(take_seat(c, &c->operations[side].items[i], worlds[side],
					      worlds[!side]));
	return OK;
}

static void judge(struct crowd *c, const struct seat *seat, const struct http_answer *answer)
{
	const char *told = world_told(seat->other, &seat->call, answer);
	const char *path = seat->call.path;
	json_t *json;

	c->answers++;
	if (told)
		proof_find(c->findings, "GET %s: the answer holds the other's %s", path, told);
	if (answer->status == 429) {
		c->limited++;
		return;
	}
	if (answer->status != 200) {
		proof_find(c->findings, "GET %s: %d, alone it was 200", path, answer->status);
		return;
	}
	json = http_json(answer);
	if (!operation_is_lively(seat->operation) && !json_equal(json, seat->alone))
		proof_find(c->findings, "GET %s: another answer than alone", path);
	json_decref(json);
}

static void one_round(struct crowd *c)
{
	struct http_call *calls;
	struct http_answer *answers;

	arena_reset(c->scratch, false);
	calls = arena_array_of(c->scratch, struct http_call, c->n);
	answers = arena_array_of(c->scratch, struct http_answer, c->n);
	for (size_t i = 0; i < c->n; i++)
		calls[i] = c->seats[i].call;
	http_run_many(c->http, c->scratch, calls, c->n, answers);
	for (size_t i = 0; i < c->n; i++)
		judge(c, &c->seats[i], &answers[i]);
}

static void enter(struct crowd *c)
{
	proof_check(c->proof, PART, "many at once, each tenant gets its own answers",
		    c->answers - c->limited, c->findings);
	proof_fact(c->proof, PART, "atOnce",
		   json_pack("{s:I, s:I, s:I, s:i}", "readings", (json_int_t)c->n, "answers",
			     (json_int_t)c->answers, "limited", (json_int_t)c->limited,
			     "connections", HTTP_AT_ONCE));
}

struct status prove_crowd(struct proof *proof, struct http *http, const json_t *api,
			  const struct world *one, const struct world *other)
{
	struct crowd c = {.proof = proof,
			  .http = http,
			  .scratch = arena_new(SIZE_MAX),
			  .findings = json_array()};
	struct status st;

	operations_list(&c.operations[0], api, one);
	operations_list(&c.operations[1], api, other);
	st = take_seats(&c, (const struct world *[]){one, other});
	for (int i = 0; i < ROUNDS && is_ok(st); i++)
		one_round(&c);
	enter(&c);
	for (size_t i = 0; i < c.n; i++)
		json_decref(c.seats[i].alone);
	operations_free(&c.operations[0]);
	operations_free(&c.operations[1]);
	arena_free(&c.scratch);
	return st;
}
