#pragma once

/*
 * Getting a public file over HTTP by libcurl: conditional, no redirects, bounded in size and
 * time, and only from addresses that are public (checked on the address that is
 * connected to, after name resolution).
 */
#include <stdbool.h>

#include "base/status.h"
#include "base/str.h"

struct arena;

#define FETCH_MAX_BYTES ((size_t)64 * 1024 * 1024)

struct fetch {
	const char *url;
	const char *etag;	   /* of the last time, "" for none */
	const char *last_modified; /* the same */
	bool allow_loopback; /* a URL on this machine is asked, and by http; no other one is */
	long timeout_ms;
};

struct fetched {
	bool not_modified;
	struct str body;
	const char *etag;
	const char *last_modified;
};

/*
 * Blocks.  INVALID_ARGUMENT/URL_NOT_ALLOWED for a scheme or an address that is
 * refused, UNAVAILABLE/SOURCE_UNREACHABLE for everything else that went wrong;
 * *detail then says what, without the body.
 */
struct status fetch(struct arena *arena, const struct fetch *what, struct fetched *out,
		    const char **detail);

/* Once, before any thread starts. */
void fetch_init(void);
