#pragma once

/*
 * FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), for hash tables and for fingerprints of our
 * own texts.  An attacker can make collisions.
 */
#include <stddef.h>
#include <stdint.h>

uint32_t fnv1a_32(const void *data, size_t len);
uint64_t fnv1a_64(const void *data, size_t len);
