#include "notification/smtp_trace.h"

#include "base/str.h"

static const struct {
	const char *verb;
	enum smtp_step step;
} commands[] = {
	{"EHLO", SMTP_EHLO}, {"HELO", SMTP_EHLO}, {"STARTTLS", SMTP_STARTTLS}, {"AUTH", SMTP_AUTH},
	{"MAIL", SMTP_MAIL}, {"RCPT", SMTP_RCPT}, {"DATA", SMTP_DATA},
};

/* What is no command is the answer to a 334 of AUTH. */
static void take_command(struct smtp_trace *trace, struct str line)
{
	if (str_has_prefix(line, "QUIT"))
		trace->is_closing = true;
	/* libcurl may take leave of an old connection before it opens another. */
	if (str_has_prefix(line, "EHLO"))
		trace->is_closing = false;
	for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++)
		if (str_has_prefix(line, commands[i].verb) && !trace->is_closing)
			trace->answer = (struct smtp_answer){.step = commands[i].step};
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* A number of at most three digits and what ends it; -1 when there is none. */
static int take_number(struct str *text, char end)
{
	int number = 0;
	size_t n = 0;

	while (n < 3 && n < text->len && is_digit(text->ptr[n]))
		number = number * 10 + (text->ptr[n++] - '0');
	if (n == 0 || n == text->len || text->ptr[n] != end)
		return -1;
	*text = (struct str){text->ptr + n + 1, text->len - n - 1};
	return number;
}

/* "5.1.1 " behind the code (RFC 2034); its class must be the code's. */
static void take_enhanced(struct smtp_answer *answer, struct str rest)
{
	int class = take_number(&rest, '.'), subject, detail;

	if (class != answer->code / 100)
		return;
	subject = take_number(&rest, '.');
	for (size_t i = 0; i < rest.len; i++)
		if (rest.ptr[i] == '\r' || rest.ptr[i] == '\n') {
			rest.len = i + 1;
			break;
		}
	detail = take_number(&rest, ' ');
	if (subject >= 0 && detail >= 0) {
		answer->subject = subject;
		answer->detail = detail;
	}
}

/* RFC 5321 4.2: "ddd" and a space, or "-" in all but the last line. */
static void take_reply(struct smtp_trace *trace, struct str line)
{
	struct smtp_answer *answer = &trace->answer;
	int code = 0;

	if (trace->is_closing || line.len < 4)
		return;
	for (size_t i = 0; i < 3; i++) {
		if (!is_digit(line.ptr[i]))
			return;
		code = code * 10 + (line.ptr[i] - '0');
	}
	if (answer->step == SMTP_CONNECT)
		answer->step = SMTP_GREETING;
	answer->code = code;
	answer->subject = answer->detail = 0;
	take_enhanced(answer, (struct str){line.ptr + 4, line.len - 4});
	if (answer->step == SMTP_DATA && code == 354)
		*answer = (struct smtp_answer){.step = SMTP_END};
}

int smtp_trace_take(CURL *curl, curl_infotype type, char *text, size_t len, void *trace)
{
	(void)curl;
	if (type == CURLINFO_HEADER_OUT)
		take_command(trace, (struct str){text, len});
	else if (type == CURLINFO_HEADER_IN)
		take_reply(trace, (struct str){text, len});
	return 0;
}
