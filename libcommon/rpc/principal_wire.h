#pragma once

/* struct principal to and from its protobuf bytes, unsigned.  Internal to trust.c. */
#include <stdbool.h>

#include "base/str.h"
#include "contract/principal.h"

struct arena;

struct str principal_pack(struct arena *arena, const struct principal *p);
/* False for bytes that are no principal. */
bool principal_unpack(struct arena *arena, struct str bytes, struct principal *out);
