/*
 * What a person may write into a mail.  The first byte says what the rest is:
 * recipient and subject behind one another, a packed mail, or the wire bytes of a
 * sealed one.  Whatever it says, a head has its lines and no others, folded
 * within the limits of RFC 5322 and 2047, and its words say what was written.
 */
#include <aegis/event/v1/event.pb-c.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "notification/mail_head.h"
#include "notification/notification.h"
#include "notification/settings.h"
#include "notification/template.h"
#include "svc/kit/pb.h"

#define FROM "no-reply@aegis.example"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
	if (!holds)
		abort();
}

/* One field, by its physical lines: all but the first begin with a space. */
static void check_field(struct str field, bool may_have_words)
{
	bool first = true;

	while (field.len) {
		const char *end = memmem(field.ptr, field.len, "\r\n", 2);
		struct str line = {field.ptr, end ? (size_t)(end - field.ptr) : field.len};
		size_t skip = end ? line.len + 2 : line.len;

		must(line.len > 0 && line.len <= 998 && (line.ptr[0] == ' ') == !first);
		must(!may_have_words || !memmem(line.ptr, line.len, "=?", 2) || line.len <= 76);
		for (size_t i = 0; i < line.len; i++)
			must(line.ptr[i] >= ' ' && line.ptr[i] < 0x7f);
		must(!end || skip < field.len);
		field = (struct str){field.ptr + skip, field.len - skip};
		first = false;
	}
}

/* The text that a reader sees: the words decoded and joined. */
static struct str read_subject(struct arena *arena, struct str value)
{
	struct strbuf out = strbuf_new(arena);
	const char *at = value.ptr, *end;

	if (!strstr(at, "=?"))
		return value;
	while ((at = strstr(at, "=?UTF-8?B?"))) {
		uint8_t *bytes = NULL;
		size_t len = 0;

		at += 10;
		end = strstr(at, "?=");
		must(end &&
		     base64_decode_any(arena, (struct str){at, (size_t)(end - at)}, &bytes, &len));
		strbuf_add(&out, (char *)bytes, len);
		at = end + 2;
	}
	return strbuf_str(&out);
}

static void check_mail(struct arena *arena, const struct mail *mail)
{
	struct mail_head head;
	char *written = arena_strdup(arena, mail->subject);

	if (is_failed(mail_head_make(arena, mail, FROM, (struct uuid){}, &head)))
		return;
	for (size_t i = 0; i < MAIL_HEAD_LINES; i++)
		check_field(str_of(head.lines[i]), i == 2);
	must(strcmp(head.lines[1], arena_printf(arena, "To: <%s>", mail->to)) == 0);
	must(!strpbrk(mail->to, "<>,;: \t\"()\\"));
	for (char *c = written; *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = ' ';
	must(str_eq_c(read_subject(arena, str_of(head.lines[2] + strlen("Subject: "))), written));
}

static void check_packed(struct arena *arena, struct str packed)
{
	struct mail mail = {}, again = {};

	if (!mail_unpack(arena, packed, &mail))
		return;
	must(mail_unpack(arena, mail_pack(arena, &mail), &again));
	must(strcmp(mail.to, again.to) == 0 && strcmp(mail.subject, again.subject) == 0 &&
	     strcmp(mail.text, again.text) == 0 && strcmp(mail.html, again.html) == 0);
	check_mail(arena, &mail);
}

static void check_sealed(struct arena *arena, struct str wire)
{
	const Event__SealedMail *from =
		(const Event__SealedMail *)pb_unpack(arena, &event__sealed_mail__descriptor, wire);
	struct mail mail;

	if (from && is_ok(template_render(arena, from, &mail))) {
		check_mail(arena, &mail);
		check_packed(arena, mail_pack(arena, &mail));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct str rest = {(const char *)data + 1, size ? size - 1 : 0};

	notification_config.public_url = "https://api.example";
	if (size && data[0] == 'p') {
		check_packed(arena, rest);
	} else if (size && data[0] == 's') {
		check_sealed(arena, rest);
	} else if (size) {
		struct mail mail = {.to = str_dup(arena, str_take_until(&rest, '\n'))};

		mail.subject = str_dup(arena, rest);
		check_mail(arena, &mail);
	}
	arena_free(&arena);
	return 0;
}
