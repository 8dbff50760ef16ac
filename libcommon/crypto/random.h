#pragma once

/* Unpredictable bytes and numbers from the kernel's generator.  Thread-safe. */
#include <stddef.h>
#include <stdint.h>

void crypto_random(void *out, size_t len);

/* Uniform in [0, limit); limit 0 gives 0. */
uint32_t crypto_random_below(uint32_t limit);
