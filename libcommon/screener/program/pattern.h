#pragma once

/*
 * The restricted patterns of text items (FORMAT.md "Items"): compiled to a list
 * of positions and matched by walking all of them at once, so the time is
 * linear in the text whatever the pattern.
 */
#include "screener/program/keep.h"

#define PATTERN_MAX_POSITIONS 256

struct pattern;

/* NULL when the text is no pattern or has more than PATTERN_MAX_POSITIONS positions. */
const struct pattern *pattern_compile(struct arena *scratch, struct keep *keep, struct str text);

/* Does the pattern match the whole of valid UTF-8 text? */
bool pattern_matches(const struct pattern *pattern, struct str text);

/*
 * A shortest text that the first alternative matches; variants differ in the characters that are
 * taken where there is a choice.  False when a place wants none of the printable ASCII ones.
 */
bool pattern_sample(const struct pattern *pattern, unsigned variant,
		    char out[PATTERN_MAX_POSITIONS + 1]);
