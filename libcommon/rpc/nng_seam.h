#pragma once

#include "base/status.h"

/*
 * Whether this process's sendmsg() is the one of nng_seam.c: FAILED_PRECONDITION
 * NNG_SEAM when the program was linked so that nng does not see it.  Called by
 * whoever opens a socket, which is also what links the seam in.
 */
struct status nng_seam_check(void);
