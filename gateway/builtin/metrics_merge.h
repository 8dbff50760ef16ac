#pragma once

/*
 * Prometheus text of several processes as one: every sample gets a daemon label,
 * samples of one family stand together under one HELP and TYPE.
 */
#include "base/arena.h"
#include "base/str.h"

struct metrics_merge;

struct metrics_merge *metrics_merge_new(struct arena *arena);
/* text is what metrics_write() of that daemon made; lines that are no metric are left out. */
void metrics_merge_add(struct metrics_merge *merge, const char *daemon, struct str text);
void metrics_merge_write(const struct metrics_merge *merge, struct strbuf *out);
