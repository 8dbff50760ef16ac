#pragma once

/* Reading answers: shared by answers.c (the object) and answer_value.c (one value). */
#include "screener/json/scan.h"
#include "screener/program/program.h"

struct answer_parse {
	const struct screener *program;
	struct screener_answers *answers;
	struct arena *arena;
	struct scan scan;
	uint32_t problems_cap;
	uint32_t n_unknown;
};

/*
 * Reads the value that comes next as an answer to the item: *out and NULL, or
 * the code of what is wrong with it ("RANGE_MIN").  A blank text is no answer:
 * *out is unknown then.  JSON errors stick in the scan.  Not for groups.
 */
const char *answer_read(struct answer_parse *parse, const struct item *item, struct value *out);

/*
 * open_choice.c: the index of the option that the text names, OPTION_NONE, or OPTION_AMBIGUOUS when
 * it names several.  Needs the arena while it runs.
 */
int32_t domain_option_named(const struct domain *domain, struct arena *arena, struct str text);
