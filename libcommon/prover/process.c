/* Starting, feeding, reading and ending a prover process. */
#include "prover/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"
#include "prover/steps.h"
#include "prover/wire.h"

#define MAX_ANSWER ((size_t)64 << 20)

struct child {
	pid_t pid;
	int socket;
	instant until; /* monotonic */
};

/* Beside this program, or where the build has it from any of its programs. */
static bool find_program(const char *wanted, char *path, size_t size)
{
	static const char *const places[] = {"", "../../libcommon/prover/"};
	char self[4096];
	ssize_t n;
	char *slash;

	if (wanted) {
		snprintf(path, size, "%s", wanted);
		return access(path, X_OK) == 0;
	}
	n = readlink("/proc/self/exe", self, sizeof self - 1);
	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	slash[1] = '\0';
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(path, size, "%s%saegis-prover", self, places[i]);
		if (access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* The child gets its end of the socket as both streams, no other descriptor, and no environment. */
static int spawn(const char *path, int end, pid_t *pid)
{
	char *const argv[] = {(char *)"aegis-prover", NULL}, *const no_environment[] = {NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, all;
	int error;

	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_adddup2(&actions, end, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, end, STDOUT_FILENO);
	posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	error = posix_spawn(pid, path, &actions, &attributes, argv, no_environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static bool start(const struct prover_process *process, struct child *child)
{
	char path[4096 + 64];
	int ends[2], error;

	if (!find_program(process->path, path, sizeof path)) {
		log_error("the prover is not there, so nothing is proven",
			  KV("program", "aegis-prover"));
		return false;
	}
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) {
		log_error("no socket for the prover", KV("errno", errno));
		return false;
	}
	error = spawn(path, ends[1], &child->pid);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		log_error("the prover does not start", KV("errno", error));
		return false;
	}
	child->socket = ends[0];
	return true;
}

static void end(const struct child *child)
{
	close(child->socket);
	kill(child->pid, SIGKILL);
	while (waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* False at the deadline. */
static bool wait_for(const struct child *child, short events, short *ready)
{
	struct pollfd fd = {.fd = child->socket, .events = events};
	int n;

	do {
		instant left = child->until - instant_monotonic();

		if (left <= 0)
			return false;
		n = poll(&fd, 1, (int)(left / 1000) + 1);
	} while (n == 0 || (n < 0 && errno == EINTR));
	*ready = fd.revents;
	return n > 0;
}

/* What is to be filled by what the child says. */
struct said {
	struct arena *arena;
	size_t n_goals;
	struct screener_proof *proofs;
	struct screener_effort effort;
};

/* Takes the whole lines of what was read, and keeps the rest. */
static void take_lines(struct strbuf *buf, struct said *said)
{
	char *newline;
	size_t used = 0;

	while ((newline = memchr(buf->ptr + used, '\n', buf->len - used))) {
		struct str line = {buf->ptr + used, (size_t)(newline - (buf->ptr + used))};
		struct screener_proof proof;
		size_t goal;

		if (wire_read_proof(line, said->arena, said->n_goals, &goal, &proof))
			said->proofs[goal] = proof;
		else
			(void)wire_read_end(line, &said->effort);
		used += line.len + 1;
	}
	memmove(buf->ptr, buf->ptr + used, buf->len - used);
	buf->len -= used;
}

/* Writes the request and reads proofs, in whatever order the child wants. */
static void converse(const struct child *child, struct str request, struct arena *scratch,
		     struct said *said)
{
	struct strbuf buf = strbuf_new(scratch);
	char chunk[65536];
	short ready;
	ssize_t n;

	while (wait_for(child, request.len ? POLLIN | POLLOUT : POLLIN, &ready)) {
		if (request.len && (ready & POLLOUT)) {
			n = send(child->socket, request.ptr, request.len,
				 MSG_NOSIGNAL | MSG_DONTWAIT);
			if (n < 0 && errno != EAGAIN && errno != EINTR)
				return;
			request.ptr += n > 0 ? n : 0;
			request.len -= n > 0 ? (size_t)n : 0;
			if (!request.len)
				shutdown(child->socket, SHUT_WR);
		}
		if (!(ready & (POLLIN | POLLHUP | POLLERR)))
			continue;
		n = recv(child->socket, chunk, sizeof chunk, MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR) || buf.len > MAX_ANSWER)
			return;
		if (n > 0) {
			strbuf_add(&buf, chunk, (size_t)n);
			take_lines(&buf, said);
		}
	}
}

static struct screener_effort prove(void *arg, const struct screener *screener,
				    const struct screener_goal *goals, size_t n_goals,
				    date_days today, struct arena *arena,
				    struct screener_proof *proofs)
{
	struct prover_process *process = arg;
	struct wire_request request = {.document = process->document,
				       .tables = process->tables,
				       .n_tables = process->n_tables,
				       .today = today,
				       .steps = PROVER_STEPS,
				       .goals = goals,
				       .n_goals = n_goals};
	struct said said = {.arena = arena, .n_goals = n_goals, .proofs = proofs};
	struct child child = {.until = instant_monotonic() + process->limit_ms * 1000};
	struct arena *scratch;
	char *text;

	(void)screener;
	text = process->limit_ms > 0 ? wire_write_request(&request) : NULL;
	if (!text)
		return said.effort;
	if (start(process, &child)) {
		scratch = arena_new(SIZE_MAX);
		converse(&child, str_of(text), scratch, &said);
		arena_free(&scratch);
		end(&child);
	}
	free(text);
	return said.effort;
}

struct screener_prover prover_in_process_of_its_own(struct prover_process *process)
{
	return (struct screener_prover){.prove = prove, .arg = process};
}
