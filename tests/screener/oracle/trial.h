#pragma once

/*
 * One document is tried: the engine and the oracle evaluate the same answers, and what the
 * publish gate says of all answers is held against the answers that were tried.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "choices.h"
#include "oracle.h"
#include "screener/gate/gate.h"

#define TRIAL_DAYS 2

struct trial_settings {
	uint64_t evaluations;	       /* at most, per document and day */
	uint32_t boundary_evaluations; /* that the gate may spend on boundary tests */
	uint32_t steps;		       /* of the prover, per document */
	bool without_gate;
};

/* Sums over all trials. */
struct trial_counts {
	uint64_t documents, refused, evaluations, codes, differences;
	uint64_t proven, refuted, not_proven;
	uint64_t rules_proven, rules_refuted, dead, unreachable, redundant, boundaries;
	/* Questions of documents of which all answers were tried and none refutes. */
	uint64_t too_many_rows; /* of a refutation, for the oracle */
	uint64_t provable, provable_not_proven;
	uint64_t refutable_not_refuted; /* a counterexample was tried, the gate has none */
};

struct trial {
	const struct trial_settings *settings;
	struct trial_counts *counts;
	struct arena *arena;
	json_t *document, *tables; /* borrowed */
	const char *text;
	const char **table_texts;
	struct screener *screener;
	struct oracle_document oracle;
	struct strbuf report; /* differences, in words */
	const char *kind;     /* of the first difference, or NULL */
	/* What was seen while the answers were tried. */
	int64_t days[TRIAL_DAYS];
	bool complete;
	uint64_t true_with[ORACLE_RULES]; /* rule: those that were true whenever it was */
	bool was_true[ORACLE_RULES], has_led[ORACLE_RULES];
	json_t *reached;		  /* outcome -> answers */
	json_t *violations[ORACLE_ITEMS]; /* item -> answers that end with a code while unknown */
	json_t *hasty[ORACLE_ITEMS];	  /* item -> as above, of the rules alone */
};

/*
 * NULL, or the kind of the first difference; the arena holds what report says of it. with_tests
 * gives the document embedded tests, which must hold.
 */
const char *trial_run(const struct trial_settings *settings, struct trial_counts *counts,
		      struct arena *arena, json_t *document, json_t *tables, uint64_t seed,
		      bool with_tests, const char **report);

/* trial_eval.c: engine and oracle over the same answers. */
void trial_evaluate(struct trial *trial, uint64_t seed);
/* Compares one evaluation; true when the two agree. */
bool trial_compare(struct trial *trial, json_t *answers, int64_t today, struct oracle_result *out);
void trial_difference(struct trial *trial, const char *kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
char *trial_dump(struct trial *trial, json_t *json);

/* trial_gate.c */
void trial_gate(struct trial *trial);
