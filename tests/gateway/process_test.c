/* The program itself: settings, port, signals, exit codes. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "gateway/edge_server.h"

static char dir[64], path[96], secrets[96];

static int remove_entry(const char *entry, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(entry);
}

static void set_up(void)
{
	strcpy(dir, "/tmp/aegis-gwp-XXXXXX");
	cr_assert_not_null(mkdtemp(dir));
	snprintf(path, sizeof path, "%s/log", dir);
	snprintf(secrets, sizeof secrets, "%s/secrets", dir);
	crypto_init();
	cr_assert(is_ok(keyring_ensure_service(secrets, "gateway")));
	setenv("AEGIS_GATEWAY_SECRETS_DIR", secrets, 1);
	setenv("AEGIS_GATEWAY_PRIVATE_PORT", "0", 1);
}

static void tear_down(void)
{
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

TestSuite(process, .init = set_up, .fini = tear_down);

static pid_t start(const char *port, const char *argument)
{
	pid_t pid = fork();
	int fd;

	cr_assert_geq(pid, 0);
	if (pid)
		return pid;
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	setenv("AEGIS_GATEWAY_HTTP_PORT", port, 1);
	execl(GATEWAY_PROGRAM, "aegis-gateway", argument, NULL);
	_exit(127);
}

static const char *log_text(void)
{
	static char text[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof text - 1);

	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void wait_for_log(const char *wanted)
{
	instant end = instant_monotonic() + SECONDS(10);

	while (!strstr(log_text(), wanted)) {
		cr_assert_lt(instant_monotonic(), end, "no \"%s\" in: %s", wanted, log_text());
		usleep(5000);
	}
}

static int exit_code(pid_t pid)
{
	int status;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static unsigned port_in_log(void)
{
	static const char key[] = "\"port\":";
	const char *at = strstr(log_text(), key);
	unsigned long port = at ? strtoul(at + sizeof key - 1, NULL, 10) : 0;

	cr_assert(port > 0 && port <= UINT16_MAX);
	return (unsigned)port;
}

Test(process, serves_and_ends_on_sigterm)
{
	pid_t pid = start("0", NULL);
	struct raw_answer answer;
	int fd;

	wait_for_log("listening");
	fd = raw_connect((uint16_t)port_in_log());
	raw_send(fd, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27);
	answer = raw_read(fd, false);
	cr_assert_eq(answer.status, 200);
	raw_answer_free(&answer);
	kill(pid, SIGTERM);
	cr_assert(raw_is_closed(fd, 5000));
	cr_assert_eq(exit_code(pid), 0, "%s", log_text());
	close(fd);
}

Test(process, says_when_its_port_is_taken)
{
	struct edge_config config = edge_server_config();
	struct edge *other;
	char port[8];

	/* Even a sharer of SO_REUSEPORT counts as taken. */
	other = edge_server_start(&config);
	snprintf(port, sizeof port, "%u", edge_port(other));
	cr_assert_eq(exit_code(start(port, NULL)), 1);
	cr_assert(strstr(log_text(), "the port is taken"), "%s", log_text());
	edge_free(&other);
}

Test(process, without_a_certificate_it_serves_this_host_alone)
{
	static const char *const public[] = {"0.0.0.0", "192.0.2.1", "::"};
	static const char *const here[] = {"127.0.0.2", "::1"};

	for (size_t i = 0; i < sizeof public / sizeof public[0]; i++) {
		setenv("AEGIS_GATEWAY_HTTP_ADDRESS", public[i], 1);
		cr_assert_eq(exit_code(start("0", NULL)), 1, "%s", public[i]);
		cr_assert(strstr(log_text(), "without https_certificate"), "%s", log_text());
	}
	for (size_t i = 0; i < sizeof here / sizeof here[0]; i++) {
		pid_t pid;

		setenv("AEGIS_GATEWAY_HTTP_ADDRESS", here[i], 1);
		unlink(path); /* what the one before said */
		pid = start("0", NULL);
		wait_for_log("listening");
		kill(pid, SIGTERM);
		cr_assert_eq(exit_code(pid), 0, "%s", log_text());
	}
}

Test(process, two_with_one_lock_do_not_run)
{
	char lock[96];
	pid_t first;

	snprintf(lock, sizeof lock, "%s/lock", dir);
	setenv("AEGIS_GATEWAY_LOCK", lock, 1);
	first = start("0", NULL);
	wait_for_log("listening");
	cr_assert_eq(exit_code(start("0", NULL)), 1);
	cr_assert(strstr(log_text(), "another gateway runs already"), "%s", log_text());
	kill(first, SIGTERM);
	cr_assert_eq(exit_code(first), 0);
}

Test(process, tells_every_wrong_setting_at_once)
{
	setenv("AEGIS_GATEWAY_BODY_MAX", "9g", 1);
	setenv("AEGIS_GATEWAY_NONSENSE", "1", 1);
	cr_assert_eq(exit_code(start("80000", "--check-config")), 78);
	cr_assert(strstr(log_text(), "http_port") && strstr(log_text(), "body_max") &&
			  strstr(log_text(), "nonsense"),
		  "%s", log_text());
}

Test(process, without_a_service_key_it_says_how_to_make_one)
{
	setenv("AEGIS_GATEWAY_SECRETS_DIR", dir, 1);
	cr_assert_eq(exit_code(start("0", NULL)), 1);
	cr_assert(strstr(log_text(), "aegisctl keys init"), "%s", log_text());
}
