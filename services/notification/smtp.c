#include "notification/smtp.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <strings.h>

#include "base/arena.h"
#include "base/log.h"
#include "http/curl_set.h"
#include "http/loopback.h"
#include "notification/mail_head.h"
#include "notification/notification.h"
#include "notification/settings.h"
#include "notification/smtp_trace.h"

#define DEFER(function) __attribute__((cleanup(function)))

/* Servers bound how much one connection may do; a fresh one also finds a changed address. */
#define MAILS_MAX	 100
#define CONNECTION_MAX_S 300L
#define IDLE_MAX_S	 30L
#define GOODBYE_S	 1L

/* A thread's own, with the connection that libcurl keeps in it. */
struct line {
	CURL *curl;
	unsigned mails;
};

static pthread_key_t own_line;

static void free_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

static void hang_up(struct line *line)
{
	CURL_SET(line->curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, GOODBYE_S);
	curl_easy_cleanup(line->curl);
	*line = (struct line){};
}

static void free_line(void *arg)
{
	struct line *line = arg;

	if (line->curl)
		hang_up(line);
	free(line);
}

void smtp_init(void)
{
	static bool is_done;

	if (is_done)
		return;
	is_done = true;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
	    pthread_key_create(&own_line, free_line) != 0)
		abort();
}

struct status smtp_check_settings(void)
{
	const struct notification_config *config = &notification_config;

	if (config->smtp_require_tls)
		return OK;
	if (!url_is_loopback(config->smtp_url) || strncasecmp(config->smtp_url, "smtp:", 5) != 0 ||
	    *config->smtp_user)
		return FAIL(SMTP_IN_CLEAR);
	return OK;
}

static struct line *line_of_thread(void)
{
	struct line *line = pthread_getspecific(own_line);

	if (!line) {
		line = calloc(1, sizeof *line);
		if (!line || pthread_setspecific(own_line, line) != 0)
			abort();
	}
	if (!line->curl && !(line->curl = curl_easy_init()))
		abort();
	return line;
}

void smtp_rest(void)
{
	struct line *line = pthread_getspecific(own_line);

	if (line && line->mails >= MAILS_MAX)
		hang_up(line);
}

static struct curl_slist *list_of(const char *const *lines, size_t n)
{
	struct curl_slist *list = NULL;

	for (size_t i = 0; i < n; i++)
		curl_list_add(&list, lines[i]);
	return list;
}

/* Lines of a mail end with CRLF (RFC 2045 6.7), whatever ended them before. */
static const char *with_crlf(struct arena *arena, const char *text)
{
	struct strbuf out = strbuf_new(arena);

	for (; *text; text++) {
		if (*text == '\r' && text[1] == '\n')
			continue;
		strbuf_add_c(&out, *text == '\n' || *text == '\r' ? "\r\n" : (char[2]){*text});
	}
	return out.ptr;
}

static void add_part(curl_mime *mime, const char *type, const char *text)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	if (!part || curl_mime_data(part, text, CURL_ZERO_TERMINATED) != CURLE_OK ||
	    curl_mime_type(part, type) != CURLE_OK ||
	    curl_mime_encoder(part, "quoted-printable") != CURLE_OK)
		abort();
}

static curl_mime *make_body(CURL *curl, struct arena *arena, const struct mail *mail)
{
	curl_mime *mime = curl_mime_init(curl);

	if (!mime)
		abort();
	add_part(mime, "text/plain; charset=utf-8", with_crlf(arena, mail->text));
	if (*mail->html)
		add_part(mime, "text/html; charset=utf-8", with_crlf(arena, mail->html));
	return mime;
}

static void set_server(CURL *curl)
{
	long timeout_ms = (long)notification_config.smtp_timeout_ms;

	CURL_SET(curl, CURLOPT_URL, notification_config.smtp_url);
	CURL_SET(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	CURL_SET(curl, CURLOPT_NOSIGNAL, 1L);
	CURL_SET(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
	CURL_SET(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms / 3);
	CURL_SET(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (timeout_ms + 999) / 1000);
	CURL_SET(curl, CURLOPT_MAXLIFETIME_CONN, CONNECTION_MAX_S);
	CURL_SET(curl, CURLOPT_MAXAGE_CONN, IDLE_MAX_S);
	/* Nothing in between: CURLUSESSL_TRY goes on in clear when STARTTLS is refused. */
	CURL_SET(curl, CURLOPT_USE_SSL,
		 notification_config.smtp_require_tls ? (long)CURLUSESSL_ALL
						      : (long)CURLUSESSL_NONE);
	if (*notification_config.smtp_user) {
		CURL_SET(curl, CURLOPT_USERNAME, notification_config.smtp_user);
		CURL_SET(curl, CURLOPT_PASSWORD, notification_config.smtp_password);
	}
}

/* One dialogue; is_stale: a kept connection was dead before it had the mail. */
static CURLcode converse(CURL *curl, struct smtp_trace *trace, bool *is_stale)
{
	long connects = 0;
	CURLcode result;

	*trace = (struct smtp_trace){};
	CURL_SET(curl, CURLOPT_DEBUGDATA, trace);
	result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_NUM_CONNECTS, &connects);
	*is_stale = result != CURLE_OK && connects == 0 && trace->answer.step <= SMTP_MAIL &&
		    (trace->answer.code == 0 || trace->answer.code == 421);
	return result;
}

static void perform(CURL *curl, struct smtp_result *result)
{
	struct smtp_trace trace;
	CURLcode outcome;
	bool is_stale;

	CURL_SET(curl, CURLOPT_VERBOSE, 1L);
	CURL_SET(curl, CURLOPT_DEBUGFUNCTION, smtp_trace_take);
	outcome = converse(curl, &trace, &is_stale);
	if (is_stale) {
		CURL_SET(curl, CURLOPT_FRESH_CONNECT, 1L);
		outcome = converse(curl, &trace, &is_stale);
	}
	CURL_SET(curl, CURLOPT_DEBUGDATA, NULL);
	CURL_SET(curl, CURLOPT_VERBOSE, 0L);
	result->answer = trace.answer;
	/* The server was content, we were not: with its TLS, or with an answer out of place. */
	if (trace.answer.code < 400)
		result->answer.code = 0;
	result->verdict = outcome == CURLE_OK ? SMTP_SENT : smtp_judge(&result->answer);
	if (outcome != CURLE_OK)
		log_warn("the mail server did not take a mail",
			 KV("error", curl_easy_strerror(outcome)),
			 KV("answer", (long)trace.answer.code));
}

struct status smtp_send(struct arena *arena, const struct mail *mail, struct uuid id,
			struct smtp_result *result)
{
	struct curl_slist *to DEFER(free_list) = NULL;
	struct curl_slist *headers DEFER(free_list) = NULL;
	struct mail_head head;
	struct line *line;
	curl_mime *body;

	TRY(mail_head_make(arena, mail, notification_config.mail_from, id, &head));
	line = line_of_thread();
	/* Options go, connections stay. */
	curl_easy_reset(line->curl);
	headers = list_of(head.lines, MAIL_HEAD_LINES);
	curl_list_add(&to, arena_printf(arena, "<%s>", mail->to));
	body = make_body(line->curl, arena, mail);
	set_server(line->curl);
	CURL_SET(line->curl, CURLOPT_MAIL_FROM,
		 arena_printf(arena, "<%s>", notification_config.mail_from));
	CURL_SET(line->curl, CURLOPT_MAIL_RCPT, to);
	CURL_SET(line->curl, CURLOPT_HTTPHEADER, headers);
	CURL_SET(line->curl, CURLOPT_MIMEPOST, body);
	perform(line->curl, result);
	line->mails++;
	CURL_SET(line->curl, CURLOPT_MIMEPOST, NULL);
	curl_mime_free(body);
	curl_easy_reset(line->curl);
	return OK;
}
