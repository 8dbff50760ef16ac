#include "fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"

#define METHOD(name_, id_, retry)                                                                  \
	{                                                                                          \
		.name = (name_), .id = (id_), .policy = {                                          \
			.retryable = (retry),                                                      \
			.deadline_ms = 5000                                                        \
		}                                                                                  \
	}

const struct rpc_method echo = METHOD("Echo", ECHO_ID, false);
const struct rpc_method hang = METHOD("Hang", HANG_ID, false);
const struct rpc_method hang_retryable = METHOD("Hang", HANG_ID, true);
const struct rpc_method who = METHOD("Who", WHO_ID, false);
const struct rpc_method later = METHOD("Later", LATER_ID, false);
const struct rpc_method large = METHOD("Large", LARGE_ID, false);
const struct rpc_method header_back = METHOD("Header", HEADER_ID, false);
const struct rpc_method failing = METHOD("Fail", FAIL_ID, false);
const struct rpc_method first_hangs = METHOD("FirstHangs", FIRST_HANGS_ID, true);

#define CHILDREN 4
static pid_t children[CHILDREN];
static char dir[64];

static int remove_entry(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void fixture_up(void)
{
	char counters[96];

	strcpy(dir, "/tmp/aegis-rpc-XXXXXX");
	cr_assert(mkdtemp(dir) != NULL);
	snprintf(counters, sizeof counters, "%s/counters", dir);
	cr_assert(map_counters(counters));
	log_set_fd(open("/dev/null", O_WRONLY | O_CLOEXEC));
}

void fixture_down(void)
{
	for (int i = 0; i < CHILDREN; i++)
		if (children[i])
			kill_server(children[i]);
	nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

const char *fixture_dir(void)
{
	return dir;
}

const char *socket_url(int n)
{
	static char urls[4][96];

	snprintf(urls[n], sizeof urls[n], "ipc://%s/%d.sock", dir, n);
	return urls[n];
}

struct rpc_server *start_server(const char *url)
{
	struct rpc_server *server = NULL;

	cr_assert(is_ok(echo_server_new(url, &server)));
	return server;
}

pid_t spawn_server(const char *url)
{
	char program[512], counters[96];
	char *argv[] = {program, (char *)(uintptr_t)url, counters, NULL};
	pid_t pid;

	snprintf(program, sizeof program, "%s/tests/rpc/echo_server", getenv("AEGIS_BUILD"));
	snprintf(counters, sizeof counters, "%s/counters", dir);
	cr_assert_eq(posix_spawn(&pid, program, NULL, NULL, argv, environ), 0, "%s", program);
	for (int i = 0; i < CHILDREN; i++) {
		if (!children[i]) {
			children[i] = pid;
			return pid;
		}
	}
	cr_assert(false, "too many servers");
	return pid;
}

void kill_server(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < CHILDREN; i++)
		if (children[i] == pid)
			children[i] = 0;
}

struct rpc_client *start_client(const char *const *urls, size_t n)
{
	const struct rpc_peer peer = {.daemon = "peer", .urls = urls, .n_urls = n};
	const struct rpc_client_config config = {.daemon = "test", .peers = &peer, .n_peers = 1};
	struct rpc_client *client = NULL;

	cr_assert(is_ok(rpc_client_new(&config, &client)));
	cr_assert(rpc_client_wait(client, "peer", n, 10000));
	return client;
}

struct rpc_result *call(struct rpc_client *client, const struct rpc_method *method,
			struct str payload, unsigned ms)
{
	struct rpc_header header = {.deadline = ms ? instant_now() + MILLIS(ms) : 0};

	return rpc_call_blocking(client, "peer", method, &header,
				 (struct rpc_body){.bytes = payload});
}

struct status call_status(struct rpc_client *client, const struct rpc_method *method, unsigned ms)
{
	struct rpc_result *result = call(client, method, STR("x"), ms);
	struct status status = result->header.status;

	rpc_result_free(&result);
	return status;
}
