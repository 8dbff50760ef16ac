#pragma once

/*
 * A slow evaluator that is obvious: Kleene's logic as minimum, maximum and 1 - x
 * over 0, ½, 1, straight from the JSON.
 */
#include <jansson.h>

/* The truth of a rule in halves: 0, 1, 2.  answers holds the values of items by their ids. */
int slow_truth(json_t *rule, json_t *answers);
