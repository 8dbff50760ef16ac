#include "crypto/random.h"

#include <sodium.h>

void crypto_random(void *out, size_t len)
{
	randombytes_buf(out, len);
}

uint32_t crypto_random_below(uint32_t limit)
{
	return randombytes_uniform(limit);
}
