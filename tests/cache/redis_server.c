#include "cache/redis_server.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"

static bool answers(const struct redis_server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char answer[8] = "";
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool good;

	snprintf(address.sun_path, sizeof address.sun_path, "%s", server->url + strlen("unix:"));
	good = connect(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
	       write(fd, "PING\r\n", 6) == 6 && read(fd, answer, 7) == 7 &&
	       memcmp(answer, "+PONG\r\n", 7) == 0;
	close(fd);
	return good;
}

static void run_server(const struct redis_server *server)
{
	const char *path = server->url + strlen("unix:");
	int null = open("/dev/null", O_RDWR);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(null, STDERR_FILENO);
	execlp("redis-server", "redis-server", "--port", "0", "--unixsocket", path, "--save", "",
	       "--appendonly", "no", "--dir", server->dir, NULL);
	_exit(127);
}

void redis_server_restart(struct redis_server *server)
{
	instant give_up = instant_monotonic() + SECONDS(10);

	server->pid = fork();
	if (server->pid == 0)
		run_server(server);
	cr_assert_gt(server->pid, 0);
	while (!answers(server)) {
		cr_assert_lt(instant_monotonic(), give_up, "redis-server does not start");
		usleep(5000);
	}
}

void redis_server_start(struct redis_server *server)
{
	snprintf(server->dir, sizeof server->dir, "/tmp/aegis-redis-XXXXXX");
	cr_assert_not_null(mkdtemp(server->dir));
	snprintf(server->url, sizeof server->url, "unix:%s/s", server->dir);
	redis_server_restart(server);
}

void redis_server_kill(struct redis_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	server->pid = 0;
}

void redis_server_stop(struct redis_server *server)
{
	redis_server_kill(server);
	unlink(server->url + strlen("unix:"));
	rmdir(server->dir);
}
