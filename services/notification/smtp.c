#include "notification/smtp.h"

#include <curl/curl.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/log.h"
#include "contract/text.h"
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

static void append(struct curl_slist **list, const char *text)
{
	struct curl_slist *longer = curl_slist_append(*list, text);

	if (!longer)
		abort();
	*list = longer;
}

/* A header's text: no line breaks, and RFC 2047 base64 words where it is not ASCII. */
static char *header_text(struct arena *arena, const char *text)
{
	struct strbuf out = strbuf_new(arena);
	bool ascii = true;

	for (const char *p = text; *p; p++) {
		ascii &= (unsigned char)*p < 0x80;
		strbuf_add_char(&out, (unsigned char)*p < ' ' || *p == 0x7f ? ' ' : *p);
	}
	if (ascii)
		return out.ptr;
	/* An encoded word may have 75 characters: 42 bytes, cut at a character. */
	struct strbuf words = strbuf_new(arena);
	for (size_t at = 0; at < out.len;) {
		size_t len = out.len - at < 42 ? out.len - at : 42;

		while (len > 1 && at + len < out.len && (out.ptr[at + len] & 0xc0) == 0x80)
			len--;
		strbuf_printf(&words, "%s=?UTF-8?B?%s?=", at ? "\r\n " : "",
			      base64_encode(arena, out.ptr + at, len));
		at += len;
	}
	return words.ptr;
}

static const char *domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : "localhost";
}

static struct curl_slist *make_headers(struct arena *arena, const struct mail *mail, struct uuid id)
{
	const char *from = notification_config.mail_from;
	struct curl_slist *headers = NULL;

	append(&headers, arena_printf(arena, "From: <%s>", from));
	append(&headers, arena_printf(arena, "To: <%s>", mail->to));
	append(&headers, arena_printf(arena, "Subject: %s", header_text(arena, mail->subject)));
	append(&headers,
	       arena_printf(arena, "Message-ID: <%s@%s>", uuid_text(arena, id), domain_of(from)));
	append(&headers, "Auto-Submitted: auto-generated");
	return headers;
}

static void add_part(curl_mime *mime, const char *type, const char *text)
{
	curl_mimepart *part = curl_mime_addpart(mime);

	if (!part || curl_mime_data(part, text, CURL_ZERO_TERMINATED) != CURLE_OK ||
	    curl_mime_type(part, type) != CURLE_OK ||
	    curl_mime_encoder(part, "quoted-printable") != CURLE_OK)
		abort();
}

static curl_mime *make_body(CURL *curl, const struct mail *mail)
{
	curl_mime *mime = curl_mime_init(curl);

	if (!mime)
		abort();
	add_part(mime, "text/plain; charset=utf-8", mail->text);
	if (*mail->html)
		add_part(mime, "text/html; charset=utf-8", mail->html);
	return mime;
}

static void set_server(CURL *curl)
{
	curl_easy_setopt(curl, CURLOPT_URL, notification_config.smtp_url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)notification_config.smtp_timeout_ms);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
			 (long)notification_config.smtp_timeout_ms / 3);
	curl_easy_setopt(curl, CURLOPT_USE_SSL,
			 notification_config.smtp_require_tls ? (long)CURLUSESSL_ALL
							      : (long)CURLUSESSL_TRY);
	if (*notification_config.smtp_user) {
		curl_easy_setopt(curl, CURLOPT_USERNAME, notification_config.smtp_user);
		curl_easy_setopt(curl, CURLOPT_PASSWORD, notification_config.smtp_password);
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
	curl_mime *body;
	CURLcode result;

	*code = 0;
	if (!text_is_email(str_of(mail->to)))
		return FAIL(INVALID_ARGUMENT, "BAD_ADDRESS");
	if (!curl)
		abort();
	headers = make_headers(arena, mail, id);
	append(&to, arena_printf(arena, "<%s>", mail->to));
	body = make_body(curl, mail);
	set_server(curl);
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM,
			 arena_printf(arena, "<%s>", notification_config.mail_from));
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_MIMEPOST, body);
	result = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, code);
	curl_mime_free(body);
	return verdict(result, *code);
}
