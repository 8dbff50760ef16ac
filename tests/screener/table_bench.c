/*
 * How long a decision table takes: 26 rows and 3,000 rows with row truths, each
 * with the input that matches last.  Prints one line per case; the best of five
 * runs, for other work on the machine only ever adds time.
 */
#include <stdio.h>
#include <stdlib.h>

#include "screener/table.h"

static struct table *build(struct arena *arena, size_t n_rows, size_t n_inputs, size_t selective)
{
	struct unary *cells = arena_array_of(arena, struct unary, n_rows * n_inputs);
	struct feel *outputs = arena_array_of(arena, struct feel, n_rows);
	struct table *table = NULL;
	struct table_error error;
	struct feel_error bad;

	for (size_t i = 0; i < n_rows * n_inputs; i++) {
		size_t row = i / n_inputs;
		char *text =
			arena_printf(arena, i % n_inputs != selective ? "[0..%zu]" : "[%zu..%zu)",
				     row + 10, row + 11);

		if (!unary_parse(arena, str_of(text), &cells[i], &bad))
			abort();
		outputs[row] =
			(struct feel){.kind = FEEL_NUMBER, .number = number_of((int64_t)row)};
	}
	struct table_source source = {.n_inputs = n_inputs,
				      .n_outputs = 1,
				      .n_rows = n_rows,
				      .cells = cells,
				      .outputs = outputs,
				      .policy = HIT_FIRST};

	if (is_failed(table_compile(arena, &source, &table, &error))) {
		fprintf(stderr, "%s\n", error.message);
		exit(1);
	}
	return table;
}

static double run(struct arena *arena, const struct table *table, size_t n_rows, size_t n_inputs,
		  size_t selective)
{
	struct feel inputs[TABLE_MAX_INPUTS] = {};
	double best = 1e9;

	for (size_t i = 0; i < n_inputs; i++)
		inputs[i] = (struct feel){
			.kind = FEEL_NUMBER,
			.number = number_of(i != selective ? 5 : (int64_t)n_rows + 9)};
	for (int round = 0; round < 5; round++) {
		size_t repeat = 2000000 / (n_rows * n_inputs);
		instant start = instant_monotonic();

		for (size_t i = 0; i < repeat; i++) {
			struct arena_mark mark = arena_mark(arena);
			struct table_result result;

			table_eval(table, inputs, arena, &result);
			if (result.verdict != TABLE_DECIDED || result.rows[0] != n_rows - 1)
				abort();
			arena_rewind(arena, mark);
		}
		double us = (double)(instant_monotonic() - start) / (double)repeat;

		best = us < best ? us : best;
	}
	return best;
}

int main(void)
{
	static const size_t shapes[][2] = {{26, 4}, {3000, 1}, {3000, 4}, {3000, 10}, {3000, 32}};
	struct arena *arena = arena_new(SIZE_MAX);

	for (size_t i = 0; i < 2 * sizeof shapes / sizeof shapes[0]; i++) {
		size_t rows = shapes[i / 2][0], inputs = shapes[i / 2][1];
		size_t selective = i % 2 ? inputs - 1 : 0;
		instant start = instant_monotonic();
		struct table *table = build(arena, rows, inputs, selective);
		double compiled = (double)(instant_monotonic() - start) / 1000;

		printf("%5zu rows x %2zu inputs, %s input decides, with truths: %8.2f us (parsed "
		       "and "
		       "compiled in %.2f ms)\n",
		       rows, inputs, i % 2 ? " last" : "first",
		       run(arena, table, rows, inputs, selective), compiled);
		arena_reset(arena, false);
	}
	arena_free(&arena);
	return 0;
}
