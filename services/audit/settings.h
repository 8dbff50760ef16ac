#pragma once

/* What the audit daemon is configured with beside the settings of every daemon. */
#include "cfg/cfg.h"

#define AUDIT_SETTINGS(X)                                                                          \
	X(TEXT, origin, "aegis/audit", 1, 200,                                                     \
	  "first part of the log's name in checkpoints; the tenant's id follows")

struct audit_config {
	AUDIT_SETTINGS(CFG_MEMBER)
};

extern struct audit_config audit_config;
