#include <criterion/criterion.h>
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
