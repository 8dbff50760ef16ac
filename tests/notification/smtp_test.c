/*
 * Each step of a dialogue answered with each class of reply, by a server on a real
 * socket, and what then becomes of the mail.  The table of README.md, line by line.
 */
#include "notification/smtp.h"

#include <criterion/criterion.h>

#include "base/arena.h"
#include "notification/notification.h"
#include "notification/retry.h"
#include "notification/settings.h"
#include "smtp_sink.h"

struct reply {
	enum sink_step step;
	const char *said;
	enum smtp_verdict verdict;
	const char *detail;
};

#define SENT	   SMTP_SENT
#define REFUSED	   SMTP_REFUSED
#define LATER	   SMTP_LATER
#define NO_SERVICE SMTP_NO_SERVICE

static const struct reply replies[] = {
	{SINK_GREETING, NULL, SENT, NULL},
	{SINK_GREETING, "421 too busy", NO_SERVICE, "GREETING 421"},
	{SINK_GREETING, "554 no service", NO_SERVICE, "GREETING 554"},
	{SINK_GREETING, "nonsense", NO_SERVICE, "CONNECT no answer"},
	{SINK_GREETING, SINK_DROPS, NO_SERVICE, "CONNECT no answer"},
	{SINK_GREETING, SINK_HANGS, NO_SERVICE, "CONNECT no answer"},
	{SINK_EHLO, "421 closing", NO_SERVICE, "EHLO 421"},
	{SINK_EHLO, "550 not you", NO_SERVICE, "EHLO 550"},
	{SINK_EHLO, SINK_DROPS, NO_SERVICE, "EHLO no answer"},
	{SINK_EHLO, SINK_HANGS, NO_SERVICE, "EHLO no answer"},
	{SINK_STARTTLS, "454 not now", NO_SERVICE, "STARTTLS 454"},
	{SINK_STARTTLS, "501 what", NO_SERVICE, "STARTTLS 501"},
	{SINK_STARTTLS, "220 but no TLS", NO_SERVICE, "STARTTLS no answer"},
	{SINK_STARTTLS, SINK_DROPS, NO_SERVICE, "STARTTLS no answer"},
	{SINK_STARTTLS, SINK_HANGS, NO_SERVICE, "STARTTLS no answer"},
	{SINK_AUTH, NULL, SENT, NULL},
	{SINK_AUTH, "454 4.7.0 not now", NO_SERVICE, "AUTH 454 4.7.0"},
	{SINK_AUTH, "530 5.7.0 TLS first", NO_SERVICE, "AUTH 530 5.7.0"},
	{SINK_AUTH, "534 5.7.9 too weak", NO_SERVICE, "AUTH 534 5.7.9"},
	{SINK_AUTH, "535 5.7.8 wrong password", NO_SERVICE, "AUTH 535 5.7.8"},
	{SINK_AUTH, SINK_DROPS, NO_SERVICE, "AUTH no answer"},
	{SINK_AUTH, SINK_HANGS, NO_SERVICE, "AUTH no answer"},
	{SINK_MAIL, "421 closing", NO_SERVICE, "MAIL 421"},
	{SINK_MAIL, "451 4.3.0 try again", NO_SERVICE, "MAIL 451 4.3.0"},
	{SINK_MAIL, "452 4.3.1 full", NO_SERVICE, "MAIL 452 4.3.1"},
	{SINK_MAIL, "530 5.7.0 log in", NO_SERVICE, "MAIL 530 5.7.0"},
	{SINK_MAIL, "550 5.7.1 account closed", NO_SERVICE, "MAIL 550 5.7.1"},
	{SINK_MAIL, "553 5.1.8 not your address", NO_SERVICE, "MAIL 553 5.1.8"},
	{SINK_MAIL, "552 5.3.4 too large", LATER, "MAIL 552 5.3.4"},
	{SINK_MAIL, SINK_DROPS, NO_SERVICE, "MAIL no answer"},
	{SINK_MAIL, SINK_HANGS, NO_SERVICE, "MAIL no answer"},
	{SINK_RCPT, "251 elsewhere", SENT, NULL},
	{SINK_RCPT, "421 closing", LATER, "RCPT 421"},
	{SINK_RCPT, "450 4.2.0 greylisted", LATER, "RCPT 450 4.2.0"},
	{SINK_RCPT, "452 4.2.2 full", LATER, "RCPT 452 4.2.2"},
	{SINK_RCPT, "501 5.1.3 bad address", REFUSED, "RCPT 501 5.1.3"},
	{SINK_RCPT, "503 5.5.1 what", LATER, "RCPT 503 5.5.1"},
	{SINK_RCPT, "530 5.7.0 log in", NO_SERVICE, "RCPT 530 5.7.0"},
	{SINK_RCPT, "550 5.1.1 unknown", REFUSED, "RCPT 550 5.1.1"},
	{SINK_RCPT, "550 unknown", REFUSED, "RCPT 550"},
	{SINK_RCPT, "550 5.3.2 closed today", LATER, "RCPT 550 5.3.2"},
	{SINK_RCPT, "554 5.7.1 no relay", LATER, "RCPT 554 5.7.1"},
	{SINK_RCPT, SINK_DROPS, LATER, "RCPT no answer"},
	{SINK_RCPT, SINK_HANGS, LATER, "RCPT no answer"},
	{SINK_DATA, "451 4.3.0 try again", LATER, "DATA 451 4.3.0"},
	{SINK_DATA, "554 5.5.1 nobody to send to", REFUSED, "DATA 554 5.5.1"},
	{SINK_DATA, "250 out of place", LATER, "DATA no answer"},
	{SINK_DATA, SINK_DROPS, LATER, "DATA no answer"},
	{SINK_DATA, SINK_HANGS, LATER, "DATA no answer"},
	{SINK_END, "451 4.3.0 try again", LATER, "END 451 4.3.0"},
	{SINK_END, "452 4.3.1 full", LATER, "END 452 4.3.1"},
	{SINK_END, "530 5.7.0 log in", NO_SERVICE, "END 530 5.7.0"},
	{SINK_END, "552 5.3.4 too large", REFUSED, "END 552 5.3.4"},
	{SINK_END, "554 5.7.1 spam", REFUSED, "END 554 5.7.1"},
	{SINK_END, SINK_DROPS, LATER, "END no answer"},
	{SINK_END, SINK_HANGS, LATER, "END no answer"},
	{SINK_QUIT, "554 never", SENT, NULL},
	{SINK_QUIT, SINK_DROPS, SENT, NULL},
	{SINK_QUIT, SINK_HANGS, SENT, NULL},
};

static const struct mail letter = {.template = "",
				   .to = "patient@example.org",
				   .subject = "Hello",
				   .text = "A text.",
				   .html = ""};

/* A server of its own for each case, so that no connection is left from the last. */
static void check(struct arena *arena, const struct reply *reply)
{
	struct smtp_sink *sink = smtp_sink_start();
	struct smtp_result result = {};
	const char *said = reply->said ? reply->said : "as usual";

	notification_config =
		(struct notification_config){.smtp_url = smtp_sink_url(sink),
					     .smtp_user = reply->step == SINK_AUTH ? "aegis" : "",
					     .smtp_password = "secret",
					     .smtp_require_tls = reply->step == SINK_STARTTLS,
					     .mail_from = "no-reply@aegis.example",
					     .smtp_timeout_ms = 400};
	smtp_sink_offer(sink, reply->step == SINK_AUTH	     ? "AUTH PLAIN"
			      : reply->step == SINK_STARTTLS ? "STARTTLS"
							     : NULL);
	smtp_sink_script(sink, reply->step, reply->said);
	cr_assert(is_ok(smtp_send(arena, &letter, uuid_v7(1), &result)));
	cr_expect_eq(result.verdict, reply->verdict, "step %d, %s: %d", reply->step, said,
		     result.verdict);
	if (reply->detail)
		cr_expect_str_eq(smtp_answer_text(arena, &result.answer), reply->detail,
				 "step %d, %s", reply->step, said);
	cr_expect_eq(smtp_sink_count(sink), reply->verdict == SENT, "step %d, %s", reply->step,
		     said);
	smtp_sink_stop(sink);
}

Test(smtp, what_is_final_is_decided_by_step_and_code_together, .timeout = 60)
{
	struct arena *arena = arena_new(1 << 22);

	smtp_init();
	for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++)
		check(arena, &replies[i]);
	arena_free(&arena);
}

Test(smtp, a_server_that_nobody_listens_at_uses_up_no_mail)
{
	struct arena *arena = arena_new(1 << 20);
	struct smtp_result result = {};

	smtp_init();
	notification_config = (struct notification_config){.smtp_url = "smtp://127.0.0.1:1",
							   .smtp_user = "",
							   .mail_from = "no-reply@aegis.example",
							   .smtp_timeout_ms = 400};
	cr_assert(is_ok(smtp_send(arena, &letter, uuid_v7(1), &result)));
	cr_assert_eq(result.verdict, SMTP_NO_SERVICE);
	arena_free(&arena);
}

static struct notification_config config_of(const char *url, const char *user, bool requires_tls)
{
	return (struct notification_config){.smtp_url = url,
					    .smtp_user = user,
					    .smtp_password = "secret",
					    .smtp_require_tls = requires_tls,
					    .mail_from = "no-reply@aegis.example",
					    .smtp_timeout_ms = 400};
}

Test(smtp, a_server_without_tls_gets_neither_a_mail_nor_the_password)
{
	/* STARTTLS is refused, and was taken out of the answer on the way. */
	static const char *const offers[] = {"STARTTLS\r\n250-AUTH PLAIN LOGIN",
					     "AUTH PLAIN LOGIN"};
	struct arena *arena = arena_new(1 << 22);

	smtp_init();
	for (int i = 0; i < 4; i++) {
		struct smtp_sink *sink = smtp_sink_start();
		struct smtp_result result = {};

		notification_config = config_of(smtp_sink_url(sink), i < 2 ? "aegis" : "", true);
		smtp_sink_offer(sink, offers[i % 2]);
		smtp_sink_script(sink, SINK_STARTTLS, "454 4.7.0 TLS not available");
		cr_assert(is_ok(smtp_send(arena, &letter, uuid_v7(1), &result)));
		cr_expect_eq(result.verdict, SMTP_NO_SERVICE, "offer %d: %d", i, result.verdict);
		cr_expect_eq(smtp_sink_dialogues(sink), 1, "offer %d", i);
		cr_expect_eq(smtp_sink_logins(sink), 0, "offer %d", i);
		cr_expect_eq(smtp_sink_tries(sink), 0, "offer %d", i);
		smtp_sink_stop(sink);
	}
	arena_free(&arena);
}

static bool may_start(const char *url, const char *user, bool requires_tls)
{
	notification_config = config_of(url, user, requires_tls);
	return is_ok(smtp_check_settings());
}

Test(smtp, only_a_server_on_this_machine_is_spoken_to_in_clear_and_without_a_password)
{
	const struct cfg_setting *rows = notification_daemon.settings.settings;
	const char *fallback = NULL;

	for (size_t i = 0; i < notification_daemon.settings.n; i++)
		if (strcmp(rows[i].key, "smtp_require_tls") == 0)
			fallback = rows[i].fallback;
	cr_assert_str_eq(fallback, "true");
	cr_expect(may_start("smtp://mail.example.org:587", "aegis", true));
	cr_expect(may_start("smtps://mail.example.org", "aegis", true));
	cr_expect(may_start("smtp://127.0.0.1:2525", "", false));
	cr_expect(may_start("smtp://[::1]:2525", "", false));
	cr_expect(may_start("smtp://localhost", "", false));
	cr_expect(!may_start("smtp://127.0.0.1:2525", "aegis", false));
	cr_expect(!may_start("smtp://mail.example.org", "", false));
	cr_expect(!may_start("smtp://127.0.0.1.example.org", "", false));
	cr_expect(!may_start("smtp://127.0.0.1@mail.example.org", "", false));
	cr_expect(!may_start("smtp://10.0.0.7", "", false));
	/* The setting would have no effect. */
	cr_expect(!may_start("smtps://127.0.0.1", "", false));
}

Test(smtp, several_mails_go_over_one_connection)
{
	struct arena *arena = arena_new(1 << 22);
	struct smtp_sink *sink = smtp_sink_start();
	struct smtp_result result = {};

	smtp_init();
	notification_config = (struct notification_config){.smtp_url = smtp_sink_url(sink),
							   .smtp_user = "",
							   .mail_from = "no-reply@aegis.example",
							   .smtp_timeout_ms = 2000};
	for (int i = 0; i < 250; i++) {
		cr_assert(is_ok(smtp_send(arena, &letter, uuid_v7(i + 1), &result)));
		cr_assert_eq(result.verdict, SMTP_SENT);
		smtp_rest();
	}
	cr_assert_eq(smtp_sink_count(sink), 250);
	cr_assert_eq(smtp_sink_dialogues(sink), 3, "a hundred each: %d", smtp_sink_dialogues(sink));
	smtp_sink_stop(sink);
	arena_free(&arena);
}

Test(smtp, a_kept_connection_that_the_server_gave_up_costs_no_mail)
{
	struct arena *arena = arena_new(1 << 22);
	struct smtp_sink *sink = smtp_sink_start();
	struct smtp_result result = {};

	smtp_init();
	notification_config = (struct notification_config){.smtp_url = smtp_sink_url(sink),
							   .smtp_user = "",
							   .mail_from = "no-reply@aegis.example",
							   .smtp_timeout_ms = 2000};
	cr_assert(is_ok(smtp_send(arena, &letter, uuid_v7(1), &result)));
	smtp_sink_drop_all(sink);
	cr_assert(is_ok(smtp_send(arena, &letter, uuid_v7(2), &result)));
	cr_assert_eq(result.verdict, SMTP_SENT);
	cr_assert_eq(smtp_sink_dialogues(sink), 2);
	smtp_sink_stop(sink);
	arena_free(&arena);
}

Test(smtp, is_tried_again_at_0_5s_5min_30min_2h_5h_10h_10h_give_or_take_a_fifth)
{
	static const instant waits[] = {SECONDS(5), MINUTES(5), MINUTES(30), HOURS(2),
					HOURS(5),   HOURS(10),	HOURS(10)};
	instant least, most;

	cr_assert_eq(RETRY_ATTEMPTS, 1 + sizeof waits / sizeof waits[0]);
	for (int n = 1; n < RETRY_ATTEMPTS; n++) {
		least = most = waits[n - 1];
		for (int i = 0; i < 2000; i++) {
			struct uuid mail = uuid_v7(SECONDS(i + 1));
			instant wait = retry_wait(mail, n);

			cr_assert_eq(wait, retry_wait(mail, n));
			least = wait < least ? wait : least;
			most = wait > most ? wait : most;
		}
		cr_assert_geq(least, waits[n - 1] / 10 * 8);
		cr_assert_leq(most, waits[n - 1] / 10 * 12);
		cr_assert_lt(least, waits[n - 1] / 100 * 82, "the jitter uses its range");
		cr_assert_gt(most, waits[n - 1] / 100 * 118);
	}
}
