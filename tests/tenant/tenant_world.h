#pragma once

/* The tenant daemon in process, tenants and their members. */
#include <criterion/criterion.h>

#include "aegis/tenant/v1/tenant.aegis.h"
#include "support/svc_test.h"
#include "svc/internal.h"
#include "tenant/tenant.h"

extern struct test_daemon *daemon_under_test;
void world_start(void);

/* An id as text, in one of a few buffers. */
const char *text(struct uuid id);

/* CreateTenant by auth. */
struct answer create(const char *name, struct uuid id, struct uuid owner);
/* A tenant whose owner is "ann". */
struct uuid a_tenant(const char *name);
/* The id of the user that as(tenant, name) calls as. */
struct uuid an_id_in(struct uuid tenant, const char *name);
/* A further member straight in the table: invitations are another story. */
struct uuid a_member(struct uuid tenant, const char *name, const char *role);
