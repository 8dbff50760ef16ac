#include "http/loopback.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* False for a URL that cannot be read; out of memory aborts as everywhere. */
static bool url_part(CURLUcode code)
{
	if (code == CURLUE_OUT_OF_MEMORY)
		abort();
	return code == CURLUE_OK;
}

bool url_is_loopback(const char *url)
{
	CURLU *parts = curl_url();
	char *host = NULL;
	struct in_addr v4;
	bool is;

	if (!parts)
		abort();
	is = url_part(curl_url_set(parts, CURLUPART_URL, url, 0)) &&
	     url_part(curl_url_get(parts, CURLUPART_HOST, &host, 0)) &&
	     (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 ||
	      (inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127));
	curl_free(host);
	curl_url_cleanup(parts);
	return is;
}
