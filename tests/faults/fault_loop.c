#include "faults/fault_loop.h"

#include <stdlib.h>
#include <string.h>

#include "support/svc_test_internal.h"

#define ROUNDS_MAX 60

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

int64_t fault_backends(void)
{
	return test_count("SELECT count(*) FROM pg_stat_activity WHERE datname = "
			  "current_database() AND backend_type = 'client backend'");
}

static bool are_no_more(void *n)
{
	return fault_backends() <= *(int64_t *)n;
}

void fault_settle(int64_t backends)
{
	expect_soon(are_no_more, &backends);
}

static bool may_fail_so(struct status st)
{
	return st.code == STATUS_UNAVAILABLE ||
	       (st.code == STATUS_INTERNAL && strcmp(st.reason, "FAULT_INJECTED") == 0);
}

bool fault_is_done_before(const struct fault_case *what, struct status st)
{
	return what->done_before && is_failed(st) && strcmp(st.reason, what->done_before) == 0;
}

/* A lost connection is opened again after a pause. */
struct answer fault_ask_again(const struct fault_case *what)
{
	instant end = instant_monotonic() + SECONDS(10);
	struct answer answer;

	do
		answer = what->ask();
	while (answer.status.code == STATUS_UNAVAILABLE && instant_monotonic() < end);
	return answer;
}

static void check_failure(const struct fault_case *what, struct status st, unsigned k)
{
	int64_t effects = what->effects();
	struct answer again;

	cr_assert(may_fail_so(st), "fault %u: %s %s", k, status_code_name(st.code), st.reason);
	cr_assert(effects == 0 || effects == what->whole, "fault %u: %d of %d effects", k,
		  (int)effects, (int)what->whole);
	if (strcmp(st.reason, "OUTCOME_UNKNOWN") != 0)
		cr_assert_eq(effects, 0, "fault %u: a known failure had its effect", k);
	again = fault_ask_again(what);
	if (!fault_is_done_before(what, again.status) || effects == 0)
		expect_ok(again);
}

static bool one_round(const struct fault_case *what, enum db_fault kind, unsigned k)
{
	struct answer answer;
	int64_t backends;
	bool untouched;

	what->prepare((unsigned)kind * 1000 + k);
	backends = fault_backends();
	db_fault_arm(kind, k);
	answer = what->ask();
	untouched = db_fault_is_armed(kind);
	db_fault_arm(kind, 0);
	fault_settle(backends);
	if (is_failed(answer.status))
		check_failure(what, answer.status, k);
	cr_assert_eq(what->effects(), what->whole, "fault %u", k);
	return untouched;
}

static void fault_loop(const struct fault_case *what, enum db_fault kind)
{
	unsigned k = 1;

	while (k < ROUNDS_MAX && !one_round(what, kind, k))
		k++;
	cr_assert(k > 1 && k < ROUNDS_MAX, "%u rounds", k);
}

void fault_every_kind(const struct fault_case *what)
{
	for (int kind = 0; kind < DB_FAULT_KINDS; kind++)
		fault_loop(what, (enum db_fault)kind);
}
