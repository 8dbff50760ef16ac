/*
 * One screener document on one case: "screener_bench CASE DOCUMENT ANSWERS MILLISECONDS".
 * ANSWERS is a JSON array of answer objects, taken in turn; CASE is
 *
 *   check    the outcome and the truth of every rule for each answers, one line each
 *   brief    evaluation of parsed answers: the outcome alone
 *   trace    ... with all that a result holds, and the trace as JSON
 *   answers  reading the answers' JSON
 *   compile  compiling the document; ANSWERS is a folder of reference tables, or "-"
 *   json     reading the document with jansson, no more; ANSWERS as for compile
 *   table    the document's decision as a DMN decision table
 *   table-check   ... as check
 *
 * Prints one line of JSON: microseconds of one run by the clock (the median over
 * batches) and of the processor, bytes of the program and of the document.
 */
#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "screener/exchange/table.h"
#include "screener/screener.h"

#define MAX_BATCHES 20000

struct bench {
	struct arena *keep; /* as long as the program */
	struct arena *call; /* reset before every evaluation */
	struct str document, answers_text;
	struct str *tables;
	size_t n_tables;
	json_t *answers;
	size_t n;
	struct screener *screener;
	struct screener_answers **parsed;
	struct str *texts; /* of the answers */
	struct table *table;
	size_t table_bytes;
	size_t n_inputs, n_rows;
	struct feel *inputs; /* n times n_inputs */
	size_t sink;
};

_Noreturn static void fail(const char *what, const char *why)
{
	fprintf(stderr, "screener_bench: %s: %s\n", what, why);
	exit(1);
}

static struct str read_file(struct arena *arena, const char *path)
{
	struct strbuf buf = strbuf_new(arena);
	FILE *file = fopen(path, "rb");
	char part[65536];
	size_t n;

	if (!file)
		fail(path, "cannot be opened");
	while ((n = fread(part, 1, sizeof part, file)) > 0)
		strbuf_add(&buf, part, n);
	fclose(file);
	return strbuf_str(&buf);
}

static json_t *read_json(struct str text, const char *path)
{
	json_error_t error;
	json_t *json = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, &error);

	if (!json)
		fail(path, error.text);
	return json;
}

static date_days today(void)
{
	return date_from_civil((struct civil_date){2026, 3, 1});
}

static void read_tables(struct bench *b, const char *folder)
{
	glob_t found;

	if (glob(arena_printf(b->keep, "%s/*.json", folder), 0, NULL, &found) != 0)
		return;
	b->tables = arena_array_of(b->keep, struct str, found.gl_pathc);
	for (size_t i = 0; i < found.gl_pathc; i++)
		b->tables[b->n_tables++] = read_file(b->keep, found.gl_pathv[i]);
	globfree(&found);
}

static void compile(struct bench *b)
{
	struct screener_findings findings;

	arena_reset(b->call, false);
	screener_free(&b->screener);
	if (is_failed(screener_compile(b->call, b->document, b->tables, b->n_tables, &b->screener,
				       &findings)))
		fail(findings.n ? findings.list[0].pointer : "document",
		     findings.n ? findings.list[0].message : "does not compile");
}

static void prepare_answers(struct bench *b, const char *path)
{
	b->answers_text = read_file(b->keep, path);
	b->answers = read_json(b->answers_text, path);
	b->n = json_array_size(b->answers);
	b->texts = arena_array_of(b->keep, struct str, b->n + 1);
	b->parsed = arena_array_of(b->keep, struct screener_answers *, b->n + 1);
	for (size_t i = 0; i < b->n; i++) {
		char *text = json_dumps(json_array_get(b->answers, i), JSON_COMPACT);

		b->texts[i] = str_of(arena_strdup(b->keep, text));
		free(text);
		if (is_failed(screener_answers_parse(b->screener, b->keep, b->texts[i], today(),
						     &b->parsed[i])))
			fail(path, "answers are not valid");
	}
}

/* The same decision as a table of the DMN engine. */

static enum feel_kind kind_of(const struct unary *cells, size_t n_inputs, size_t n_rows,
			      size_t input)
{
	for (size_t row = 0; row < n_rows; row++)
		if (!cells[row * n_inputs + input].any)
			return cells[row * n_inputs + input].kind;
	return FEEL_NULL;
}

static void prepare_inputs(struct bench *b, const json_t *inputs, const struct unary *cells)
{
	b->inputs = arena_array_of(b->keep, struct feel, b->n * b->n_inputs + 1);
	for (size_t i = 0; i < b->n * b->n_inputs; i++) {
		size_t input = i % b->n_inputs;
		const json_t *rule = json_object_get(json_array_get(inputs, input), "rule");
		const char *id = json_string_value(json_object_get(rule, "var"));
		const json_t *answer =
			json_object_get(json_array_get(b->answers, i / b->n_inputs), id);

		if (!feel_of_json(b->keep, answer, kind_of(cells, b->n_inputs, b->n_rows, input),
				  &b->inputs[i]))
			b->inputs[i] = (struct feel){};
	}
}

static void prepare_table(struct bench *b)
{
	json_t *document = read_json(b->document, "document");
	json_t *decision = json_object_get(document, "decision");
	json_t *rows = json_object_get(decision, "rows");
	struct table_source source = {.n_outputs = 1, .policy = HIT_FIRST};
	struct table_error error;
	struct feel_error bad;
	size_t before;

	b->n_rows = source.n_rows = json_array_size(rows);
	b->n_inputs = source.n_inputs = json_array_size(json_object_get(decision, "inputs"));
	struct unary *cells = arena_array_of(b->keep, struct unary, b->n_rows * b->n_inputs + 1);
	struct feel *outputs = arena_array_of(b->keep, struct feel, b->n_rows + 1);

	for (size_t i = 0; i < b->n_rows * b->n_inputs; i++) {
		const json_t *row = json_array_get(rows, i / b->n_inputs);
		const json_t *cell = json_array_get(json_object_get(row, "when"), i % b->n_inputs);
		const char *then = json_string_value(json_object_get(row, "then"));

		if (!unary_parse(b->keep, str_of(json_string_value(cell)), &cells[i], &bad))
			fail("a cell", bad.message);
		outputs[i / b->n_inputs] = (struct feel){
			.kind = FEEL_TEXT, .text = str_of(arena_strdup(b->keep, then))};
	}
	source.cells = cells;
	source.outputs = outputs;
	prepare_inputs(b, json_object_get(decision, "inputs"), cells);
	before = arena_used(b->keep);
	if (is_failed(table_compile(b->keep, &source, &b->table, &error)))
		fail("table", error.message);
	b->table_bytes = arena_used(b->keep) - before;
	json_decref(document);
}

/* What is measured, with the i-th answers. */

static void run_brief(struct bench *b, size_t i)
{
	struct screener_result result;

	arena_reset(b->call, false);
	screener_eval(b->screener, b->parsed[i], b->call, SCREENER_BRIEF, &result);
	b->sink += result.decided;
}

static void run_trace(struct bench *b, size_t i)
{
	struct screener_result result;
	struct strbuf buf;

	arena_reset(b->call, false);
	screener_eval(b->screener, b->parsed[i], b->call, SCREENER_FULL, &result);
	buf = strbuf_new(b->call);
	screener_trace_json(&result, &buf);
	b->sink += buf.len;
}

static void run_answers(struct bench *b, size_t i)
{
	struct screener_answers *parsed;

	arena_reset(b->call, false);
	if (is_failed(screener_answers_parse(b->screener, b->call, b->texts[i], today(), &parsed)))
		fail("answers", "are not valid");
	b->sink += parsed != NULL;
}

static void run_compile(struct bench *b, size_t i)
{
	(void)i;
	compile(b);
	b->sink += screener_size(b->screener);
}

static void run_json(struct bench *b, size_t i)
{
	json_t *json = read_json(b->document, "document");

	(void)i;
	b->sink += json_object_size(json);
	json_decref(json);
}

static void run_table(struct bench *b, size_t i)
{
	struct table_result result;

	arena_reset(b->call, false);
	table_eval(b->table, b->inputs + i * b->n_inputs, b->call, &result);
	b->sink += result.n;
}

static void show_truths(const char *outcome, const uint8_t *truths, size_t n)
{
	static const char letters[] = "ft?";

	printf("%s ", outcome);
	for (size_t i = 0; i < n; i++)
		putchar(letters[truths[i]]);
	putchar('\n');
}

static void check(struct bench *b)
{
	struct screener_result result;

	for (size_t i = 0; i < b->n; i++) {
		uint8_t *truths;

		arena_reset(b->call, false);
		screener_eval(b->screener, b->parsed[i], b->call, SCREENER_FULL, &result);
		truths = arena_alloc(b->call, result.n_rules);
		for (size_t k = 0; k < result.n_rules; k++)
			truths[k] = (uint8_t)result.rules[k].truth;
		show_truths(result.decided ? result.outcome->id : "-", truths, result.n_rules);
	}
}

static void check_table(struct bench *b)
{
	struct table_result result;

	for (size_t i = 0; i < b->n; i++) {
		arena_reset(b->call, false);
		table_eval(b->table, b->inputs + i * b->n_inputs, b->call, &result);
		show_truths(result.verdict == TABLE_DECIDED
				    ? table_output(b->table, result.rows[0], 0)->text.ptr
				    : "-",
			    result.truth, b->n_rows);
	}
}

static double now_us(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct measured {
	double us, cpu_us; /* of one run: the median batch; the mean of all */
};

/* Batches of about 200 µs, or of one run of whatever takes longer. */
static struct measured measure(struct bench *b, void (*run)(struct bench *, size_t), double ms)
{
	static double batches[MAX_BATCHES];
	size_t at = 0, n = 0, in_batch = 1, runs = 0;
	double begin = now_us(CLOCK_MONOTONIC), cpu = now_us(CLOCK_THREAD_CPUTIME_ID), spent;

	do {
		double start = now_us(CLOCK_MONOTONIC);

		for (size_t i = 0; i < in_batch; i++) {
			run(b, at);
			at = at + 1 < b->n ? at + 1 : 0;
		}
		runs += in_batch;
		spent = now_us(CLOCK_MONOTONIC) - start;
		if (spent < 200 && start - begin < ms * 250) {
			in_batch *= 2;
			continue;
		}
		batches[n++] = spent / (double)in_batch;
	} while (now_us(CLOCK_MONOTONIC) - begin < ms * 1000 && n < MAX_BATCHES);
	qsort(batches, n, sizeof *batches, ascending);
	return (struct measured){batches[n / 2],
				 (now_us(CLOCK_THREAD_CPUTIME_ID) - cpu) / (double)runs};
}

static void report(const struct bench *b, struct measured m, size_t bytes)
{
	printf("{\"us\":%.4f,\"cpu_us\":%.4f,\"bytes\":%zu,\"document\":%zu}\n", m.us, m.cpu_us,
	       bytes, b->document.len);
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(struct bench *, size_t);
	} cases[] = {{"brief", run_brief},     {"trace", run_trace}, {"answers", run_answers},
		     {"compile", run_compile}, {"json", run_json},   {"table", run_table}};
	struct bench b = {.keep = arena_new(SIZE_MAX), .call = arena_new(SIZE_MAX)};
	bool only_document, is_table;

	if (argc != 5)
		fail("usage", "screener_bench CASE DOCUMENT ANSWERS MILLISECONDS");
	only_document = str_eq_c(str_of(argv[1]), "compile") || str_eq_c(str_of(argv[1]), "json");
	is_table = str_has_prefix(str_of(argv[1]), "table");
	b.document = read_file(b.keep, argv[2]);
	if (only_document)
		read_tables(&b, argv[3]);
	compile(&b);
	if (!only_document)
		prepare_answers(&b, argv[3]);
	if (is_table)
		prepare_table(&b);
	if (str_eq_c(str_of(argv[1]), "check"))
		check(&b);
	if (str_eq_c(str_of(argv[1]), "table-check"))
		check_table(&b);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (str_eq_c(str_of(argv[1]), cases[i].name))
			report(&b, measure(&b, cases[i].run, strtod(argv[4], NULL)),
			       is_table ? b.table_bytes : screener_size(b.screener));
	json_decref(b.answers);
	screener_free(&b.screener);
	arena_free(&b.call);
	arena_free(&b.keep);
	return 0;
}
