#include "rpc/nng_seam.h"

#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"

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
__attribute__((used, visibility("default"))) ssize_t sendmsg(int fd, const struct msghdr *message,
							     int flags)
{
	ssize_t n = syscall(SYS_sendmsg, fd, message, flags);

	if (n < 0 && errno == EPIPE)
		errno = ECONNRESET;
	return n;
}

struct status nng_seam_check(void)
{
	if (dlsym(RTLD_DEFAULT, "sendmsg") == (void *)sendmsg)
		return OK;
	log_error("nng would not see this program's sendmsg()");
	return FAIL(FAILED_PRECONDITION, "NNG_SEAM");
}
