#pragma once

/*
 * Eight bytes at a time: is there one among them that needs a closer look?  Most
 * text has none, so loops over it look at single bytes only where this says yes.
 * After H. S. Warren, Hacker's Delight, chapter 6; exact for the eight as a whole.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define BYTES8_ONES  0x0101010101010101u
#define BYTES8_HIGHS 0x8080808080808080u

static inline uint64_t bytes8_load(const void *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof word);
	return word;
}

/* Any byte below n, 1 to 128? */
static inline bool bytes8_any_below(uint64_t word, unsigned n)
{
	return (word - BYTES8_ONES * n) & ~word & BYTES8_HIGHS;
}

static inline bool bytes8_any_equal(uint64_t word, unsigned char c)
{
	return bytes8_any_below(word ^ BYTES8_ONES * c, 1);
}

static inline bool bytes8_any_high(uint64_t word)
{
	return word & BYTES8_HIGHS;
}
