#pragma once

/*
 * Where a program is built.  The compiler runs twice over the same document:
 * the first time memory comes from the scratch arena and is only counted, the
 * second time from one block of exactly that size, which becomes the program.
 */
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

struct keep {
	struct arena *scratch; /* first run */
	char *block;	       /* second run */
	size_t used;
	size_t size;
};

/* size bytes, zeroed, aligned for any type used in a program. */
void *keep_alloc(struct keep *keep, size_t size);
void *keep_copy(struct keep *keep, const void *from, size_t size);
/* NUL-terminated besides. */
const char *keep_text(struct keep *keep, const char *s, size_t len);

#define keep_array_of(keep, type, n) ((type *)keep_alloc((keep), (n) * sizeof(type)))
