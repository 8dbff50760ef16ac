#include "svc_core/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "svc_core/sandbox.h"

static int signal_fd = -1;
static int stop_fd = -1;

static struct status refuse(const char *what)
{
	log_error("the process cannot be set up", KV("step", what), KV("error", strerror(errno)));
	return FAIL(PROCESS_SETUP);
}

static struct status take_signals(void)
{
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
		return refuse("sigprocmask");
	if (signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		return refuse("SIGPIPE");
	signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (signal_fd < 0 || stop_fd < 0)
		return refuse("signalfd");
	return OK;
}

struct status process_init(void)
{
	struct rlimit no_core = {};

	umask(077);
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return refuse("no_new_privs");
	if (setrlimit(RLIMIT_CORE, &no_core) != 0)
		return refuse("core limit");
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	/* Nobody reads our memory, not even another process of our user. */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return refuse("dumpable");
#endif
	return take_signals();
}

static enum process_event read_signal(void)
{
	struct signalfd_siginfo info;

	if (read(signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
		return PROCESS_TIMEOUT;
	return info.ssi_signo == SIGHUP ? PROCESS_RELOAD : PROCESS_STOP;
}

enum process_event process_wait(int timeout_ms)
{
	struct pollfd fds[3] = {{.fd = signal_fd, .events = POLLIN},
				{.fd = stop_fd, .events = POLLIN},
				{.fd = sandbox_fd(), .events = POLLIN}};

	if (poll(fds, 3, timeout_ms) <= 0)
		return PROCESS_TIMEOUT;
	if (fds[2].revents)
		sandbox_report();
	if (fds[1].revents)
		return PROCESS_STOP;
	return read_signal();
}

void process_request_stop(void)
{
	uint64_t one = 1;
	ssize_t n = write(stop_fd, &one, sizeof one);

	/* The counter cannot overflow; a second request changes nothing. */
	(void)n;
}

struct status process_lock(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0) {
		log_error("the lock file cannot be opened", KV("path", path),
			  KV("error", strerror(errno)));
		return FAIL(LOCK_FILE);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		close(fd);
		return FAIL(ALREADY_RUNNING);
	}
	/* The descriptor stays open: the kernel drops the lock when the process ends. */
	if (ftruncate(fd, 0) != 0 || dprintf(fd, "%d\n", (int)getpid()) < 0)
		log_warn("the pid could not be written", KV("path", path));
	return OK;
}
