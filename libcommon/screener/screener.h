#pragma once

/*
 * The screener engine: a document of the format screener/1 (FORMAT.md) becomes
 * an immutable program, answers become slots, and an evaluation of both gives
 * one outcome, why, and what to ask next.  It reads no clock, no locale and no
 * file, and it never issues a code on an unknown safety answer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"

struct screener;
struct screener_answers;

enum screener_severity { SCREENER_WARNING, SCREENER_ERROR };

/* pointer is RFC 6901 into the document ("" is all of it); message is a plain sentence. */
struct screener_finding {
	const char *pointer;
	const char *code;
	enum screener_severity severity;
	const char *message;
};

struct screener_findings {
	struct screener_finding *list;
	size_t n;
	size_t n_errors;
};

/*
 * Compiles a document.  tables are the bytes of reference tables in any order,
 * found by their SHA-256; a table the document does not name is ignored.
 * Findings are in the arena, in document order of discovery, also when it
 * succeeds (warnings).  *out is one malloc'd block that shares nothing with the
 * arena, is never written again and may be used by any number of threads.
 * INVALID_ARGUMENT/DOCUMENT_INVALID when there is an error finding; *out is
 * then untouched.  Does not block.
 */
struct status screener_compile(struct arena *arena, struct str document, const struct str *tables,
			       size_t n_tables, struct screener **out,
			       struct screener_findings *findings);

/* Frees and clears; NULL is fine.  No evaluation may still run. */
void screener_free(struct screener **screener);

/* Bytes of the compiled program. */
size_t screener_size(const struct screener *screener);

/*
 * Reads answers (a JSON object, see FORMAT.md "Answers") into slots.  today is
 * the date the evaluation is pinned to: the caller's day, in the time zone of the place.
 * The result is in the arena, keeps views into json (which must outlive it)
 * and may be evaluated many times, also by several threads.  Problems of single
 * answers are no failure: they are part of the result of the evaluation.
 * INVALID_ARGUMENT "ANSWERS_NOT_JSON", "ANSWERS_TOO_LARGE", "ANSWERS_TOO_DEEP".
 */
struct status screener_answers_parse(const struct screener *screener, struct arena *arena,
				     struct str json, date_days today,
				     struct screener_answers **out);

enum screener_held {
	SCREENER_HELD_UNDECIDED = 1 << 0,
	SCREENER_HELD_CONFLICT = 1 << 1,
	SCREENER_HELD_NO_MATCH = 1 << 2,
	SCREENER_HELD_REQUIRED = 1 << 3,
	SCREENER_HELD_INVALID = 1 << 4,
	SCREENER_HELD_CONSTRAINT = 1 << 5,
	SCREENER_HELD_SAFETY = 1 << 6,
	SCREENER_HELD_FAILED = 1 << 7,
	SCREENER_HELD_LIMIT = 1 << 8,
};

enum screener_truth { SCREENER_FALSE, SCREENER_TRUE, SCREENER_UNKNOWN };

/* Calendar months and seconds are kept apart: P1M is not 30 days. */
struct screener_duration {
	int32_t months;
	int64_t seconds;
};

struct screener_outcome {
	const char *id;
	int severity;
	bool issues_code;
	const char *code_class; /* NULL unless issues_code */
	struct screener_duration code_ttl;
	bool has_reassess;
	struct screener_duration reassess_after;
	const char *resolved_by; /* item id, or NULL */
	const char *resolves_to; /* outcome id, or NULL */
};

/* code as in FORMAT.md "Items"; row is -1 outside repeating groups. */
struct screener_problem {
	const char *item;
	int row;
	const char *code;
};

struct screener_rule_result {
	const char *id;
	enum screener_truth truth;
};

/* An item, derived value or score whose evaluation failed, and why ("OVERFLOW"). */
struct screener_failure {
	const char *id;
	const char *cause;
};

/*
 * All pointers are into the program or the arena of the evaluation.  The members
 * after `brief ends here` are filled unless the evaluation was brief.
 */
struct screener_result {
	const struct screener_outcome *outcome;
	bool decided;
	unsigned held; /* of enum screener_held; 0 when decided */
	const struct screener_outcome *resolved_from;
	/* brief ends here */
	const struct screener_outcome **collected;
	size_t n_collected;
	const char **reasons;
	size_t n_reasons;
	struct screener_rule_result *rules;
	size_t n_rules;
	struct screener_rule_result *constraints;
	size_t n_constraints;
	struct screener_problem *problems;
	size_t n_problems;
	struct screener_failure *failed;
	size_t n_failed;
	const char **next; /* item ids to ask now, in document order */
	size_t n_next;
	unsigned answered;   /* progress: visible questions with a valid answer ... */
	unsigned visible;    /* ... of all visible questions */
	const char **pruned; /* ids, of answers in rows "group/0/child" */
	size_t n_pruned;
	const struct screener_state *state; /* for screener_trace_json and screener_value */
};

enum screener_depth { SCREENER_BRIEF, SCREENER_FULL };

/*
 * Evaluates.  Memory comes from the arena alone; nothing is kept after it.  Never fails:
 * whatever cannot be decided is `on_unknown`.  Thread-safe for one program and
 * one set of answers, with an arena per thread.
 */
void screener_eval(const struct screener *screener, const struct screener_answers *answers,
		   struct arena *arena, enum screener_depth depth, struct screener_result *out);

/*
 * The required questions that a full evaluation found without an answer, in document order
 * and at most SCREENER_MISSING_MAX, in the arena.  The code is "REQUIRED" for a question that is
 * visible, "PENDING" for one whose `show_if` still waits for other answers.  A question that was
 * answered with a problem is not missing, nor is an attestation that was answered with false.
 */
#define SCREENER_MISSING_MAX 200
void screener_missing(const struct screener_result *result, struct arena *arena,
		      struct screener_problem **out, size_t *n);

/* The trace of a full evaluation as JSON (FORMAT.md "Trace"), appended to buf. */
void screener_trace_json(const struct screener_result *result, struct strbuf *buf);

/*
 * The value of an item, derived value, score or "score.band" in a full
 * evaluation, as JSON appended to buf; "null" when unknown.  False when there
 * is no such id.
 */
bool screener_value_json(const struct screener_result *result, struct str id, struct strbuf *buf);

/* The names of the held bits, lowest first, "SAFETY"; NULL for no such bit. */
const char *screener_held_name(enum screener_held bit);

/*
 * What a program is made of, for callers that show, store or check it.  Ids and
 * texts live as long as the program.
 */
enum screener_item_type {
	SCREENER_BOOLEAN,
	SCREENER_INTEGER,
	SCREENER_DECIMAL,
	SCREENER_QUANTITY,
	SCREENER_DATE,
	SCREENER_TEXT,
	SCREENER_CHOICE,
	SCREENER_MULTI,
	SCREENER_OPEN_CHOICE,
	SCREENER_STATE,
	SCREENER_ZIP,
	SCREENER_ATTESTATION,
	SCREENER_DISPLAY,
	SCREENER_GROUP,
};

enum screener_sensitivity { SCREENER_PHI, SCREENER_PII, SCREENER_PLAIN };

struct screener_item_info {
	const char *id;
	enum screener_item_type type;
	bool repeats;
	bool safety;
	bool conditional; /* has a show_if, or is inside a group that has */
	enum screener_sensitivity sensitivity;
	int group; /* index of the enclosing group, -1 at the top */
};

struct screener_attempts {
	bool limited;
	unsigned max;
	struct screener_duration window;
	bool refuse_change;
};

const char *screener_slug(const struct screener *screener);
size_t screener_n_items(const struct screener *screener);
struct screener_item_info screener_item(const struct screener *screener, size_t index);
size_t screener_n_outcomes(const struct screener *screener);
const struct screener_outcome *screener_outcome(const struct screener *screener, size_t index);
size_t screener_n_rules(const struct screener *screener);
const char *screener_rule_id(const struct screener *screener, size_t index);
struct screener_attempts screener_attempts(const struct screener *screener);
/*
 * The question for the consumer's state: the only item of type state outside repeating
 * groups, or of several the one named "state".  NULL when there is no such question.
 */
const char *screener_state_item(const struct screener *screener);
/* Is this a USPS code that an item of type state takes ("TX", "PR")? */
bool screener_state_is_known(struct str code);

/*
 * Runs the tests embedded in a document; a finding TEST_FAILED (with the
 * pointer of the test's member that differs) for each that does not hold.
 * *n_run counts them.  Document must be the one the program was compiled from.
 */
struct status screener_run_tests(const struct screener *screener, struct arena *arena,
				 struct str document, size_t *n_run,
				 struct screener_findings *findings);
