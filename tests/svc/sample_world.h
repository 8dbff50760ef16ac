#pragma once

/* The sample daemon, and a second one that subscribes to it as "audit" does. */
#include "sample/note.h"
#include "sample_audit.h"
#include "support/svc_test.h"

/* PRE_ALL of a binary: the cloned database with the samples' schemas. */
void sample_database_begin(void);

/* One note of that title put by ann of the tenant; the test fails when it is not. */
const Sample__Note *put_note(struct uuid tenant, const char *title);
struct answer try_put(const struct caller *who, const char *title, const char *body);
