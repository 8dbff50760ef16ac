#pragma once

/*
 * Which row of this month's list is which row of last month's.  README.md has the
 * rules in words.
 */
#include "compliance/leie.h"

struct arena;

#define LEIE_NO_PARTNER SIZE_MAX

/*
 * Pairs rows that are not alike but the same record.  partner[i] is the index in new of
 * the row that old[i] became, or LEIE_NO_PARTNER; each row has one partner at most.  The result
 * depends on the rows alone, not on their order.  n log n for each rule.
 */
size_t *leie_pair(struct arena *arena, const struct leie_row *old, size_t n_old,
		  const struct leie_row *new, size_t n_new);
