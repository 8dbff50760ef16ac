#pragma once

/*
 * Short ways to compile a document and evaluate answers in tests.  Everything a
 * case allocates lives in one arena that kit_free releases with the program.
 */
#include "base/arena.h"
#include "screener/screener.h"

struct kit {
	struct arena *arena;
	struct screener *screener; /* NULL when the document has errors */
	struct screener_findings findings;
	struct screener_result result;
	struct str document;
};

/* The date every test is pinned to: 2026-03-01. */
date_days kit_today(void);

struct kit kit_compile(const char *document);
struct kit kit_compile_with(const char *document, const char *const *tables, size_t n_tables);
/* The document tests/screener/data/<file>, changed by a JSON Patch ("[]": as it is). */
struct kit kit_patched(const char *file, const char *patch);
void kit_free(struct kit *kit);

/* A full evaluation; the outcome's id. */
const char *kit_eval(struct kit *kit, const char *answers);
/* The trace of the last evaluation. */
const char *kit_trace(struct kit *kit);
/* The value of a name in the last evaluation, as JSON; "!CAUSE" when it failed. */
const char *kit_value(struct kit *kit, const char *id);
/* "REQUIRED,SAFETY" of the last evaluation, "" when it was decided. */
const char *kit_held(struct kit *kit);
/* "age:RANGE_MAX,household/1/member_age:TYPE" of the last evaluation. */
const char *kit_problems(struct kit *kit);
/* The ids to ask next, joined by commas. */
const char *kit_next(struct kit *kit);
/* "R1,R3": the rules that were true. */
const char *kit_fired(struct kit *kit);
/* "CODE /pointer\n" for each finding. */
const char *kit_findings(struct kit *kit);

/*
 * A document with one item of each kind (see kit.c) and a derived value "x" of
 * the type by the rule.  NULL program when the rule does not compile.
 */
struct kit kit_rule(const char *type, const char *rule);
/* A string as JSON with every ' turned into ": documents in C stay readable. */
char *kit_json(struct arena *arena, const char *text);
