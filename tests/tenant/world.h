#pragma once

/* Tenants for the tests of the tenant daemon. */
#include "support/svc_test.h"

/* In static storage of eight. */
const char *text(struct uuid id);
struct answer create(const char *name, struct uuid id, struct uuid owner);
/* A tenant whose owner is "ann". */
struct uuid a_tenant(const char *name);
