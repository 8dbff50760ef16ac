#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "svc_core/backoff.h"
#include "svc_core/deadline.h"
#include "svc_core/health.h"
#include "svc_core/metrics.h"
#include "svc_core/process.h"

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(1 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(metrics, .init = set_up, .fini = tear_down);
TestSuite(health, .init = set_up, .fini = tear_down);

static const char *printed(void)
{
	struct strbuf out = strbuf_new(arena);

	metrics_write(&out);
	return out.ptr;
}

static void *add_many(void *counter)
{
	for (int i = 0; i < 100000; i++)
		metric_add(counter, 1);
	return NULL;
}

Test(metrics, counters_of_many_threads_add_up)
{
	struct metric *counter = metrics_counter("calls_total", "Calls.", LABEL("method", "A"));
	pthread_t threads[20];

	for (size_t i = 0; i < 20; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, add_many, counter), 0);
	for (size_t i = 0; i < 20; i++)
		pthread_join(threads[i], NULL);
	cr_assert_eq(metric_value(counter), 2000000);
	cr_assert_not_null(strstr(printed(), "# HELP calls_total Calls.\n# TYPE calls_total "
					     "counter\ncalls_total{method=\"A\"} 2000000\n"));
}

Test(metrics, the_same_name_and_labels_are_one_metric_and_families_stand_together)
{
	struct metric *a = metrics_gauge("depth", "Depth.", LABEL("pool", "read"));
	const char *text;

	metrics_counter("aaa_total", "First.");
	cr_assert_neq(metrics_gauge("depth", "Depth.", LABEL("pool", "write")), a);
	cr_assert_eq(metrics_gauge("depth", "Depth.", LABEL("pool", "read")), a);
	metric_set(a, 7);
	metric_change(a, -2);
	text = printed();
	cr_assert_not_null(strstr(text, "depth{pool=\"read\"} 5\ndepth{pool=\"write\"} 0\n"), "%s",
			   text);
	cr_assert_str_eq(strstr(text, "# HELP aaa_total"), text);
}

Test(metrics, a_histogram_is_cumulative_and_its_quantiles_are_within_a_quarter)
{
	struct metric *h = metrics_histogram("seconds", "Time.");
	int64_t p50, p99;

	for (int i = 1; i <= 1000; i++)
		metric_observe_us(h, i);
	metric_observe_us(h, -5);
	metric_observe_us(h, INT64_MAX);
	p50 = metric_quantile_us(h, 0.5);
	p99 = metric_quantile_us(h, 0.99);
	cr_assert(p50 >= 500 && p50 <= 640, "%lld", (long long)p50);
	cr_assert(p99 >= 990 && p99 <= 1280, "%lld", (long long)p99);
	cr_assert_eq(metric_value(h), 1002);
	cr_assert_not_null(strstr(printed(), "seconds_bucket{le=\"1.6e-05\"} 16\n"), "%s",
			   printed());
	cr_assert_not_null(strstr(printed(), "seconds_bucket{le=\"0.001024\"} 1001\n"), "%s",
			   printed());
	cr_assert_not_null(strstr(printed(), "seconds_bucket{le=\"+Inf\"} 1002\n"));
	cr_assert_not_null(strstr(printed(), "seconds_count 1002\n"));
}

static bool answer(void *arg, const char **why)
{
	*why = "no connection";
	return *(bool *)arg;
}

Test(health, ready_means_serving_with_every_check_passed)
{
	struct strbuf out = strbuf_new(arena);
	bool database = false;

	health_register("database", answer, &database);
	health_set_state(HEALTH_SERVING);
	cr_assert_not(health_is_ready(&out));
	cr_assert_str_eq(out.ptr, "[-] database: no connection\nnot ready\n");
	health_reset();
	database = true;
	health_register("database", answer, &database);
	cr_assert_not(health_is_ready(NULL));
	health_set_state(HEALTH_SERVING);
	cr_assert(health_is_ready(NULL));
	health_set_state(HEALTH_DRAINING);
	out = strbuf_new(arena);
	cr_assert_not(health_is_ready(&out));
	cr_assert_str_eq(out.ptr, "[+] database\nnot ready: draining\n");
}

Test(deadline, what_is_left_is_rounded_up_and_never_negative)
{
	cr_assert_eq(deadline_left_ms(1001, 0), 2);
	cr_assert_eq(deadline_left_ms(5, 6), 0);
	cr_assert_eq(deadline_within(0, 10, 1), 1010);
	cr_assert_eq(deadline_within(500, 10, 1), 500);
	cr_assert_eq(deadline_within(5000, 10, 1), 1010);
}

Test(backoff, waits_double_up_to_the_cap_and_are_never_zero)
{
	for (unsigned attempt = 0; attempt < 80; attempt++) {
		instant wait = backoff_wait(attempt, MILLIS(100), SECONDS(60));
		instant most = attempt < 10 ? MILLIS(100) << attempt : SECONDS(60);

		if (most > SECONDS(60))
			most = SECONDS(60);
		cr_assert(wait >= most / 2 && wait <= most, "attempt %u: %lld", attempt,
			  (long long)wait);
	}
}

Test(process, signals_arrive_in_one_place_and_rights_are_dropped)
{
	cr_assert(is_ok(process_init()));
	cr_assert_eq(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
	cr_assert_eq(process_wait(0), PROCESS_TIMEOUT);
	kill(getpid(), SIGHUP);
	cr_assert_eq(process_wait(5000), PROCESS_RELOAD);
	kill(getpid(), SIGTERM);
	cr_assert_eq(process_wait(5000), PROCESS_STOP);
	process_request_stop();
	cr_assert_eq(process_wait(5000), PROCESS_STOP);
}

Test(process, a_lock_is_held_by_one_process)
{
	char path[] = "/tmp/aegis-lock-XXXXXX";
	int status;
	pid_t child;

	close(mkstemp(path));
	cr_assert(is_ok(process_lock(path)));
	child = fork();
	if (child == 0)
		_exit(process_lock(path).code == STATUS_FAILED_PRECONDITION ? 0 : 1);
	waitpid(child, &status, 0);
	unlink(path);
	cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}
