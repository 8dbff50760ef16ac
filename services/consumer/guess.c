#include "consumer/guess.h"

struct subject {
	const char *name;
	int32_t limit;
};

#define SUBJECTS_MAX 3

static size_t subjects_of(struct rpc_call *call, const struct code_step *step,
			  struct subject subjects[SUBJECTS_MAX])
{
	size_t n = 0;

	subjects[n++] = (struct subject){"tenant", GUESSES_OF_TENANT};
	subjects[n++] = (struct subject){
		arena_printf(call->arena, "key %s", uuid_text(call->arena, call->principal->id)),
		GUESSES_OF_KEY};
	if (*step->terminal_id)
		subjects[n++] = (struct subject){arena_printf(call->arena, "terminal %s %s",
							      uuid_text(call->arena, step->holder),
							      step->terminal_id),
						 GUESSES_AT_TERMINAL};
	return n;
}

struct status guess_ask(struct rpc_call *call, struct code_step *step)
{
	struct subject subjects[SUBJECTS_MAX];
	const char *names[SUBJECTS_MAX];
	size_t n = subjects_of(call, step, subjects);

	for (size_t i = 0; i < n; i++)
		names[i] = subjects[i].name;
	return q_guesses_ask(call->tx, (struct text_list){names, n}, call->now, &step->guesses);
}

struct status guess_check(struct rpc_call *call, const struct code_step *step)
{
	struct subject subjects[SUBJECTS_MAX];
	size_t n = subjects_of(call, step, subjects), n_rows;
	struct q_guess_row *rows;

	TRY(q_guesses_take(call->tx, step->guesses, &rows, &n_rows));
	for (size_t r = 0; r < n_rows; r++)
		for (size_t i = 0; i < n; i++) {
			if (strcmp(rows[r].subject, subjects[i].name) != 0 ||
			    rows[r].misses < subjects[i].limit)
				continue;
			call->retry_after_ms =
				(uint32_t)((rows[r].window_until - call->now) / 1000) + 1;
			return FAIL(RATE_LIMITED);
		}
	return OK;
}

struct status guess_count(struct rpc_call *call, const struct code_step *step)
{
	struct subject subjects[SUBJECTS_MAX];
	size_t n = subjects_of(call, step, subjects);

	/* In one order everywhere: the tenant's row is locked first. */
	for (size_t i = 0; i < n; i++)
		TRY(q_count_guess(call->tx, subjects[i].name, call->now + GUESS_WINDOW, call->now));
	return OK;
}
