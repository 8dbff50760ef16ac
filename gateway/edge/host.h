#pragma once

/* The Host field (RFC 9110, 7.2). */
#include <stdbool.h>

#include "base/str.h"

/* name[:port], or an IPv6 address in brackets; userinfo and lists have no place here.  The value is
 * not empty. */
bool edge_host_is_fine(struct str value);
