/*
 * Refusals arrive as SIGSYS in the thread that called.  The handler may only do
 * what is safe in a signal handler: it notes the number and wakes the main thread,
 * which logs.
 */
#include "svc_core/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <ucontext.h>
#include <unistd.h>

#include "base/log.h"
#include "svc_core/metrics.h"
#include "svc_core/sandbox_calls.h"

#define CALLS_MAX 1024

static int wake_fd = -1;
static _Atomic uint64_t n_refused;
static _Atomic bool seen[CALLS_MAX];
static bool told[CALLS_MAX];
static uint64_t n_counted;

static void answer(ucontext_t *context, long result)
{
#if defined(__x86_64__)
	context->uc_mcontext.gregs[REG_RAX] = result;
#elif defined(__aarch64__)
	context->uc_mcontext.regs[0] = (unsigned long long)result;
#else
#error "where does a system call of this architecture return its result?"
#endif
}

static void on_refused(int number, siginfo_t *info, void *context)
{
	int before = errno;
	uint64_t one = 1;
	ssize_t n;

	(void)number;
	answer(context, -EPERM);
	atomic_fetch_add_explicit(&n_refused, 1, memory_order_relaxed);
	if (info->si_syscall >= 0 && info->si_syscall < CALLS_MAX)
		atomic_store_explicit(&seen[info->si_syscall], true, memory_order_relaxed);
	n = write(wake_fd, &one, sizeof one);
	(void)n;
	errno = before;
}

uint64_t sandbox_n_refused(void)
{
	return atomic_load_explicit(&n_refused, memory_order_relaxed);
}

int sandbox_fd(void)
{
	return wake_fd;
}

static void tell(int number)
{
	char *name = seccomp_syscall_resolve_num_arch(seccomp_arch_native(), number);

	log_error("a system call was refused: the sandbox does not know it",
		  KV("call", name ? name : "?"), KV("number", number));
	free(name);
}

void sandbox_report(void)
{
	struct metric *total = metrics_counter("aegis_sandbox_refused_total",
					       "System calls that the sandbox refused.");
	uint64_t wakes, now = sandbox_n_refused();
	ssize_t n = read(wake_fd, &wakes, sizeof wakes);

	(void)n;
	metric_add(total, now - n_counted);
	n_counted = now;
	for (int i = 0; i < CALLS_MAX; i++) {
		if (told[i] || !atomic_load_explicit(&seen[i], memory_order_relaxed))
			continue;
		told[i] = true;
		tell(i);
	}
}

static struct status refuse(const char *step, int error)
{
	log_error("the process cannot be sandboxed", KV("step", step),
		  KV("error", strerror(error)));
	return FAIL(SANDBOX);
}

static struct status hear_refusals(void)
{
	struct sigaction action = {.sa_sigaction = on_refused, .sa_flags = SA_SIGINFO | SA_RESTART};

	wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (wake_fd < 0)
		return refuse("eventfd", errno);
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGSYS, &action, NULL) != 0)
		return refuse("SIGSYS", errno);
	/* So that the metric is there from the start. */
	sandbox_report();
	return OK;
}

static int load(scmp_filter_ctx filter, unsigned needs)
{
	int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);

	/* A tree instead of a row of comparisons. */
	if (!error)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (!error)
		error = sandbox_allow_calls(filter, needs);
	return error ? error : seccomp_load(filter);
}

struct status sandbox_enter(unsigned needs)
{
	scmp_filter_ctx filter;
	int error;

#ifdef __SANITIZE_THREAD__
	(void)needs, (void)load, (void)hear_refusals, (void)filter, (void)error;
	return OK;
#else
	TRY(hear_refusals());
	filter = seccomp_init(SCMP_ACT_TRAP);
	if (!filter)
		return refuse("seccomp_init", ENOMEM);
	error = load(filter, needs);
	seccomp_release(filter);
	return error ? refuse("seccomp", -error) : OK;
#endif
}
