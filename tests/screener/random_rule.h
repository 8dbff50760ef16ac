#pragma once

/* Random rules and answers over a fixed set of items, from a printed seed. */
#include <jansson.h>
#include <stdint.h>

#include "random_json.h"

#define RANDOM_ITEMS 5 /* of each kind: b0.., i0.., c0.. and the sets s0.. */

/* The items of a random document; with conditions, some have a show_if and a when_hidden. */
json_t *random_items(struct dice *dice, bool with_conditions);
/* A boolean or an integer rule of at most this depth. */
json_t *random_condition(struct dice *dice, int depth);
json_t *random_integer(struct dice *dice, int depth);
/* A value for each item, of which every odds-th is left out (0: none is). */
json_t *random_answers(struct dice *dice, uint32_t odds);
/* Compiles; the document's JSON is consumed. */
struct kit;
struct kit random_compile(json_t *document);
