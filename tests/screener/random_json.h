#pragma once

/* Small random JSON values from a printed seed, so that a failure can be repeated. */
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct dice {
	uint64_t state;
};

/* AEGIS_SEED repeats a run. */
static inline struct dice dice_new(const char *test)
{
	const char *given = getenv("AEGIS_SEED");
	uint64_t seed = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);

	fprintf(stderr, "%s: AEGIS_SEED=%llu\n", test, (unsigned long long)seed);
	return (struct dice){seed * 2654435761u + 1};
}

/* splitmix64 (Steele, Lea, Flood 2014) */
static inline uint64_t dice_roll(struct dice *dice, uint64_t sides)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (z ^ (z >> 31)) % sides;
}

static inline const char *dice_key(struct dice *dice)
{
	static const char *const keys[] = {"id", "a", "b", "a/b", "m~n", "", "name", "é", "-", "0"};

	return keys[dice_roll(dice, sizeof keys / sizeof keys[0])];
}

static inline json_t *dice_json(struct dice *dice, int depth)
{
	json_t *value;

	switch (dice_roll(dice, depth > 0 ? 9 : 6)) {
	case 0: return json_null();
	case 1: return json_boolean(dice_roll(dice, 2));
	case 2: return json_integer((json_int_t)dice_roll(dice, 6) - 2);
	case 3: return json_real((double)dice_roll(dice, 9) / 4);
	case 4:
	case 5: return json_string(dice_key(dice));
	case 6:
		value = json_object();
		for (uint64_t n = dice_roll(dice, 5); n; n--)
			json_object_set_new(value, dice_key(dice), dice_json(dice, depth - 1));
		return value;
	default:
		value = json_array();
		for (uint64_t n = dice_roll(dice, 8); n; n--)
			json_array_append_new(value, dice_json(dice, depth - 1));
		return value;
	}
}

/* A copy of value with a few places changed. */
static inline json_t *dice_mutate(struct dice *dice, const json_t *value, int depth)
{
	if (dice_roll(dice, 12) == 0)
		return dice_json(dice, depth);
	if (json_is_object(value)) {
		json_t *copy = json_object(), *own = (json_t *)value;

		for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
			if (dice_roll(dice, 10))
				json_object_set_new(
					copy, json_object_iter_key(it),
					dice_mutate(dice, json_object_iter_value(it), depth - 1));
		return copy;
	}
	if (json_is_array(value)) {
		json_t *copy = json_array();

		for (size_t i = 0; i < json_array_size(value); i++) {
			if (dice_roll(dice, 6) == 0)
				json_array_append_new(copy, dice_json(dice, 1));
			if (dice_roll(dice, 6))
				json_array_append_new(
					copy,
					dice_mutate(dice, json_array_get(value, i), depth - 1));
		}
		return copy;
	}
	return json_copy((json_t *)value);
}
