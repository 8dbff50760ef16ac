#pragma once

/* Answers that stand for all answers to a small document. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "oracle.h"

#define CHOICES_MOST 16

struct choices {
	int n_items;
	struct {
		const char *id;
		json_t *answers[CHOICES_MOST]; /* owned; NULL is no answer */
		int n;
	} items[ORACLE_ITEMS];
	bool exact;	/* each valid answer is there, or one that no rule can tell from it */
	uint64_t n_all; /* combinations of them all */
	uint64_t state; /* of the samples */
};

/* seed picks among answers where there are too many. */
void choices_init(struct choices *choices, const struct oracle_document *doc, int64_t today,
		  uint64_t seed);
void choices_fini(struct choices *choices);
/* The answers by their number below n_all, or random ones. The caller owns the object. */
json_t *choices_answers(const struct choices *choices, uint64_t number);
json_t *choices_sample(struct choices *choices);
