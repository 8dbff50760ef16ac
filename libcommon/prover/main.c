/* aegis-prover: one request on standard input, proofs on standard output (prover/wire.h). */
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <z3.h>

#include "prover/process.h"
#include "prover/prover.h"
#include "prover/wire.h"

#define MAX_REQUEST ((size_t)64 << 20)
/* Should nobody be left to end it. */
#define MAX_CPU_S 30

#if defined(__SANITIZE_ADDRESS__)
#define HAS_SHADOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAS_SHADOW 1
#endif
#endif

static void limit_itself(void)
{
	struct rlimit cpu = {MAX_CPU_S, MAX_CPU_S}, core = {0, 0};
#ifndef HAS_SHADOW
	struct rlimit memory = {(rlim_t)2 * PROVER_MEMORY_MB << 20,
				(rlim_t)2 * PROVER_MEMORY_MB << 20};

	setrlimit(RLIMIT_AS, &memory);
#endif
	setrlimit(RLIMIT_CPU, &cpu);
	/* A core would hold what is asked of patients. */
	setrlimit(RLIMIT_CORE, &core);
	Z3_global_param_set("memory_max_size", "768");
	_Static_assert(PROVER_MEMORY_MB == 768, "the same limit in words");
}

static bool read_all(struct strbuf *buf)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(STDIN_FILENO, chunk, sizeof chunk)) > 0 && buf->len < MAX_REQUEST)
		strbuf_add(buf, chunk, (size_t)n);
	return n == 0;
}

static void write_all(struct str text)
{
	while (text.len) {
		ssize_t n = write(STDOUT_FILENO, text.ptr, text.len);

		if (n <= 0)
			_exit(1);
		text.ptr += n;
		text.len -= (size_t)n;
	}
}

static void say(void *arg, size_t goal, const struct screener_proof *proof)
{
	struct arena *arena = arg;
	struct arena_mark mark = arena_mark(arena);
	struct strbuf buf = strbuf_new(arena);

	wire_write_proof(&buf, goal, proof);
	write_all(strbuf_str(&buf));
	arena_rewind(arena, mark);
}

static bool is_within(const struct screener *screener, const struct wire_request *request)
{
	for (size_t i = 0; i < request->n_goals; i++) {
		const struct screener_goal *goal = &request->goals[i];
		size_t n = goal->kind == SCREENER_GOAL_LEADING	 ? screener_n_rules(screener)
			   : goal->kind == SCREENER_GOAL_OUTCOME ? screener_n_outcomes(screener)
								 : screener_n_items(screener);

		if (goal->kind > SCREENER_GOAL_LEADING || goal->index >= n)
			return false;
	}
	return true;
}

static int run(struct arena *arena)
{
	struct strbuf buf = strbuf_new(arena);
	struct screener_findings findings;
	struct screener *screener = NULL;
	struct wire_request request;
	struct screener_effort effort;
	struct screener_proof *proofs;
	struct arena *lines;

	if (!read_all(&buf) || !wire_read_request(strbuf_str(&buf), arena, &request) ||
	    is_failed(screener_compile(arena, request.document, request.tables, request.n_tables,
				       &screener, &findings)))
		return 2;
	if (!is_within(screener, &request)) {
		screener_free(&screener);
		return 2;
	}
	lines = arena_new(SIZE_MAX);
	proofs = arena_array_of(arena, struct screener_proof, request.n_goals);
	effort = screener_prove(&(struct screener_prove){.screener = screener,
							 .goals = request.goals,
							 .n_goals = request.n_goals,
							 .today = request.today,
							 .steps = request.steps,
							 .done = say,
							 .arg = lines},
				arena, proofs);
	buf = strbuf_new(lines);
	wire_write_end(&buf, &effort);
	write_all(strbuf_str(&buf));
	arena_free(&lines);
	screener_free(&screener);
	return 0;
}

int main(void)
{
	struct arena *arena;
	int status;

	limit_itself();
	arena = arena_new(SIZE_MAX);
	status = run(arena);
	arena_free(&arena);
	return status;
}
