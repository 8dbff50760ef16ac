#include "faults/fault_loop.h"

#include <criterion/hooks.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "support/svc_test_internal.h"
#include "svc/background/job_run.h"

#define ROUNDS_MAX 60

TEST_DATABASE

struct uuid fault_tenant;
const char *fault_round;

/* Outboxes belong to all tests of this binary. */
__attribute__((constructor)) static void one_at_a_time(void)
{
	setenv("CRITERION_JOBS", "1", 1);
}

void fault_next_round(unsigned round)
{
	fault_round = arena_printf(test_world.arena, "round %u", round);
	fault_tenant = a_tenant_id(fault_round);
}

int64_t fault_rows(const char *from)
{
	char tenant[UUID_TEXT];

	uuid_format(tenant, fault_tenant);
	return test_count("SELECT count(*) FROM %s AND tenant_id = '%s'", from, tenant);
}

/* But the one that asks. */
#define BACKENDS                                                                                   \
	"FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client "     \
	"backend' AND pid <> pg_backend_pid() AND usename LIKE '%s'"

static const char *role_of(const struct fault_case *what)
{
	return what->role ? what->role : "aegis%";
}

static int64_t backends(const struct fault_case *what)
{
	return test_count("SELECT count(*) " BACKENDS, role_of(what));
}

struct settled {
	const struct fault_case *what;
	int64_t n;
	const char *pids;
};

static bool are_no_more(void *arg)
{
	const struct settled *settled = arg;

	return backends(settled->what) <= settled->n;
}

static bool are_no_others(void *arg)
{
	const struct settled *settled = arg;

	return test_count("SELECT count(*) " BACKENDS " AND pid NOT IN (%s)",
			  role_of(settled->what), settled->pids) == 0;
}

const char *fault_backends(const struct fault_case *what)
{
	return arena_strdup(test_world.arena,
			    test_value("SELECT coalesce(string_agg(pid::text, ','), '0') " BACKENDS,
				       role_of(what)));
}

void fault_settle(const struct fault_case *what, const char *pids)
{
	struct settled settled = {.what = what, .pids = pids};

	expect_soon(are_no_others, &settled);
}

static bool may_fail_so(struct status st)
{
	return st.code == STATUS_UNAVAILABLE || st.reason == REASON_FAULT_INJECTED;
}

bool fault_is_done_before(const struct fault_case *what, struct status st)
{
	return what->done_before && st.reason == what->done_before;
}

struct answer fault_ask_again(const struct fault_case *what)
{
	instant end = instant_monotonic() + SECONDS(10);
	struct answer answer;

	do
		answer = what->is_apart ? fault_ask_in_child(what) : what->ask();
	while (answer.status.code == STATUS_UNAVAILABLE && instant_monotonic() < end);
	return answer;
}

void fault_repeat(const struct fault_case *what, int64_t effects, unsigned k)
{
	int64_t before = what->has_it_anew ? effects : 0;
	struct answer again = fault_ask_again(what);

	/* Of several repetitions an earlier one may have had the effect that the last is told of.
	 */
	if (!fault_is_done_before(what, again.status))
		expect_ok(again);
	effects = what->effects();
	cr_assert_eq(effects, before + what->whole, "fault %u, repeated: %d effects", k,
		     (int)effects);
}

static void check_failure(const struct fault_case *what, struct status st, unsigned k)
{
	int64_t effects = what->effects();

	cr_assert(may_fail_so(st), "fault %u: %s %s", k, status_code_name(st.code),
		  reason_name(st.reason));
	cr_assert(effects == 0 || effects == what->whole, "fault %u: %d of %d effects", k,
		  (int)effects, (int)what->whole);
	if (st.reason != REASON_OUTCOME_UNKNOWN)
		cr_assert_eq(effects, 0, "fault %u: a known failure had its effect", k);
	fault_repeat(what, effects, k);
}

static bool one_round(const struct fault_case *what, enum fault kind, unsigned k)
{
	struct answer answer;
	struct settled settled = {.what = what};
	bool untouched;

	what->prepare((unsigned)kind * 1000 + k);
	settled.n = backends(what);
	fault_arm(kind, k);
	answer = what->ask();
	untouched = fault_is_armed(kind);
	fault_arm(kind, 0);
	expect_soon(are_no_more, &settled);
	if (is_failed(answer.status))
		check_failure(what, answer.status, k);
	else
		cr_assert_eq(what->effects(), what->whole, "fault %u", k);
	return untouched;
}

static void fault_loop(const struct fault_case *what, enum fault kind)
{
	unsigned k = 1;

	while (k < ROUNDS_MAX && !one_round(what, kind, k))
		k++;
	cr_assert(k > 1 && k < ROUNDS_MAX, "%u rounds", k);
}

void fault_every_statement(const struct fault_case *what)
{
	fault_loop(what, FAULT_DB_SEND);
	fault_loop(what, FAULT_DB_RECEIVE);
	fault_loop(what, FAULT_DB_QUERY);
	fault_loop(what, FAULT_DB_COMMIT);
}

void fault_every_message(const struct fault_case *what)
{
	fault_loop(what, FAULT_RPC_SEND);
	fault_loop(what, FAULT_RPC_RECEIVE);
}

struct answer fault_run_jobs(struct test_daemon *daemon)
{
	struct svc_worker *worker = daemon_worker(daemon);
	struct answer answer = {};
	struct job_item *job;
	bool has_run = false;

	if (around_dispatch)
		around_dispatch(true);
	do {
		arena_reset(worker->envelope, true);
		answer.status =
			job_claim(worker, uuid_v7(instant_now()), svc_now(worker->svc), &job);
		if (is_ok(answer.status) && job)
			job_item_run(worker, job);
		has_run |= is_ok(answer.status);
	} while (is_ok(answer.status) && job);
	if (around_dispatch)
		around_dispatch(false);
	if (has_run && is_failed(answer.status))
		answer.status = FAULT_UNKNOWN;
	return answer;
}

void fault_serve_apart(const struct svc_descriptor *descriptor)
{
	pid_t parent = getpid(), child;

	test_world_begin(descriptor->name);
	child = fork();
	cr_assert(child >= 0);
	if (child > 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	daemon_start(descriptor, .serve = true);
	while (true)
		pause();
}
