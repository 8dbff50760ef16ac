#pragma once

#include "base/status.h"

/*
 * Where nng 1.5.2 is mended from outside: see nng_seam.c.  Starts nng; called by
 * whoever opens a socket, before anything else of nng, which is also what links
 * the seam in.  FAILED_PRECONDITION NNG_SEAM when the program was linked so that
 * nng does not see it.
 */
struct status nng_seam_init(void);
