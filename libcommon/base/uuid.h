#pragma once

/*
 * UUIDs (RFC 9562): 16 bytes in C and SQL, canonical lower-case text in
 * messages.  New ids are version 7, so that they sort by creation.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/instant.h"
#include "base/str.h"

struct arena;

struct uuid {
	uint8_t bytes[16];
};

#define UUID_TEXT 37

/* Version 7 of the given instant; 74 random bits from the kernel.  Thread-safe. */
struct uuid uuid_v7(instant now);

/* The instant a version 7 id was made at, to the millisecond. */
instant uuid_v7_instant(struct uuid id);
/* Canonical text only: 36 characters, lower or upper case hex. */
bool uuid_parse(struct str text, struct uuid *out);
void uuid_format(char out[UUID_TEXT], struct uuid id);
/* Canonical text in the arena. */
char *uuid_text(struct arena *arena, struct uuid id);

static inline bool uuid_eq(struct uuid a, struct uuid b)
{
	return memcmp(a.bytes, b.bytes, sizeof a.bytes) == 0;
}

static inline bool uuid_is_nil(struct uuid id)
{
	return uuid_eq(id, (struct uuid){});
}
