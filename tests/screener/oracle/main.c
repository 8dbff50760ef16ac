/*
 * Random documents, one per seed: the engine, the publish gate and the oracle must agree.
 * Exits 1 when they do not, and prints the document, made small, and the answers.
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "draft.h"
#include "shrink.h"
#include "trial.h"

static const char help[] =
	"usage: screener_oracle [--documents N] [--seed S] [--evaluations N] [--steps N]\n"
	"                       [--no-gate] [--differences N] [--print] [--file DOCUMENT]\n"
	"\n"
	"Makes N random documents from the seeds S, S+1, ... and compares the engine and the\n"
	"publish gate with an evaluator that is slow and obvious.\n"
	"\n"
	"  --documents N    how many documents (2000)\n"
	"  --seed S         the first seed (1)\n"
	"  --evaluations N  answers that are tried of each document and day, at most (60)\n"
	"  --steps N        steps that the prover may take, per document (50000)\n"
	"  --no-gate        compare the evaluation only\n"
	"  --differences N  stop after so many (5)\n"
	"  --print          print the document of the first seed, and end\n"
	"  --file DOCUMENT  try this document, without reference tables, instead of random ones\n";

struct options {
	uint64_t documents, seed, differences;
	bool print;
	const char *file;
	struct trial_settings settings;
};

static bool read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{"documents", 1, NULL, 'n'},   {"seed", 1, NULL, 's'},
		{"evaluations", 1, NULL, 'e'}, {"steps", 1, NULL, 'S'},
		{"no-gate", 0, NULL, 'G'},     {"differences", 1, NULL, 'd'},
		{"print", 0, NULL, 'p'},       {"file", 1, NULL, 'f'},
		{"help", 0, NULL, 'h'},	       {}};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		uint64_t n = optarg ? strtoull(optarg, NULL, 10) : 0;

		switch (c) {
		case 'n': o->documents = n; break;
		case 's': o->seed = n; break;
		case 'e': o->settings.evaluations = n; break;
		case 'S': o->settings.steps = (uint32_t)n; break;
		case 'G': o->settings.without_gate = true; break;
		case 'd': o->differences = n; break;
		case 'p': o->print = true; break;
		case 'f': o->file = optarg; break;
		case 'h': fputs(help, stdout); exit(0);
		default: fputs(help, stderr); return false;
		}
	}
	return optind == argc;
}

static void print_json(const char *title, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(15));

	printf("%s%s\n", title, text);
	free(text);
}

/* True when engine, gate and oracle agree. */
static bool try_one(const struct options *o, struct trial_counts *counts, struct arena *arena,
		    uint64_t seed)
{
	struct random_document random = draft_document(seed);
	const char *report, *kind;

	if (o->file) {
		json_decref(random.document);
		random.document = json_load_file(o->file, 0, NULL);
	}
	kind = trial_run(&o->settings, counts, arena, random.document, random.tables, seed,
			 !o->file, &report);
	if (kind) {
		printf("seed %llu: %s\n", (unsigned long long)seed, kind);
		shrink(&o->settings, random.document, random.tables, seed, kind);
		print_json("  document ", random.document);
		print_json("  tables ", random.tables);
		arena_reset(arena, false);
		trial_run(&o->settings, &(struct trial_counts){}, arena, random.document,
			  random.tables, seed, false, &report);
		printf("  %s\n", report);
		fflush(stdout);
	}
	json_decref(random.document);
	json_decref(random.tables);
	arena_reset(arena, false);
	return !kind;
}

static void print_counts(const struct trial_counts *c, double seconds)
{
	printf("documents %llu (refused by the compiler %llu), evaluations %llu (with a code "
	       "%llu), %.1f s\n",
	       (unsigned long long)c->documents, (unsigned long long)c->refused,
	       (unsigned long long)c->evaluations, (unsigned long long)c->codes, seconds);
	printf("safety: proven %llu, refuted %llu, not proven %llu; of the rules alone: proven "
	       "%llu, refuted %llu\n",
	       (unsigned long long)c->proven, (unsigned long long)c->refuted,
	       (unsigned long long)c->not_proven, (unsigned long long)c->rules_proven,
	       (unsigned long long)c->rules_refuted);
	printf("rules dead %llu, redundant %llu; outcomes unreachable %llu; boundaries %llu\n",
	       (unsigned long long)c->dead, (unsigned long long)c->redundant,
	       (unsigned long long)c->unreachable, (unsigned long long)c->boundaries);
	printf("provable by trying all answers %llu, of these not proven %llu; refuted by answers "
	       "that were tried, but not by the gate %llu\n",
	       (unsigned long long)c->provable, (unsigned long long)c->provable_not_proven,
	       (unsigned long long)c->refutable_not_refuted);
	printf("differences %llu\n", (unsigned long long)c->differences);
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(const struct options *o, struct trial_counts *counts)
{
	struct arena *arena = arena_new(SIZE_MAX);
	double start = now(), last = start;

	for (uint64_t i = 0; i < o->documents && counts->differences < o->differences; i++) {
		try_one(o, counts, arena, o->seed + i);
		if (now() - last < 10)
			continue;
		last = now();
		fprintf(stderr, "%llu of %llu documents, %llu differences\n",
			(unsigned long long)i + 1, (unsigned long long)o->documents,
			(unsigned long long)counts->differences);
	}
	print_counts(counts, now() - start);
	arena_free(&arena);
}

int main(int argc, char **argv)
{
	struct options o = {
		.documents = 2000,
		.seed = 1,
		.differences = 5,
		.settings = {.evaluations = 60, .boundary_evaluations = 3000, .steps = 50000}};
	struct trial_counts counts = {};

	if (!read_options(argc, argv, &o))
		return 2;
	if (o.print) {
		struct random_document random = draft_document(o.seed);

		print_json("", random.document);
		print_json("", random.tables);
		json_decref(random.document);
		json_decref(random.tables);
		return 0;
	}
	if (o.file)
		o.documents = 1;
	run(&o, &counts);
	return counts.differences != 0;
}
