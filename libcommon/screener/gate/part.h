#pragma once

/* The state of one run of the publish gate, shared by the files of this folder. */
#include <jansson.h>

#include "screener/findings.h"
#include "screener/gate/gate.h"
#include "screener/json/tree.h"
#include "screener/program/program.h"

/* Answers known to make sense: those of the embedded tests. */
struct gate_case {
	date_days today;
	const struct screener_answers *answers;
};

/* What was seen of a rule or outcome. */
enum {
	SEEN_IN_TEST = 1,     /* the rule was true, the outcome came, in an embedded test */
	SEEN_AT_BOUNDARY = 2, /* ... in a boundary test */
	SEEN = 4,	      /* ... anywhere */
	SEEN_LEADING = 8,     /* the rule was true and none was that goes before it */
};

/* What one unit of the budget pays for: looks at a node, slot or cell. */
#define GATE_NODES 256

struct gate {
	const struct screener *program;
	struct arena *arena;   /* the caller's: what is reported */
	struct arena *scratch; /* of the run */
	struct findings findings;
	json_t *document;
	struct screener_gate_report *report;
	struct gate_case *cases;
	uint32_t n_cases;
	uint8_t *rules;	       /* seen, per rule */
	uint8_t *outcomes;     /* seen, per outcome */
	uint8_t *dead;	       /* per rule: reported */
	uint32_t limit, spent; /* evaluations, weighed by the size of the program */
	uint32_t weight;
	size_t max_boundaries, boundary_bytes;
	date_days today; /* of the first embedded test */
	const struct screener_prover *prover;
	uint64_t *support;
	uint32_t words; /* of one set of items */
	uint8_t *read;	/* per item: by a rule, constraint or another item's visibility */
};

/* gate.c: the place of a rule or row, with a member of it (NULL: itself), as a pointer. */
const char *gate_rule_pointer(const struct gate *gate, uint32_t rule, const char *member);
/* What one evaluation costs beside that of a small document, in units of GATE_NODES. */
uint32_t gate_weight(const struct screener *program);

/* The place of an item, children of groups included. */
const char *gate_item_pointer(struct gate *gate, uint32_t item);

/* set.c: languages and currencies that exist. */
void gate_closed_sets(struct gate *gate);
/* text.c: every text in every locale. */
void gate_texts(struct gate *gate);
/* case.c: the embedded tests hold and reach every outcome. */
struct status gate_tests(struct gate *gate, struct str document);
void gate_untested_outcomes(struct gate *gate);
void gate_untested_rules(struct gate *gate);
/* Notes what an evaluation saw, with one of SEEN_IN_TEST, SEEN_AT_BOUNDARY or 0. */
void gate_note(struct gate *gate, const struct screener_result *result, unsigned where);
/* cover.c: rules that another one covers whatever the answers are. */
void gate_covered_rules(struct gate *gate);

/*
 * use.c: which items' answers a slot, rule or constraint depends on
 * (through derived values, scores and visibility), as sets of items.
 */
void gate_uses(struct gate *gate);
const uint64_t *gate_slot_support(const struct gate *gate, uint32_t slot);
/* Adds what the nodes of one rule depend on. */
void gate_node_support(const struct gate *gate, int32_t root, uint64_t *set);
/* Does the node read the value of node->slot? */
bool gate_reads_slot(const struct node *node);
static inline bool gate_set_has(const uint64_t *set, uint32_t i)
{
	return set[i / 64] >> (i % 64) & 1;
}

/* goal.c: does rule other, when true, keep this rule from deciding? */
bool gate_is_before(const struct screener *program, uint32_t other, uint32_t rule);
/* prove.c: what must hold for all answers: safety questions, outcomes and rules. */
void gate_prove(struct gate *gate);

/* answers.c: visible answers as JSON, in the arena. */
struct screener_state;
const char *gate_answers_json(const struct screener_state *state, struct arena *arena);

/* A comparison: of a slot or node with a node or constant. */
struct gate_site {
	const char *pointer;
	int32_t slot;	     /* -1: left is a node */
	int32_t left, right; /* right: NO_NODE is the constant */
	struct number constant;
};

/* site.c: every comparison of numbers or dates outside rows, in document order. */
struct gate_site *gate_sites(struct gate *gate, uint32_t *n);
/* boundary.c: evaluates around each of them. */
void gate_boundaries(struct gate *gate);

/* embedded_test.c: the answers of a test, read into the arena, and its date. */
struct status embedded_test_answers(const struct screener *screener, struct arena *arena,
				    json_t *test, date_days *today, struct screener_answers **out);
