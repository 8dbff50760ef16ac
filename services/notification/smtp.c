#include "notification/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "http/curl_set.h"
#include "notification/mail_head.h"
#include "notification/notification.h"
#include "notification/settings.h"

#define DEFER(function) __attribute__((cleanup(function)))

static void free_easy(CURL **curl)
{
	curl_easy_cleanup(*curl);
}

static void free_list(struct curl_slist **list)
{
	curl_slist_free_all(*list);
}

void smtp_init(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		abort();
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
	CURL_SET(curl, CURLOPT_URL, notification_config.smtp_url);
	CURL_SET(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	CURL_SET(curl, CURLOPT_NOSIGNAL, 1L);
	CURL_SET(curl, CURLOPT_TIMEOUT_MS, (long)notification_config.smtp_timeout_ms);
	CURL_SET(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)notification_config.smtp_timeout_ms / 3);
	CURL_SET(curl, CURLOPT_USE_SSL,
		 notification_config.smtp_require_tls ? (long)CURLUSESSL_ALL
						      : (long)CURLUSESSL_TRY);
	if (*notification_config.smtp_user) {
		CURL_SET(curl, CURLOPT_USERNAME, notification_config.smtp_user);
		CURL_SET(curl, CURLOPT_PASSWORD, notification_config.smtp_password);
	}
}

static struct status verdict(CURLcode result, long code)
{
	if (result == CURLE_OK)
		return OK;
	log_warn("the mail server did not take a mail", KV("error", curl_easy_strerror(result)),
		 KV("answer", code));
	if (code >= 500 && code < 600)
		return FAIL(FAILED_PRECONDITION, "MAIL_REFUSED");
	return FAIL(UNAVAILABLE, "MAIL_SERVER");
}

struct status smtp_send(struct arena *arena, const struct mail *mail, struct uuid id, long *code)
{
	CURL *curl DEFER(free_easy) = curl_easy_init();
	struct curl_slist *to DEFER(free_list) = NULL;
	struct curl_slist *headers DEFER(free_list) = NULL;
	struct mail_head head;
	curl_mime *body;
	CURLcode result;

	*code = 0;
	TRY(mail_head_make(arena, mail, notification_config.mail_from, id, &head));
	if (!curl)
		abort();
	headers = list_of(head.lines, MAIL_HEAD_LINES);
	curl_list_add(&to, arena_printf(arena, "<%s>", mail->to));
	body = make_body(curl, arena, mail);
	set_server(curl);
	CURL_SET(curl, CURLOPT_MAIL_FROM,
		 arena_printf(arena, "<%s>", notification_config.mail_from));
	CURL_SET(curl, CURLOPT_MAIL_RCPT, to);
	CURL_SET(curl, CURLOPT_HTTPHEADER, headers);
	CURL_SET(curl, CURLOPT_MIMEPOST, body);
	result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code);
	curl_mime_free(body);
	return verdict(result, *code);
}
