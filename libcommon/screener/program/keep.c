/* Counting in the first run, placing in the second; never beyond the block. */
#include "screener/program/keep.h"

#include <stdlib.h>

void *keep_alloc(struct keep *keep, size_t size)
{
	size_t need = (size + 15) & ~(size_t)15;
	void *p;

	if (!keep->block) {
		keep->used += need;
		return arena_calloc(keep->scratch, 1, size);
	}
	if (keep->size - keep->used < need)
		abort();
	p = keep->block + keep->used;
	keep->used += need;
	return memset(p, 0, need);
}

void *keep_copy(struct keep *keep, const void *from, size_t size)
{
	void *p = keep_alloc(keep, size);

	return size ? memcpy(p, from, size) : p;
}

const char *keep_text(struct keep *keep, const char *s, size_t len)
{
	char *copy = keep_alloc(keep, len + 1);

	memcpy(copy, s, len);
	return copy;
}
