#pragma once

/* Bounds of numbers: they stop at HUGE_NUMBER, far past what the engine can hold. */
#include "prover/logic.h"

#define HUGE_NUMBER ((wide)1 << 120)

static inline wide clamp(wide n)
{
	return n > HUGE_NUMBER ? HUGE_NUMBER : n < -HUGE_NUMBER ? -HUGE_NUMBER : n;
}

static inline wide product(wide a, wide b)
{
	wide n;

	if (__builtin_mul_overflow(a, b, &n))
		return (a < 0) == (b < 0) ? HUGE_NUMBER : -HUGE_NUMBER;
	return clamp(n);
}

static inline wide greatest_divisor(wide a, wide b)
{
	while (b) {
		wide rest = a % b;

		a = b;
		b = rest;
	}
	return a;
}

static inline wide smaller(wide a, wide b)
{
	return a < b ? a : b;
}

static inline wide larger(wide a, wide b)
{
	return a > b ? a : b;
}
