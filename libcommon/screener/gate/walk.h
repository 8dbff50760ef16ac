#pragma once

/* What the two ways to find boundary tests share. */
#include "screener/eval/eval.h"
#include "screener/gate/part.h"

/* The answers of a case, one of which is moved: start + k * step. */
struct gate_walk {
	struct gate *gate;
	const struct gate_site *site;
	struct screener_answers answers;
	struct arena *arena; /* of this site */
	uint32_t item;
	struct number start, step;
	int64_t least, most; /* of k */
};

/* boundary.c: how far left is above right; false when unknown, or the item is hidden. */
bool gate_look(struct gate_walk *walk, struct number *gap);
static inline int gate_sign(struct number n)
{
	return (n.num > 0) - (n.num < 0);
}

/* Evaluates the answers as a consumer would send them, and reports them. */
void gate_record(struct gate_walk *walk);
/* nearest.c: false when they are all on one side. */
bool gate_look_around(struct gate *gate, struct arena *arena, const struct gate_site *site,
		      const uint64_t *support);
