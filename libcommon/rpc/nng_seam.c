#include "rpc/nng_seam.h"

#include <dlfcn.h>
#include <errno.h>
#include <nng/nng.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

/* A sanitizer's own start-up calls some of these before it can be called itself. */
#define OVERRIDE                                                                                   \
	__attribute__((used, visibility("default"), no_sanitize("thread"), no_sanitize("address")))

/*
 * nng 1.5.2 maps EPIPE to NNG_ECLOSED, and its listeners and dialers take that
 * as the closing of their own end: they stop for good, without a word.  A peer
 * that connects and is gone before the eight bytes of nng's opening were written
 * to it – a killed daemon, a port scanner – would so make a server deaf, and a
 * client never dial again.  ECONNRESET, which says the same, they survive.
 *
 * The dynamic linker prefers a program's own symbol, so this is the sendmsg() of
 * every library in the process.
 */
OVERRIDE ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
	ssize_t n = syscall(SYS_sendmsg, fd, message, flags);

	if (n < 0 && errno == EPIPE)
		errno = ECONNRESET;
	return n;
}

/*
 * nng 1.5.2 starts two task threads for each processor and wakes one of those
 * that sleep for every step of a message: header read, body read, callback.  The
 * more threads, the more of these steps are a hand-over between processors; two
 * threads in all cost a third less processor time for a call than four, and the
 * steps are short.  There is no setting for it but the number of processors.
 */
static _Thread_local bool nng_starts;

long __sysconf(int name); /* glibc's own name for it */

OVERRIDE long sysconf(int name)
{
	return nng_starts && name == _SC_NPROCESSORS_ONLN ? 1 : __sysconf(name);
}

/*
 * Its mutexes are error-checking ones, which sleep at the first contention, and
 * they are held for some hundred instructions: on two processors half of a
 * daemon's context switches were waits for them.  Adaptive ones spin a little
 * first; nng never takes a lock twice.
 */
OVERRIDE int pthread_mutexattr_settype(pthread_mutexattr_t *attr, int type)
{
	int (*settype)(pthread_mutexattr_t *, int);

	*(void **)&settype = dlsym(RTLD_NEXT, "pthread_mutexattr_settype");
	return settype(attr, nng_starts ? PTHREAD_MUTEX_ADAPTIVE_NP : type);
}

static pthread_once_t started = PTHREAD_ONCE_INIT;

/* Whatever is called first makes nng start its threads. */
static void start_nng(void)
{
	nng_aio *aio;

	nng_starts = true;
	if (nng_aio_alloc(&aio, NULL, NULL) == 0)
		nng_aio_free(aio);
	nng_starts = false;
}

struct status nng_seam_init(void)
{
	if (dlsym(RTLD_DEFAULT, "sendmsg") != (void *)sendmsg ||
	    dlsym(RTLD_DEFAULT, "sysconf") != (void *)sysconf) {
		log_error("nng would not see this program's sendmsg() and sysconf()");
		return FAIL(FAILED_PRECONDITION, "NNG_SEAM");
	}
	pthread_once(&started, start_nng);
	return OK;
}
