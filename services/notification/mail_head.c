#include "notification/mail_head.h"

#include <time.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "contract/text.h"
#include "notification/notification.h"
#include "notification/sender.h"

/* "Subject: =?UTF-8?B?" and "?=" around 52 characters: 73 of the 76 a line with words may have. */
#define WORD_BYTES 39
/* A line has at most 998 bytes (RFC 5322 2.1.1); longer text goes in words, which fold. */
#define PLAIN_MAX 900

static bool is_plain(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 0x80 ||
		    (text.ptr[i] == '=' && i + 1 < text.len && text.ptr[i + 1] == '?'))
			return false;
	return text.len <= PLAIN_MAX;
}

/* Base64 words, each cut at a character, one a line. */
static char *in_words(struct arena *arena, struct str text)
{
	struct strbuf words = strbuf_new(arena);

	for (size_t at = 0; at < text.len;) {
		size_t len = text.len - at < WORD_BYTES ? text.len - at : WORD_BYTES;

		while (len > 1 && at + len < text.len && (text.ptr[at + len] & 0xc0) == 0x80)
			len--;
		strbuf_printf(&words, "%s=?UTF-8?B?%s?=", at ? "\r\n " : "",
			      base64_encode(arena, text.ptr + at, len));
		at += len;
	}
	return words.ptr;
}

/* Control characters become spaces. */
static const char *header_text(struct arena *arena, const char *text)
{
	struct strbuf out = strbuf_new(arena);

	strbuf_add_c(&out, text);
	for (size_t i = 0; i < out.len; i++)
		if ((unsigned char)out.ptr[i] < ' ' || out.ptr[i] == 0x7f)
			out.ptr[i] = ' ';
	return is_plain(strbuf_str(&out)) ? out.ptr : in_words(arena, strbuf_str(&out));
}

static const char *domain_of(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : "localhost";
}

/* RFC 5322 3.3, in UTC. */
static const char *date_line(struct arena *arena, instant t)
{
	char text[48];
	time_t seconds = (time_t)(t / SECONDS(1));
	struct tm utc;

	gmtime_r(&seconds, &utc);
	strftime(text, sizeof text, "Date: %a, %d %b %Y %H:%M:%S +0000", &utc);
	return arena_strdup(arena, text);
}

/* RFC 5322 3.4: a display name in quotes, or in words when it is not ASCII. */
static const char *from_line(struct arena *arena, const char *sender, const char *from)
{
	const char *name = sender ? sender_clean(arena, sender) : "";

	if (!*name)
		return arena_printf(arena, "From: <%s>", from);
	name = header_text(arena, name);
	if (strncmp(name, "=?", 2) == 0)
		return arena_printf(arena, "From: %s\r\n <%s>", name, from);
	return arena_printf(arena, "From: \"%s\" <%s>", name, from);
}

struct status mail_head_make(struct arena *arena, const struct mail *mail, const char *from,
			     struct uuid id, struct mail_head *out)
{
	if (!text_is_email(str_of(mail->to)))
		return FAIL(BAD_ADDRESS);
	*out = (struct mail_head){
		.lines = {from_line(arena, mail->sender, from),
			  arena_printf(arena, "To: <%s>", mail->to),
			  arena_printf(arena, "Subject: %s", header_text(arena, mail->subject)),
			  arena_printf(arena, "Message-ID: <%s@%s>", uuid_text(arena, id),
				       domain_of(from)),
			  date_line(arena, uuid_v7_instant(id)), "Auto-Submitted: auto-generated",
			  /* Of several parts the reader shows the last that it can. */
			  "Content-Type: multipart/alternative"}};
	return OK;
}
