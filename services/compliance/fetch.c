#include "compliance/fetch.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/arena.h"
#include "http/curl_set.h"
#include "http/loopback.h"

struct transfer {
	const struct fetch *what;
	struct fetched *out;
	struct arena *arena;
	struct strbuf body;
	const char *date;
	bool is_loopback; /* and allowed to be */
	bool address_refused;
	bool too_large;
};

void fetch_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
}

/* Special-purpose IPv4 addresses of RFC 6890 and its registry. */
static bool is_public_v4(uint32_t a)
{
	static const struct {
		uint32_t net;
		int bits;
	} special[] = {{0x00000000, 8},	 {0x0a000000, 8},  {0x64400000, 10}, {0x7f000000, 8},
		       {0xa9fe0000, 16}, {0xac100000, 12}, {0xc0000000, 24}, {0xc0000200, 24},
		       {0xc0586300, 24}, {0xc0a80000, 16}, {0xc6120000, 15}, {0xc6336400, 24},
		       {0xcb007100, 24}, {0xe0000000, 4},  {0xf0000000, 4}};

	for (size_t i = 0; i < sizeof special / sizeof special[0]; i++)
		if ((a ^ special[i].net) >> (32 - special[i].bits) == 0)
			return false;
	return true;
}

static uint32_t v4_at(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 |
	       bytes[3];
}

static bool is_public_v6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
	static const uint8_t nat64[12] = {0, 0x64, 0xff, 0x9b};

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return is_public_v4(v4_at(a + 12));
	/* Global unicast is 2000::/3; of it, 2001::/23 (Teredo and others), documentation and
	 * 6to4 are not for us. */
	if (a[0] >> 5 != 1)
		return false;
	return !(a[0] == 0x20 && (a[1] == 0x02 || (a[1] == 0x01 && a[2] < 2) ||
				  (a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8)));
}

static bool is_allowed(bool is_loopback, const struct sockaddr *address)
{
	if (address->sa_family == AF_INET) {
		uint32_t a = ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr);

		return is_loopback ? a >> 24 == 127 : is_public_v4(a);
	}
	if (address->sa_family == AF_INET6) {
		const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;

		return is_loopback ? IN6_IS_ADDR_LOOPBACK(a) : is_public_v6(a->s6_addr);
	}
	return false;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *transfer = arg;

	(void)purpose;
	if (!is_allowed(transfer->is_loopback, &address->addr)) {
		transfer->address_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
	struct transfer *transfer = arg;

	if (transfer->body.len + size * n > FETCH_MAX_BYTES) {
		transfer->too_large = true;
		return 0;
	}
	strbuf_add(&transfer->body, data, size * n);
	return size * n;
}

/* What is kept and sent back must be text. */
static bool is_printable(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] > '~')
			return false;
	return true;
}

static bool header_value(struct str line, const char *name, struct str *value)
{
	struct str found = str_take_until(&line, ':');

	*value = str_trim(line);
	return str_eq_nocase(found, str_of(name)) && value->len < 200 && is_printable(*value);
}

static size_t take_header(char *data, size_t size, size_t n, void *arg)
{
	struct str line = {data, size * n}, value;
	struct transfer *transfer = arg;

	if (header_value(line, "etag", &value))
		transfer->out->etag = str_dup(transfer->arena, value);
	if (header_value(line, "date", &value))
		transfer->date = str_dup(transfer->arena, value);
	if (header_value(line, "last-modified", &value))
		transfer->out->last_modified = str_dup(transfer->arena, value);
	return size * n;
}

static struct curl_slist *conditions(struct arena *arena, const struct fetch *what)
{
	struct curl_slist *headers = NULL;

	curl_list_add(&headers, "Accept: text/csv, */*;q=0.1");
	if (*what->etag)
		curl_list_add(&headers, arena_printf(arena, "If-None-Match: %s", what->etag));
	if (*what->last_modified)
		curl_list_add(&headers,
			      arena_printf(arena, "If-Modified-Since: %s", what->last_modified));
	return headers;
}

static void set_up(CURL *curl, struct transfer *transfer, struct curl_slist *headers)
{
	const struct fetch *what = transfer->what;

	CURL_SET(curl, CURLOPT_URL, what->url);
	CURL_SET(curl, CURLOPT_PROTOCOLS_STR, transfer->is_loopback ? "http,https" : "https");
	CURL_SET(curl, CURLOPT_NOSIGNAL, 1L);
	CURL_SET(curl, CURLOPT_NOPROXY, "*");
	CURL_SET(curl, CURLOPT_TIMEOUT_MS, what->timeout_ms);
	CURL_SET(curl, CURLOPT_CONNECTTIMEOUT_MS, what->timeout_ms / 3);
	CURL_SET(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)FETCH_MAX_BYTES);
	CURL_SET(curl, CURLOPT_USERAGENT, "aegis-compliance");
	CURL_SET(curl, CURLOPT_HTTPHEADER, headers);
	CURL_SET(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	CURL_SET(curl, CURLOPT_OPENSOCKETDATA, transfer);
	CURL_SET(curl, CURLOPT_WRITEFUNCTION, take_body);
	CURL_SET(curl, CURLOPT_WRITEDATA, transfer);
	CURL_SET(curl, CURLOPT_HEADERFUNCTION, take_header);
	CURL_SET(curl, CURLOPT_HEADERDATA, transfer);
}

/*
 * A file that was changed within the last minute may change again under the
 * same Last-Modified, which has whole seconds (RFC 9110, 8.8.2.2): it is then no
 * validator.
 */
static bool is_strong(const char *last_modified, const char *date)
{
	time_t modified = curl_getdate(last_modified, NULL), sent = curl_getdate(date, NULL);

	return modified != -1 && sent != -1 && sent - modified >= 60;
}

static struct status verdict(struct transfer *transfer, CURLcode result, long code,
			     const char **detail)
{
	/* A name may have a refused address beside a good one: then the transfer went well. */
	if ((result != CURLE_OK && transfer->address_refused) ||
	    result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_URL_MALFORMAT) {
		*detail = "the address is not one that may be asked";
		return FAIL(URL_NOT_ALLOWED);
	}
	if (result != CURLE_OK) {
		*detail =
			transfer->too_large ? "the file is too large" : curl_easy_strerror(result);
		return FAIL(SOURCE_UNREACHABLE);
	}
	transfer->out->not_modified = code == 304;
	if (code != 200 && code != 304) {
		*detail = arena_printf(transfer->arena, "the server answers %ld", code);
		return FAIL(SOURCE_UNREACHABLE);
	}
	transfer->out->body = strbuf_str(&transfer->body);
	if (!is_strong(transfer->out->last_modified, transfer->date))
		transfer->out->last_modified = "";
	return OK;
}

struct status fetch(struct arena *arena, const struct fetch *what, struct fetched *out,
		    const char **detail)
{
	struct fetched fetched = {.etag = "", .last_modified = ""};
	struct transfer transfer = {.what = what,
				    .out = &fetched,
				    .arena = arena,
				    .body = strbuf_new(arena),
				    .date = "",
				    .is_loopback =
					    what->allow_loopback && url_is_loopback(what->url)};
	struct curl_slist *headers = conditions(arena, what);
	CURL *curl = curl_easy_init();
	struct status st;
	CURLcode result;
	long code = 0;

	if (!curl)
		abort();
	set_up(curl, &transfer, headers);
	result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &code);
	st = verdict(&transfer, result, code, detail);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (is_ok(st))
		*out = fetched;
	return st;
}
