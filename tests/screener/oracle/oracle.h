#pragma once

/*
 * A slow and obvious evaluator of screener/1, written from FORMAT.md alone. It links nothing of
 * the engine and reads the document as JSON anew with each evaluation. It expects a document that
 * compiles, and knows all of the format but `pce_ascvd`, texts beyond ASCII and the operation
 * limit.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "value.h"

#define ORACLE_ITEMS  64
#define ORACLE_VALUES 32 /* derived values, and scores */
#define ORACLE_RULES  64
#define ORACLE_ROWS   8

/* The same bits as the engine's, in the order of FORMAT.md; oracle_held_name names them. */
enum held {
	HELD_UNDECIDED = 1 << 0,
	HELD_CONFLICT = 1 << 1,
	HELD_NO_MATCH = 1 << 2,
	HELD_REQUIRED = 1 << 3,
	HELD_INVALID = 1 << 4,
	HELD_CONSTRAINT = 1 << 5,
	HELD_SAFETY = 1 << 6,
	HELD_FAILED = 1 << 7,
};

struct oracle_item {
	const char *id, *type;
	json_t *json, *i18n;
	int group;     /* index of the enclosing group, or -1 */
	int row_group; /* index of the enclosing group that repeats, or -1 */
	bool repeats;
	bool is_by; /* asked only when it can resolve an outcome */
};

struct oracle_document {
	json_t *json;
	json_t *tables;	     /* array of reference tables */
	json_t *table_names; /* object: name in the document -> its reference table */
	struct oracle_item items[ORACLE_ITEMS];
	int n_items;
	int n_rules; /* or rows of the decision table */
};

struct oracle_result {
	const char *outcome;
	bool decided, issues_code;
	unsigned held;
	const char *resolved_from; /* or NULL */
	enum kleene rules[ORACLE_RULES];
	enum kleene constraints[ORACLE_RULES];
	/* What the rules alone decide, resolved, when nothing is held back; NULL if nothing. */
	const char *of_rules;
	bool of_rules_issues_code;
	/* By their index in the document. */
	struct value derived[ORACLE_VALUES], scores[ORACLE_VALUES], bands[ORACLE_VALUES];
	/* For each item: unknown to the rules, in rows in some row; and besides not hidden. */
	bool unknown[ORACLE_ITEMS], asked_unknown[ORACLE_ITEMS];
};

/*
 * Prepares; document and tables are borrowed. hash gives the hexadecimal SHA-256 by which the
 * document names a table. False when the document is too large for the oracle.
 */
bool oracle_open(struct oracle_document *doc, json_t *document, json_t *tables,
		 const char *const *hashes);
void oracle_close(struct oracle_document *doc);
/* Does the oracle have room for the rows of these answers? */
bool oracle_fits(const struct oracle_document *doc, json_t *answers);
void oracle_eval(const struct oracle_document *doc, json_t *answers, int64_t today,
		 struct oracle_result *out);
/* A rule's (or table row's) outcome, by its index. */
const char *oracle_rule_outcome(const struct oracle_document *doc, int rule);
/* Does rule a go before rule b, or conflict with it, when both are true (FORMAT.md "Deciding")? */
bool oracle_goes_before(const struct oracle_document *doc, int a, int b);
