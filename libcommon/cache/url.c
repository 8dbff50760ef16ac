#include "cache/url.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

static struct status parse_unix(const char *path, struct cache_url *out)
{
	if (path[0] != '/' || strlen(path) >= sizeof out->host)
		return FAIL(CACHE_URL);
	out->is_unix = true;
	snprintf(out->host, sizeof out->host, "%s", path);
	return OK;
}

static struct status parse_tcp(struct str rest, struct cache_url *out)
{
	struct str host = str_take_until(&rest, ':');
	struct str port = rest.len ? rest : STR("6379");
	uint64_t number;

	if (str_has_suffix(port, "/"))
		port.len--;
	if (host.len == 0 || host.len >= sizeof out->host || !str_to_u64(port, &number) ||
	    number == 0 || number > 65535)
		return FAIL(CACHE_URL);
	out->is_unix = false;
	snprintf(out->host, sizeof out->host, STR_FMT, STR_ARG(host));
	out->port = (int)number;
	return OK;
}

struct status cache_url_parse(const char *text, struct cache_url *out)
{
	static const char *const schemes[] = {"redis://", "tcp://"};

	if (str_has_prefix(str_of(text), "unix://"))
		return parse_unix(text + strlen("unix://"), out);
	if (str_has_prefix(str_of(text), "unix:"))
		return parse_unix(text + strlen("unix:"), out);
	for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
		if (str_has_prefix(str_of(text), schemes[i]))
			return parse_tcp(str_of(text + strlen(schemes[i])), out);
	return FAIL(CACHE_URL);
}
