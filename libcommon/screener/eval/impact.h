#pragma once

/*
 * What a new version changes for stored inputs: each is evaluated by both
 * versions on the date it was evaluated on, and those that end differently are
 * listed.
 */
#include "screener/screener.h"

struct impact_input {
	struct str answers; /* a JSON object of answers */
	date_days today;
};

struct impact_end {
	const struct screener_outcome *outcome; /* of its program */
	bool decided;
};

struct impact_change {
	size_t input; /* index */
	struct impact_end before, after;
};

struct impact {
	size_t n_inputs;
	size_t n_unread; /* no JSON object of answers; they count for nothing else */
	struct impact_change *changes;
	size_t n_changes;
};

/*
 * Two outcomes are the same when their ids are, and both were decided or both
 * were not.  The result is in the arena, which else grows by one evaluation only.
 */
void impact_of(struct arena *arena, const struct screener *before, const struct screener *after,
	       const struct impact_input *inputs, size_t n, struct impact *out);
