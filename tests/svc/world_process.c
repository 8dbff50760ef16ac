#include "world_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/svc_test_internal.h"

extern char **environ;

static const char *path_of(struct test_daemon *daemon, const char *ending)
{
	return arena_printf(test_world.arena, "%s/%s.%s", test_world.dir,
			    daemon->svc.descriptor->name, ending);
}

const char *process_config(struct test_daemon *daemon, const char *extra)
{
	const char *path = path_of(daemon, "conf");
	const struct cfg_map *peers = &daemon->config.peer;
	FILE *file = fopen(path, "we");

	cr_assert(file);
	fprintf(file, "listen = %s\ndb = %s\nsecrets_dir = %s\n", daemon->config.listen,
		test_world.conninfo, test_world.secrets);
	for (size_t i = 0; i < peers->n; i++)
		fprintf(file, "peer_%s = %s\n", peers->items[i].key, peers->items[i].value);
	fputs(extra, file);
	fclose(file);
	return path;
}

pid_t process_start(struct test_daemon *daemon, const char *program, const char *config,
		    const char *argument)
{
	const char *path = arena_printf(test_world.arena, "%s/%s", getenv("AEGIS_BUILD"), program);
	char *argv[] = {(char *)path, "--config", (char *)config, (char *)argument, NULL};
	posix_spawn_file_actions_t actions;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, path_of(daemon, "log"),
					 O_WRONLY | O_CREAT | O_APPEND, 0600);
	posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	cr_assert_eq(posix_spawn(&pid, path, &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

const char *process_log(struct test_daemon *daemon)
{
	FILE *file = fopen(path_of(daemon, "log"), "re");
	char *text = arena_calloc(test_world.arena, 1, 1 << 20);

	cr_assert(file);
	cr_assert_geq(fread(text, 1, (1 << 20) - 1, file), 0);
	fclose(file);
	return text;
}

int process_end(pid_t pid)
{
	int status;

	cr_assert_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
