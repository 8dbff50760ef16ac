#pragma once

/* What the compliance daemon is configured with beside the settings of every daemon. */
#include "cfg/cfg.h"

#define COMPLIANCE_SETTINGS(X)                                                                     \
	X(FLAG, allow_http_loopback, "false", 0, 0,                                                \
	  "take sources at http://127.0.0.1, for one organization each: for the demo only")        \
	X(NUMBER, fetch_timeout_ms, "25000", 1000, 600000, "longest wait for a source")

struct compliance_config {
	COMPLIANCE_SETTINGS(CFG_MEMBER)
};

extern struct compliance_config compliance_config;
