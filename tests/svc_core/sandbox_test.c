/* What a process that is taken over cannot do.  Each test is a process of its own. */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/str.h"
#include "svc_core/metrics.h"
#include "svc_core/process.h"
#include "svc_core/sandbox.h"

#ifndef __SANITIZE_THREAD__

static int log_fd = -1;

static void enter(unsigned needs)
{
	log_init("taken", LOG_INFO);
	log_fd = memfd_create("log", MFD_CLOEXEC);
	log_set_fd(log_fd);
	cr_assert(is_ok(process_init()));
	cr_assert(is_ok(sandbox_enter(needs)));
}

static const char *logged(void)
{
	static char text[65536];
	ssize_t n = pread(log_fd, text, sizeof text - 1, 0);

	cr_assert(n >= 0);
	text[n] = '\0';
	return text;
}

static long a_status_line(const char *name)
{
	char line[256];
	long value = -1;
	size_t len = strlen(name);
	FILE *in = fopen("/proc/self/status", "r");

	cr_assert_not_null(in);
	while (fgets(line, sizeof line, in))
		if (strncmp(line, name, len) == 0)
			value = strtol(line + len, NULL, 10);
	fclose(in);
	return value;
}

Test(sandbox, the_kernel_shows_it)
{
	enter(0);
	cr_expect_eq(a_status_line("Seccomp:"), 2);
	cr_expect_eq(a_status_line("NoNewPrivs:"), 1);
#ifndef __SANITIZE_ADDRESS__
	cr_expect_eq(prctl(PR_GET_DUMPABLE), 0);
#endif
}

#define EXPECT_REFUSED(call)                                                                       \
	do {                                                                                       \
		errno = 0;                                                                         \
		cr_expect_eq((call), -1, "%s", #call);                                             \
		cr_expect_eq(errno, EPERM, "%s: %s", #call, strerror(errno));                      \
	} while (0)

Test(sandbox, no_other_program_is_started)
{
	char *const argv[] = {(char *)"/bin/true", NULL};

	enter(SANDBOX_NETWORK);
	EXPECT_REFUSED(execve("/bin/true", argv, argv + 1));
	EXPECT_REFUSED(syscall(SYS_execveat, -1, "/bin/true", argv, argv + 1, 0));
#ifndef __SANITIZE_ADDRESS__
	EXPECT_REFUSED(fork());
	EXPECT_REFUSED(syscall(SYS_vfork));
#endif
}

Test(sandbox, nothing_reaches_into_the_kernel_or_another_process)
{
	union bpf_attr attr = {};

	enter(SANDBOX_NETWORK | SANDBOX_SPAWN);
#ifndef __SANITIZE_ADDRESS__
	EXPECT_REFUSED(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
	EXPECT_REFUSED(syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0));
#endif
	EXPECT_REFUSED(mount("none", "/tmp", "tmpfs", 0, NULL));
	EXPECT_REFUSED(umount2("/tmp", 0));
	EXPECT_REFUSED(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof attr));
	EXPECT_REFUSED(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING, 0));
	EXPECT_REFUSED(syscall(SYS_io_uring_setup, 1, NULL));
	EXPECT_REFUSED(syscall(SYS_userfaultfd, 0));
	EXPECT_REFUSED(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0));
	EXPECT_REFUSED(syscall(SYS_init_module, NULL, 0, ""));
	EXPECT_REFUSED(syscall(SYS_kexec_load, 0, 0, NULL, 0));
	EXPECT_REFUSED(syscall(SYS_pidfd_open, getppid(), 0));
	EXPECT_REFUSED(unshare(CLONE_NEWUSER));
	EXPECT_REFUSED(syscall(SYS_setuid, 0));
	EXPECT_REFUSED(syscall(SYS_setgroups, 0, NULL));
	EXPECT_REFUSED(chroot("/tmp"));
}

Test(sandbox, written_memory_is_never_run)
{
	void *page;

	enter(0);
	page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cr_assert_neq(page, MAP_FAILED);
	EXPECT_REFUSED(mprotect(page, 4096, PROT_READ | PROT_EXEC));
	errno = 0;
	cr_expect_eq(mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
		     MAP_FAILED);
	cr_expect_eq(errno, EPERM);
	cr_expect_eq(mprotect(page, 4096, PROT_READ), 0);
}

static int a_socket(int domain, int type)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, 0);

	if (fd >= 0)
		close(fd);
	return fd >= 0 ? 0 : -1;
}

Test(sandbox, a_process_without_need_of_it_has_no_network)
{
	enter(0);
	cr_expect_eq(a_socket(AF_UNIX, SOCK_STREAM), 0);
	EXPECT_REFUSED(a_socket(AF_INET, SOCK_STREAM));
	EXPECT_REFUSED(a_socket(AF_INET6, SOCK_DGRAM));
	EXPECT_REFUSED(a_socket(AF_PACKET, SOCK_RAW));
}

Test(sandbox, a_process_of_the_network_has_no_raw_packets)
{
	enter(SANDBOX_NETWORK);
	cr_expect_eq(a_socket(AF_INET, SOCK_STREAM), 0);
	cr_expect_eq(a_socket(AF_INET6, SOCK_STREAM), 0);
	EXPECT_REFUSED(a_socket(AF_PACKET, SOCK_RAW));
	EXPECT_REFUSED(a_socket(AF_ALG, SOCK_SEQPACKET));
	EXPECT_REFUSED(a_socket(AF_VSOCK, SOCK_STREAM));
}

static void *ask_in_thread(void *arg)
{
	(void)arg;
	return (void *)(long)(unshare(CLONE_NEWNS) == -1 && errno == EPERM);
}

Test(sandbox, threads_are_confined_too_and_refusals_are_told_once_and_counted)
{
	struct arena *arena = arena_new(1 << 20);
	struct strbuf metrics = strbuf_new(arena);
	pthread_t thread;
	void *refused = NULL;
	const char *first;

	enter(0);
	cr_assert_eq(pthread_create(&thread, NULL, ask_in_thread, NULL), 0);
	cr_assert_eq(pthread_join(thread, &refused), 0);
	cr_expect_not_null(refused);
	EXPECT_REFUSED(unshare(CLONE_NEWNS));
	cr_expect_eq(sandbox_n_refused(), 2);
	/* The main loop hears of it and goes on. */
	cr_expect_eq(process_wait(5000), PROCESS_TIMEOUT);
	first = strstr(logged(), "\"call\":\"unshare\"");
	cr_assert_not_null(first, "%s", logged());
	cr_expect_null(strstr(first + 1, "\"call\":\"unshare\""));
	metrics_write(&metrics);
	cr_expect_not_null(strstr(metrics.ptr, "aegis_sandbox_refused_total 2"), "%s", metrics.ptr);
	arena_free(&arena);
}

Test(sandbox, a_process_that_may_spawn_starts_a_program)
{
	char *const argv[] = {(char *)"/bin/true", NULL};
	char *const nothing[] = {NULL};
	posix_spawnattr_t attributes;
	sigset_t all;
	pid_t pid;
	int status = -1;

	enter(SANDBOX_SPAWN);
	sigfillset(&all);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
	cr_assert_eq(posix_spawn(&pid, "/bin/true", NULL, &attributes, argv, nothing), 0);
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", status);
	posix_spawnattr_destroy(&attributes);
}
#endif
