#include "http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/instant.h"
#include "base/uuid.h"
#include "http/curl_set.h"

#define PATIENCE SECONDS(60)

struct http {
	CURL *curl;
	CURLM *many;
	char *url;
};

struct reply {
	struct strbuf headers, body;
};

struct http *http_new(const char *url)
{
	struct http *http = calloc(1, sizeof *http);

	if (!http || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
	http->curl = curl_easy_init();
	http->many = curl_multi_init();
	http->url = strdup(url);
	if (!http->curl || !http->many || !http->url)
		abort();
	curl_multi_setopt(http->many, CURLMOPT_MAX_TOTAL_CONNECTIONS, (long)HTTP_AT_ONCE);
	return http;
}

void http_free(struct http **http)
{
	if (!*http)
		return;
	curl_easy_cleanup((*http)->curl);
	curl_multi_cleanup((*http)->many);
	free((*http)->url);
	free(*http);
	*http = NULL;
	curl_global_cleanup();
}

static size_t take_body(char *data, size_t size, size_t n, void *arg)
{
	strbuf_add(&((struct reply *)arg)->body, data, size * n);
	return size * n;
}

static size_t take_header(char *data, size_t size, size_t n, void *arg)
{
	strbuf_add(&((struct reply *)arg)->headers, data, size * n);
	return size * n;
}

static struct curl_slist *headers_of(struct arena *arena, const struct http_call *call)
{
	struct curl_slist *list = NULL;

	/* curl would wait for a 100 before a long body. */
	curl_list_add(&list, "Expect:");
	curl_list_add(&list, arena_printf(arena, "Idempotency-Key: %s",
					  uuid_text(arena, uuid_v7(instant_now()))));
	if (call->body)
		curl_list_add(&list, "Content-Type: application/json");
	if (call->token)
		curl_list_add(&list, arena_printf(arena, "Authorization: Bearer %s", call->token));
	return list;
}

/* One transfer under way. */
struct transfer {
	CURL *curl;
	struct curl_slist *headers;
	struct reply reply;
};

static void prepare(const struct http *http, struct arena *arena, const struct http_call *call,
		    struct transfer *t)
{
	CURL *curl = t->curl;

	t->headers = headers_of(arena, call);
	t->reply = (struct reply){strbuf_new(arena), strbuf_new(arena)};
	curl_easy_reset(curl);
	CURL_SET(curl, CURLOPT_URL, arena_printf(arena, "%s%s", http->url, call->path));
	CURL_SET(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	CURL_SET(curl, CURLOPT_PATH_AS_IS, 1L);
	CURL_SET(curl, CURLOPT_TIMEOUT_MS, 30000L);
	CURL_SET(curl, CURLOPT_NOSIGNAL, 1L);
	CURL_SET(curl, CURLOPT_HTTPHEADER, t->headers);
	CURL_SET(curl, CURLOPT_WRITEFUNCTION, take_body);
	CURL_SET(curl, CURLOPT_WRITEDATA, &t->reply);
	CURL_SET(curl, CURLOPT_HEADERFUNCTION, take_header);
	CURL_SET(curl, CURLOPT_HEADERDATA, &t->reply);
	if (call->body) {
		CURL_SET(curl, CURLOPT_POSTFIELDSIZE, (long)strlen(call->body));
		CURL_SET(curl, CURLOPT_POSTFIELDS, call->body);
	}
	CURL_SET(curl, CURLOPT_CUSTOMREQUEST, call->method);
}

static struct http_answer answer_of(const struct transfer *t)
{
	long status = 0;

	curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
	return (struct http_answer){(int)status, strbuf_str(&t->reply.headers),
				    strbuf_str(&t->reply.body)};
}

static struct status ask(struct http *http, struct arena *arena, const struct http_call *call,
			 struct http_answer *answer)
{
	struct transfer t = {.curl = http->curl};
	CURLcode code;

	prepare(http, arena, call, &t);
	code = curl_easy_perform(t.curl);
	curl_slist_free_all(t.headers);
	if (code != CURLE_OK)
		return FAIL(GATEWAY_UNAVAILABLE);
	*answer = answer_of(&t);
	return OK;
}

void http_run_many(struct http *http, struct arena *arena, const struct http_call *calls, size_t n,
		   struct http_answer *answers)
{
	struct transfer *transfers = arena_array_of(arena, struct transfer, n);
	int running = 1;

	for (size_t i = 0; i < n; i++) {
		transfers[i].curl = curl_easy_init();
		if (!transfers[i].curl)
			abort();
		prepare(http, arena, &calls[i], &transfers[i]);
		curl_multi_add_handle(http->many, transfers[i].curl);
	}
	while (running && curl_multi_perform(http->many, &running) == CURLM_OK)
		if (running)
			curl_multi_poll(http->many, NULL, 0, 1000, NULL);
	for (size_t i = 0; i < n; i++) {
		answers[i] = answer_of(&transfers[i]);
		curl_multi_remove_handle(http->many, transfers[i].curl);
		curl_easy_cleanup(transfers[i].curl);
		curl_slist_free_all(transfers[i].headers);
	}
}

struct status http_run(struct http *http, struct arena *arena, const struct http_call *call,
		       struct http_answer *answer)
{
	instant give_up = instant_monotonic() + PATIENCE;

	for (;;) {
		TRY(ask(http, arena, call, answer));
		if (answer->status != 429 || instant_monotonic() >= give_up)
			return OK;
		nanosleep(&(struct timespec){.tv_nsec = 500000000}, NULL);
	}
}

json_t *http_json(const struct http_answer *answer)
{
	return json_loadb(answer->body.ptr, answer->body.len, 0, NULL);
}

const char *json_text_at(struct arena *arena, const json_t *json, const char *path)
{
	struct str rest = str_of(path);

	while (rest.len && json) {
		struct str part = str_take_until(&rest, '.');
		uint64_t index;

		if (json_is_array(json))
			json = str_to_u64(part, &index) ? json_array_get(json, index) : NULL;
		else
			json = json_object_get(json, str_dup(arena, part));
	}
	if (json_is_string(json))
		return arena_strdup(arena, json_string_value(json));
	if (json_is_integer(json))
		return arena_printf(arena, "%lld", (long long)json_integer_value(json));
	return NULL;
}

struct status http_not_that(const struct http_call *call, const char *wrong)
{
	fprintf(stderr, "aegisctl prove-isolation: %s %s: %s\n", call->method, call->path, wrong);
	return FAIL(PROOF_STEP);
}
