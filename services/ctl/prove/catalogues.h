#pragma once

/* Every catalogue of the build: those of all daemons, of their library and of aegisctl. */
#include "db/query.h"

extern const struct db_catalogue *const all_catalogues[];
extern const size_t n_all_catalogues;
