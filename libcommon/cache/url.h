#pragma once

/* Private to the cache: where Redis is. */
#include "base/status.h"

struct cache_url {
	bool is_unix;
	char host[108]; /* path of a socket, or a name or address */
	int port;
};

/* unix:/path, redis://host[:port], tcp://host[:port]; INVALID_ARGUMENT/CACHE_URL. */
struct status cache_url_parse(const char *text, struct cache_url *out);
