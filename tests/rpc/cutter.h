#pragma once

/*
 * A wire between client and server that is cut once: after the n-th byte of one
 * direction, counted from the first connection on.  What comes later passes.
 */
#include <stdbool.h>
#include <stddef.h>

struct cutter;

enum cutter_direction { TO_SERVER, TO_CLIENT };

/* Listens at one path and connects to the other for whoever comes; aborts when it cannot. */
struct cutter *cutter_new(const char *listen_path, const char *server_path);
void cutter_free(struct cutter **cutter);

/* From the next byte on: cuts behind byte n of that direction. */
void cutter_arm(struct cutter *cutter, enum cutter_direction direction, size_t n);
/* Has it cut?  No more than once for each cutter_arm(). */
bool cutter_has_cut(struct cutter *cutter);
