#pragma once

/* proto/manifest/tables.txt, compiled in: the n-th table is of the n-th class. */
#include "db/query.h"

extern const struct text_list manifest_tables;	/* "tenant.member" */
extern const struct text_list manifest_classes; /* "tenant" */
