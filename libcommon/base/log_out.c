#include "base/log_out.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/log.h"

#define GATHER_BYTES ((size_t)64 * 1024)

static _Atomic int out_fd = STDERR_FILENO;
static _Atomic bool is_terminal;
static pthread_once_t looked = PTHREAD_ONCE_INIT;

/*
 * Two buffers: threads add to one while the other is being written.  Whoever
 * writes holds `writing` from the exchange on, so the order of lines stays.
 */
static struct {
	pthread_mutex_t lock; /* of all but the buffer being written */
	pthread_mutex_t writing;
	pthread_cond_t changed;
	pthread_t thread;
	_Atomic bool running;
	char *filling;
	char *spare;
	size_t len;
} gathered = {.lock = PTHREAD_MUTEX_INITIALIZER, .writing = PTHREAD_MUTEX_INITIALIZER};

void log_out_set_fd(int fd)
{
	pthread_mutex_lock(&gathered.lock);
	out_fd = fd;
	is_terminal = isatty(fd);
	pthread_mutex_unlock(&gathered.lock);
}

static void look(void)
{
	is_terminal = isatty(out_fd);
}

bool log_out_is_terminal(void)
{
	pthread_once(&looked, look);
	return is_terminal;
}

/* A full or closed log must not stop the daemon: the lines are lost. */
static void write_all(const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(out_fd, bytes, len);

		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

static void flush(void)
{
	char *full;
	size_t len;

	pthread_mutex_lock(&gathered.writing);
	pthread_mutex_lock(&gathered.lock);
	full = gathered.filling;
	len = gathered.len;
	gathered.filling = gathered.spare;
	gathered.spare = full;
	gathered.len = 0;
	pthread_mutex_unlock(&gathered.lock);
	write_all(full, len);
	pthread_mutex_unlock(&gathered.writing);
}

/* False when there is no room. */
static bool add(struct str line)
{
	bool fits;

	pthread_mutex_lock(&gathered.lock);
	fits = line.len <= GATHER_BYTES - gathered.len;
	if (fits) {
		memcpy(gathered.filling + gathered.len, line.ptr, line.len);
		if (gathered.len == 0)
			pthread_cond_signal(&gathered.changed);
		gathered.len += line.len;
	}
	pthread_mutex_unlock(&gathered.lock);
	return fits;
}

void log_out(struct str line, bool urgent)
{
	if (!gathered.running || line.len > GATHER_BYTES) {
		write_all((const char *)line.ptr, line.len);
		return;
	}
	while (!add(line))
		flush();
	if (urgent)
		flush();
}

/* Sleeps while nothing waits; then lets more come for a moment. */
static void *write_gathered(void *arg)
{
	const struct timespec moment = {.tv_nsec = LOG_GATHER_MS * 1000000L};

	(void)arg;
	for (;;) {
		pthread_mutex_lock(&gathered.lock);
		while (gathered.len == 0 && gathered.running)
			pthread_cond_wait(&gathered.changed, &gathered.lock);
		pthread_mutex_unlock(&gathered.lock);
		if (!gathered.running)
			return NULL;
		nanosleep(&moment, NULL);
		flush();
	}
}

void log_start_gathering(void)
{
	sigset_t all, before;

	gathered.filling = malloc(GATHER_BYTES);
	gathered.spare = malloc(GATHER_BYTES);
	if (!gathered.filling || !gathered.spare)
		abort();
	pthread_cond_init(&gathered.changed, NULL);
	/* Signals are for the threads that were made for them. */
	sigfillset(&all);
	/* Where the kernel refuses a call of the thread, a blocked signal would end the process. */
	sigdelset(&all, SIGSYS);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	gathered.running = true;
	if (pthread_create(&gathered.thread, NULL, write_gathered, NULL) != 0)
		gathered.running = false;
	else
		atexit(log_stop_gathering);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void log_stop_gathering(void)
{
	if (!gathered.running)
		return;
	pthread_mutex_lock(&gathered.lock);
	gathered.running = false;
	pthread_cond_signal(&gathered.changed);
	pthread_mutex_unlock(&gathered.lock);
	pthread_join(gathered.thread, NULL);
	flush();
}
