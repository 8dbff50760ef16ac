#pragma once

/* RFC 9110 tchar, by byte. */
#include <stdbool.h>

extern const bool edge_is_token[256];
