#pragma once

/* From a JSON pointer to a place in the text it points into. */
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

struct place {
	size_t offset, length; /* of the value, or of the whole text */
	int line, column;      /* from 1; columns are bytes */
	struct str source;     /* the line, without its end */
};

/*
 * Finds the value in valid JSON.  For a pointer that leads nowhere (a missing
 * member) the innermost value that exists.
 */
struct place locate(struct str json, const char *pointer);
