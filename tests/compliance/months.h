#pragma once

/*
 * Random months of a small world, where names, dates and addresses collide all the time, and
 * the slow, obvious way to say what became of each row: shares nothing with leie_match.c but the
 * rows.
 */
#include "compliance/leie_list.h"

struct arena;

/* A list as a file, and the same a month later: rows kept, edited, dropped, doubled and added. */
struct months {
	const char *before;
	const char *after;
};
struct months random_months(struct arena *arena, uint32_t seed);

struct tally {
	size_t added, removed, changed;
};

/* Every row against every other, rule by rule; partner as leie_pair() has it. */
struct tally slow_count(const struct leie_list *old, const struct leie_list *new, size_t *partner);

/* Records of a file that differ in any column, counted pair by pair. */
size_t slow_distinct(const char *text);
