/* Compiles a document for both sides, tries it, and forgets it. */
#include "trial.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "days.h"

static const char *hash_of(struct arena *arena, const char *text)
{
	char *hex = arena_alloc(arena, 2 * SHA256_BYTES + 1);
	uint8_t hash[SHA256_BYTES];

	crypto_sha256(hash, text, strlen(text));
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(hex + 2 * i, 3, "%02x", hash[i]);
	return hex;
}

static bool compile(struct trial *trial)
{
	struct screener_findings findings;
	size_t n = json_array_size(trial->tables);
	struct str *tables = arena_array_of(trial->arena, struct str, n);
	const char **hashes = arena_array_of(trial->arena, const char *, n);

	for (size_t i = 0; i < n; i++) {
		const char *text = trial_dump(trial, json_array_get(trial->tables, i));

		tables[i] = str_of(text);
		hashes[i] = hash_of(trial->arena, text);
	}
	trial->text = trial_dump(trial, trial->document);
	if (is_failed(screener_compile(trial->arena, str_of(trial->text), tables, n,
				       &trial->screener, &findings))) {
		trial->counts->refused++;
		if (getenv("ORACLE_REFUSED"))
			for (size_t i = 0; i < findings.n; i++)
				if (findings.list[i].severity == SCREENER_ERROR)
					fprintf(stderr, "%s %s %s\n", findings.list[i].code,
						findings.list[i].pointer, findings.list[i].message);
		return false;
	}
	return oracle_open(&trial->oracle, trial->document, trial->tables, hashes);
}

static void forget(struct trial *trial)
{
	for (int i = 0; i < ORACLE_ITEMS; i++) {
		json_decref(trial->violations[i]);
		json_decref(trial->hasty[i]);
	}
	json_decref(trial->reached);
	oracle_close(&trial->oracle);
	screener_free(&trial->screener);
}

/* Answers, and what the oracle says of them, as the embedded tests of a document that has none. */
static void add_tests(struct trial *trial, uint64_t seed)
{
	struct choices *choices = malloc(sizeof *choices);
	json_t *tests = json_array();
	struct oracle_result result;

	if (!choices)
		abort();
	for (int day = 0; day < TRIAL_DAYS; day++) {
		char date[16];
		json_t *answers;

		day_print(trial->days[day], date);
		choices_init(choices, &trial->oracle, trial->days[day], seed + (uint64_t)day);
		answers = choices_sample(choices);
		oracle_eval(&trial->oracle, answers, trial->days[day], &result);
		json_array_append_new(tests, json_pack("{s:s,s:s,s:o,s:s,s:b}", "name", date,
						       "as_of", date, "answers", answers, "outcome",
						       result.outcome, "decided", result.decided));
		choices_fini(choices);
	}
	json_object_set_new(trial->document, "tests", tests);
	free(choices);
}

const char *trial_run(const struct trial_settings *settings, struct trial_counts *counts,
		      struct arena *arena, json_t *document, json_t *tables, uint64_t seed,
		      bool with_tests, const char **report)
{
	struct trial *trial = arena_new_of(arena, struct trial);
	const char *kind;

	trial->settings = settings;
	trial->counts = counts;
	trial->arena = arena;
	trial->document = document;
	trial->tables = tables;
	trial->report = strbuf_new(arena);
	day_parse("2026-01-01", &trial->days[0]);
	day_parse(seed % 2 ? "2026-03-01" : "2024-02-29", &trial->days[1]);
	if (!compile(trial))
		return NULL;
	if (with_tests) {
		add_tests(trial, seed);
		screener_free(&trial->screener);
		oracle_close(&trial->oracle);
		if (!compile(trial))
			return NULL;
	}
	counts->documents++;
	trial->reached = json_object();
	trial_evaluate(trial, seed);
	if (!trial->kind && !settings->without_gate)
		trial_gate(trial);
	kind = trial->kind;
	if (report)
		*report = trial->report.len ? trial->report.ptr : "";
	counts->differences += kind != NULL;
	forget(trial);
	return kind;
}
