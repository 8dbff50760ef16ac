/*
 * Hot calls have no conditions: the kernel remembers that they are allowed and does
 * not run the filter for them.
 */
#include "svc_core/sandbox_calls.h"

#include <asm/termbits.h>
#include <errno.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include "svc_core/sandbox.h"

#define N_OF(array) (sizeof(array) / sizeof(array)[0])

#define NAMESPACES                                                                                 \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |             \
	 CLONE_NEWPID | CLONE_NEWNET)

static const char *const always[] = {
	/* memory; mmap and mprotect have conditions */
	"brk",
	"munmap",
	"mremap",
	"madvise",
	"mlock",
	"mlock2",
	"munlock",
	"membarrier",
	/* files */
	"read",
	"write",
	"readv",
	"writev",
	"pread64",
	"pwrite64",
	"preadv",
	"pwritev",
	"open",
	"openat",
	"close",
	"close_range",
	"lseek",
	"fstat",
	"stat",
	"lstat",
	"newfstatat",
	"statx",
	"access",
	"faccessat",
	"faccessat2",
	"readlink",
	"readlinkat",
	"getcwd",
	"rename",
	"renameat",
	"renameat2",
	"unlink",
	"unlinkat",
	"mkdir",
	"mkdirat",
	"rmdir",
	"fsync",
	"fdatasync",
	"sync_file_range",
	"ftruncate",
	"fallocate",
	"fadvise64",
	"fchmod",
	"chmod",
	"fchmodat",
	"flock",
	"fcntl",
	"dup",
	"dup2",
	"dup3",
	"pipe",
	"pipe2",
	"getdents64",
	"umask",
	"sendfile",
	"copy_file_range",
	"statfs",
	"fstatfs",
	/* sockets; socket has conditions */
	"connect",
	"bind",
	"listen",
	"accept",
	"accept4",
	"getsockname",
	"getpeername",
	"setsockopt",
	"getsockopt",
	"shutdown",
	"sendto",
	"recvfrom",
	"sendmsg",
	"recvmsg",
	"sendmmsg",
	"recvmmsg",
	/* waiting */
	"poll",
	"ppoll",
	"select",
	"pselect6",
	"epoll_create",
	"epoll_create1",
	"epoll_ctl",
	"epoll_wait",
	"epoll_pwait",
	"epoll_pwait2",
	"eventfd2",
	"signalfd4",
	"timerfd_create",
	"timerfd_settime",
	"timerfd_gettime",
	"nanosleep",
	"clock_nanosleep",
	/* threads and signals; clone has conditions */
	"futex",
	"set_robust_list",
	"get_robust_list",
	"set_tid_address",
	"rseq",
	"sched_yield",
	"sched_getaffinity",
	"sched_getparam",
	"sched_getscheduler",
	"setpriority",
	"getpriority",
	"exit",
	"exit_group",
	"tgkill",
	"rt_sigaction",
	"rt_sigprocmask",
	"rt_sigreturn",
	"rt_sigtimedwait",
	"rt_sigpending",
	"rt_sigsuspend",
	"sigaltstack",
	"restart_syscall",
	/* what the process is, and what time it is */
	"gettid",
	"getpid",
	"getppid",
	"getpgrp",
	"getpgid",
	"getsid",
	"getuid",
	"geteuid",
	"getgid",
	"getegid",
	"getresuid",
	"getresgid",
	"getgroups",
	"getrlimit",
	"getrusage",
	"sysinfo",
	"uname",
	"times",
	"time",
	"gettimeofday",
	"clock_gettime",
	"clock_getres",
	"getcpu",
	"getrandom",
};

static const char *const to_spawn[] = {"execve",     "kill",	  "wait4",    "waitid",
				       "arch_prctl", "prlimit64", "setrlimit"};

/* LeakSanitizer stops all threads at the end and looks at their registers. */
static const char *const to_find_leaks[] = {
	"ptrace", "wait4", "kill", "prctl", "getdents", "process_vm_readv", "prlimit64"};

static int allow(scmp_filter_ctx filter, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int call = seccomp_syscall_resolve_name(names[i]);
		/* Other architectures lack some of the older ones. */
		int error = call < 0 ? 0 : seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);

		if (error)
			return error;
	}
	return 0;
}

/* The call when its argument, masked, has that value. */
static int allow_when(scmp_filter_ctx filter, int call, unsigned arg, scmp_datum_t mask,
		      scmp_datum_t value)
{
	struct scmp_arg_cmp condition = {
		.arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = value};

	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, condition);
}

#define ALL_BITS 0xffffffffu

static int allow_sockets(scmp_filter_ctx filter, unsigned needs)
{
	static const int everywhere[] = {AF_UNIX, AF_INET, AF_INET6, AF_NETLINK};
	size_t n = needs & SANDBOX_NETWORK ? N_OF(everywhere) : 1;
	int error = allow_when(filter, SCMP_SYS(socketpair), 0, ALL_BITS, AF_UNIX);

	for (size_t i = 0; !error && i < n; i++)
		error = allow_when(filter, SCMP_SYS(socket), 0, ALL_BITS,
				   (scmp_datum_t)everywhere[i]);
	return error;
}

/* Code comes from files: memory that can be written is never run. */
static int allow_memory(scmp_filter_ctx filter)
{
	int error = allow_when(filter, SCMP_SYS(mprotect), 2, PROT_EXEC, 0);

	if (!error)
		error = allow_when(filter, SCMP_SYS(mmap), 2, PROT_EXEC, 0);
	if (!error)
		error = allow_when(filter, SCMP_SYS(mmap), 2, PROT_EXEC | PROT_WRITE, PROT_EXEC);
	return error;
}

/*
 * Threads and, when asked for, children as posix_spawn() makes them.  The arguments of
 * clone3 are in memory, where no filter reads: the C library falls back to clone.
 */
static int allow_threads(scmp_filter_ctx filter, unsigned needs)
{
	int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);

	if (!error)
		error = allow_when(filter, SCMP_SYS(clone), 0, NAMESPACES | CLONE_THREAD,
				   CLONE_THREAD);
	if (!error && needs & SANDBOX_SPAWN)
		error = allow_when(filter, SCMP_SYS(clone), 0,
				   NAMESPACES | CLONE_THREAD | CLONE_VFORK, CLONE_VFORK);
	return error;
}

static int allow_controls(scmp_filter_ctx filter)
{
	static const unsigned controls[] = {
		PR_SET_NAME,	 PR_GET_NAME,	   PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS,
		PR_GET_DUMPABLE, PR_SET_PDEATHSIG, PR_GET_SECCOMP,	PR_SET_VMA};
	static const unsigned long requests[] = {FIONREAD, FIONBIO, FIOCLEX, TCGETS, TIOCGWINSZ};
	int error = 0;

	for (size_t i = 0; !error && i < N_OF(controls); i++)
		error = allow_when(filter, SCMP_SYS(prctl), 0, ALL_BITS, controls[i]);
	for (size_t i = 0; !error && i < N_OF(requests); i++)
		error = allow_when(filter, SCMP_SYS(ioctl), 1, ALL_BITS, requests[i]);
	/* Reading a limit; setting one needs the new value in the third argument. */
	if (!error)
		error = allow_when(filter, SCMP_SYS(prlimit64), 2, UINT64_MAX, 0);
	return error;
}

/* The tracer of LeakSanitizer is a process that shares our memory. */
static int allow_sanitizer(scmp_filter_ctx filter)
{
#ifdef __SANITIZE_ADDRESS__
	int error = allow(filter, to_find_leaks, N_OF(to_find_leaks));

	return error ? error
		     : allow_when(filter, SCMP_SYS(clone), 0, NAMESPACES | CLONE_VM, CLONE_VM);
#else
	(void)filter, (void)to_find_leaks;
	return 0;
#endif
}

int sandbox_allow_calls(scmp_filter_ctx filter, unsigned needs)
{
	int error = allow(filter, always, N_OF(always));

	if (!error)
		error = allow_memory(filter);
	if (!error)
		error = allow_sockets(filter, needs);
	if (!error)
		error = allow_threads(filter, needs);
	if (!error)
		error = allow_controls(filter);
	if (!error && needs & SANDBOX_SPAWN)
		error = allow(filter, to_spawn, N_OF(to_spawn));
	return error ? error : allow_sanitizer(filter);
}
