#pragma once

/* The state of one run of the publish gate, shared by the files gate_*.c. */
#include "screener/compiler.h"
#include "screener/gate.h"

/* Answers known to make sense: those of the embedded tests. */
struct gate_case {
	date_days today;
	const struct screener_answers *answers;
};

/* Who made a rule true. */
enum { FIRED_IN_TEST = 1, FIRED = 2 };

struct gate {
	const struct screener *program;
	struct arena *arena;   /* the caller's: what is reported */
	struct arena *scratch; /* of the run */
	struct compiler c;     /* collects the findings */
	json_t *document;
	struct screener_gate_report *report;
	struct gate_case *cases;
	uint32_t n_cases;
	uint8_t *fired;	  /* per rule */
	uint8_t *reached; /* per outcome, as fired */
	uint8_t *dead;	  /* per rule: reported */
};

/* gate.c: the place of a rule or row, with a member of it (NULL: itself), as a pointer. */
const char *gate_rule_pointer(const struct gate *gate, uint32_t rule, const char *member);
/* As finding_add, at a pointer. */
void gate_finding(struct gate *gate, const char *pointer, enum screener_severity severity,
		  const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* gate_text.c: every text in every locale. */
void gate_texts(struct gate *gate);
/* gate_case.c: the embedded tests hold and reach every outcome. */
struct status gate_tests(struct gate *gate, struct str document);
void gate_untested_outcomes(struct gate *gate);
void gate_unfired_rules(struct gate *gate);
/* gate_cover.c: rules that another one covers whatever the answers are. */
void gate_covered_rules(struct gate *gate);
