#pragma once

#include "base/status.h"

/*
 * What an nng error means for a call that may have left already.  Timeouts are
 * DEADLINE_EXCEEDED/DEADLINE, broken connections UNAVAILABLE/CONNECTION_LOST.
 */
struct status rpc_status_of_nng(int err);
