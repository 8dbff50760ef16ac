#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"

static const char *logged(void (*write_lines)(void))
{
	static char text[4096];
	int pipe_fd[2];
	ssize_t n;

	cr_assert_eq(pipe(pipe_fd), 0);
	log_set_fd(pipe_fd[1]);
	write_lines();
	log_set_fd(STDERR_FILENO);
	close(pipe_fd[1]);
	n = read(pipe_fd[0], text, sizeof text - 1);
	close(pipe_fd[0]);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void write_one(void)
{
	log_init("tester", LOG_INFO);
	log_debug("hidden");
	log_warn("a \"quoted\"\nline", KV("n", 3), KV("ok", true), KV("name", "x"),
		 KV("bad", "\xff"));
}

Test(log, writes_one_json_object_a_line)
{
	const char *text = logged(write_one);

	cr_assert_null(strstr(text, "hidden"));
	cr_assert_not_null(strstr(text, "\"level\":\"warn\",\"daemon\":\"tester\""), "%s", text);
	cr_assert_not_null(strstr(text, "\"msg\":\"a \\\"quoted\\\"\\nline\""), "%s", text);
	cr_assert_not_null(
		strstr(text, "\"n\":3,\"ok\":true,\"name\":\"x\",\"bad\":\"\xef\xbf\xbd\"}\n"),
		"%s", text);
}

static void write_in_context(void)
{
	log_set_context(&(struct log_context){.request_id = "r-1", .tenant = "t-1"});
	log_info("called");
	log_set_context(NULL);
}

Test(log, carries_the_context_of_the_call)
{
	cr_assert_not_null(
		strstr(logged(write_in_context), "\"request_id\":\"r-1\",\"tenant\":\"t-1\""));
}

#define WRITERS	  4
#define LINES	  5000
#define BIG_VALUE 300

static void *write_many(void *arg)
{
	static const char big[BIG_VALUE] = {[0 ... BIG_VALUE - 2] = 'x'};

	for (int i = 0; i < LINES; i++)
		log_info("one of many", KV("writer", *(const int *)arg), KV("line", i),
			 KV("big", big));
	return NULL;
}

/* The number that follows key in a line, -1 without it. */
static long number_of(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtol(at + strlen(key), NULL, 10) : -1;
}

/* Every writer's lines whole and in their order; the number of all. */
static int check_lines(FILE *file)
{
	int next[WRITERS] = {}, n = 0;
	char text[1024];

	rewind(file);
	for (; fgets(text, sizeof text, file); n++) {
		long writer = number_of(text, "\"writer\":"), line = number_of(text, "\"line\":");

		cr_assert(text[0] == '{' && strcmp(text + strlen(text) - 3, "\"}\n") == 0, "%s",
			  text);
		cr_assert(writer >= 0 && writer < WRITERS, "%s", text);
		cr_assert_eq(line, next[writer]++, "%s", text);
	}
	return n;
}

Test(log, gathered_lines_stay_whole_and_in_order, .timeout = 60)
{
	int numbers[WRITERS] = {0, 1, 2, 3};
	pthread_t threads[WRITERS];
	FILE *file = tmpfile();

	log_init("tester", LOG_INFO);
	log_set_fd(fileno(file));
	log_start_gathering();
	for (int i = 0; i < WRITERS; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, write_many, &numbers[i]), 0);
	for (int i = 0; i < WRITERS; i++)
		pthread_join(threads[i], NULL);
	log_stop_gathering();
	log_set_fd(STDERR_FILENO);
	cr_assert_eq(check_lines(file), WRITERS * LINES);
	fclose(file);
}

Test(log, a_warning_takes_what_waits_along_at_once, .timeout = 60)
{
	char text[2048];
	ssize_t n;
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	log_init("tester", LOG_INFO);
	log_set_fd(fds[1]);
	log_start_gathering();
	log_info("first");
	log_warn("second");
	/* Nothing else is waited for: both are there when log_warn() returns. */
	cr_assert_eq(poll(&(struct pollfd){.fd = fds[0], .events = POLLIN}, 1, 0), 1);
	n = read(fds[0], text, sizeof text - 1);
	text[n > 0 ? n : 0] = '\0';
	cr_assert_not_null(strstr(text, "second"), "%s", text);
	log_info("third");
	cr_assert_eq(poll(&(struct pollfd){.fd = fds[0], .events = POLLIN}, 1, 10000), 1,
		     "a line waits for ever");
	log_stop_gathering();
	log_set_fd(STDERR_FILENO);
}
