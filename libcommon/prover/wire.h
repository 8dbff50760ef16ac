#pragma once

/*
 * What the two ends of a prover process say to each other.  The request is one JSON object:
 *
 *   {"document":"…","tables":["…"],"today":20513,"steps":30000000,"goals":[[kind,index],…]}
 *
 * The answer is a line per goal, in any order: [goal,answer,never_true,as_of,"answers"].  The last
 * line is ["end",ending,steps]; a prover that was stopped did not write it.
 */
#include <jansson.h>

#include "screener/gate/goal.h"

struct wire_request {
	struct str document;
	const struct str *tables;
	size_t n_tables;
	date_days today;
	uint32_t steps;
	const struct screener_goal *goals;
	size_t n_goals;
};

/* malloc'd text; NULL when a part is no UTF-8. */
char *wire_write_request(const struct wire_request *request);
/* What is read lives in the arena. */
bool wire_read_request(struct str text, struct arena *arena, struct wire_request *out);

void wire_write_proof(struct strbuf *buf, size_t goal, const struct screener_proof *proof);
/* False for what is no proof of one of n_goals goals. */
bool wire_read_proof(struct str line, struct arena *arena, size_t n_goals, size_t *goal,
		     struct screener_proof *out);

void wire_write_end(struct strbuf *buf, const struct screener_effort *effort);
/* False for what is no last line. */
bool wire_read_end(struct str line, struct screener_effort *out);
