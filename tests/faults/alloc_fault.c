#include "faults/alloc_fault.h"

#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* What ours stand before: AddressSanitizer's, else the C library's. */
#ifdef __SANITIZE_ADDRESS__
#define REAL(name) __interceptor_##name
int __lsan_do_recoverable_leak_check(void);
void __lsan_disable(void);
void __lsan_enable(void);
void __sanitizer_print_stack_trace(void);
const char *__lsan_default_suppressions(void);
const char *__asan_default_options(void);
#else
#define REAL(name)			   __libc_##name
#define __lsan_do_recoverable_leak_check() 0
#define __lsan_disable()		   ((void)0)
#define __lsan_enable()			   ((void)0)
#define __sanitizer_print_stack_trace()	   ((void)0)
#endif
void REAL(free)(void *ptr);
void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t n, size_t size);
void *REAL(realloc)(void *ptr, size_t size);
void *REAL(memalign)(size_t align, size_t size);

/* The linker's: where the program's own code lies. */
extern const char __executable_start[], etext[];

static _Thread_local unsigned left;
static _Thread_local bool is_exempt;
static _Atomic unsigned left_of_others;
static bool in_child;
void (*alloc_fault_last_words)(void);

void alloc_fault_arm(unsigned k)
{
	left = k;
}

bool alloc_fault_disarm(void)
{
	bool untouched = left > 0;

	left = 0;
	return untouched;
}

void alloc_fault_arm_others(unsigned k)
{
	is_exempt = true;
	atomic_store(&left_of_others, k);
}

bool alloc_fault_disarm_others(void)
{
	return atomic_exchange(&left_of_others, 0) > 0;
}

/* The sanitizer's own start allocates before its shadow is there. */
__attribute__((no_sanitize("address"))) static bool strikes_other(void)
{
	unsigned now = atomic_load(&left_of_others);

	while (now > 0 && !is_exempt)
		if (atomic_compare_exchange_weak(&left_of_others, &now, now - 1))
			return now == 1;
	return false;
}

unsigned alloc_fault_next(unsigned k, unsigned dense)
{
	return k < dense || getenv("AEGIS_FAULT_EVERY") ? k + 1 : k + k / 2;
}

static bool strikes(void)
{
	if ((left == 0 || --left > 0) && !strikes_other())
		return false;
	errno = ENOMEM;
	return true;
}

/*
 * A forked child has no thread of its parent but the one that forked, so what only the others'
 * stacks point to would look lost there.  The leak check is told to leave out what they allocate;
 * names of their functions would not do, for the C library shows none without debug symbols.
 */
__attribute__((no_sanitize("address"))) static bool is_lost_by_fork(void)
{
	static _Thread_local enum { UNASKED, FORKS, IS_LOST } kind;

	if (in_child)
		return false;
	if (kind == UNASKED)
		kind = gettid() == getpid() ? FORKS : IS_LOST;
	return kind == IS_LOST;
}

/*
 * Held by other threads while they are in the allocator, and around fork: a child that was forked
 * while a thread held one of the sanitizer's own locks would wait for that thread for ever.
 */
static pthread_mutex_t in_allocator = PTHREAD_MUTEX_INITIALIZER;

/* Evaluates an allocation with the leak check told what to think of the block. */
#define ALLOCATE(call)                                                                             \
	({                                                                                         \
		bool strange = is_lost_by_fork();                                                  \
		void *block;                                                                       \
                                                                                                   \
		if (strange) {                                                                     \
			pthread_mutex_lock(&in_allocator);                                         \
			__lsan_disable();                                                          \
		}                                                                                  \
		block = strikes() ? NULL : (call);                                                 \
		if (strange) {                                                                     \
			__lsan_enable();                                                           \
			pthread_mutex_unlock(&in_allocator);                                       \
		}                                                                                  \
		block;                                                                             \
	})

void free(void *ptr)
{
	bool strange = is_lost_by_fork();

	if (strange)
		pthread_mutex_lock(&in_allocator);
	REAL(free)(ptr);
	if (strange)
		pthread_mutex_unlock(&in_allocator);
}

void *malloc(size_t size)
{
	return ALLOCATE(REAL(malloc)(size));
}

void *calloc(size_t n, size_t size)
{
	return ALLOCATE(REAL(calloc)(n, size));
}

void *realloc(void *ptr, size_t size)
{
	return ALLOCATE(REAL(realloc)(ptr, size));
}

void *aligned_alloc(size_t align, size_t size)
{
	return ALLOCATE(REAL(memalign)(align, size));
}

int posix_memalign(void **out, size_t align, size_t size)
{
	void *ptr = aligned_alloc(align, size);

	if (!ptr)
		return ENOMEM;
	*out = ptr;
	return 0;
}

char *strndup(const char *s, size_t len)
{
	size_t n = strnlen(s, len);
	char *out = malloc(n + 1);

	if (!out)
		return NULL;
	out[n] = '\0';
	return memcpy(out, s, n);
}

char *strdup(const char *s)
{
	return strndup(s, strlen(s));
}

/* hiredis 0.14 answers as base/arena.h does, wherever it has no memory. */
static bool is_house(const char *caller)
{
	Dl_info info;

	if (caller >= __executable_start && caller < etext)
		return true;
	return dladdr(caller, &info) && strstr(info.dli_fname, "libhiredis");
}

static _Noreturn void end(const char *caller)
{
	if (!in_child) {
		if (alloc_fault_last_words)
			alloc_fault_last_words();
		signal(SIGABRT, SIG_DFL);
		raise(SIGABRT);
	}
	alloc_fault_disarm();
	alloc_fault_disarm_others();
	if (is_house(caller))
		_exit(ALLOC_END_HOUSE);
	__sanitizer_print_stack_trace();
	_exit(ALLOC_END_FOREIGN);
}

void abort(void)
{
	end(__builtin_return_address(0));
}

/* hiredis asserts that each reply has the callback for which it had no memory. */
void __assert_fail(const char *what, const char *file, unsigned line, const char *function)
{
	fprintf(stderr, "%s:%u: %s: %s\n", file, line, function, what);
	end(__builtin_return_address(0));
}

#ifdef __SANITIZE_ADDRESS__
/*
 * OpenSSL forgets some bytes of its configuration when it has no memory for the rest, hiredis the
 * text of a reply.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:libcrypto.so\nleak:sdsnewlen\n";
}

const char *__asan_default_options(void)
{
	return "print_suppressions=0";
}
#endif

/* What the child said, which is of interest when it ended badly. */
static void show(int said)
{
	char text[4096];
	ssize_t n;

	lseek(said, 0, SEEK_SET);
	while ((n = read(said, text, sizeof text)) > 0)
		fwrite(text, 1, (size_t)n, stderr);
}

/* GLib ends the process where it has no memory, as base/arena.h does, but with a breakpoint. */
static void end_of_glib(int number)
{
	(void)number;
	_exit(ALLOC_END_HOUSE);
}

int alloc_fault_fork(int (*body)(void *arg), void *arg)
{
	int said = memfd_create("child", MFD_CLOEXEC), status;
	pid_t child;

	pthread_mutex_lock(&in_allocator);
	child = fork();
	pthread_mutex_unlock(&in_allocator);
	if (child == 0) {
		in_child = true;
		signal(SIGTRAP, end_of_glib);
		dup2(said, STDERR_FILENO);
		status = body(arg);
		alloc_fault_disarm();
		if (__lsan_do_recoverable_leak_check())
			_exit(ALLOC_END_LEAK);
		_exit(status);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return -1;
	status = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	if (status != ALLOC_END_WELL && status != ALLOC_END_REFUSED && status != ALLOC_END_HOUSE)
		show(said);
	close(said);
	return status;
}
