#pragma once

/* RFC 9110 tchar, by byte. */
#include <stdbool.h>

#include "base/str.h"

extern const bool edge_is_token[256];

/* Is every byte one of these? */
static inline bool edge_is_all(struct str s, const bool allowed[256])
{
	for (size_t i = 0; i < s.len; i++)
		if (!allowed[(unsigned char)s.ptr[i]])
			return false;
	return true;
}
