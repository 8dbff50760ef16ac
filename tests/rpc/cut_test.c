/*
 * The wire breaks behind every byte that a call sends and behind every byte that
 * it receives, handshake and all: a call that may not be repeated has run at most
 * once and says so truly, one that may be repeated succeeds unless the wire stays
 * away longer than it is repeated, and as soon as the wire is back calls succeed.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "cutter.h"
#include "fixture.h"
#include "rpc/frame.h"
#include "rpc/server.h"

#define BYTES_MAX 1000
/* Every byte of the handshake and of what nng puts before a message, then some of the frame. */
#define NEXT(n) ((n) < 40 ? (n) + 1 : (n) + 9)

static const struct rpc_method once = {.name = "Once", .id = 41, .policy = {.deadline_ms = 5000}};
static const struct rpc_method again = {
	.name = "Again", .id = 42, .policy = {.retryable = true, .deadline_ms = 5000}};

static struct rpc_server *server;
static struct cutter *cutter;
static const char *wire_url;
static atomic_int ran;

static void count_and_answer(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};

	(void)arg;
	atomic_fetch_add(&ran, 1);
	rpc_reply(request, &ok, request->payload);
}

static const char *path_of(const char *url)
{
	return url + strlen("ipc://");
}

static void set_up(void)
{
	const char *url;

	fixture_up();
	url = socket_url(0);
	wire_url = socket_url(1);
	cr_assert(is_ok(rpc_server_new(&(struct rpc_server_config){.urls = &url,
								   .n_urls = 1,
								   .on_request = count_and_answer},
				       &server)));
	cutter = cutter_new(path_of(wire_url), path_of(url));
}

static void tear_down(void)
{
	cutter_free(&cutter);
	rpc_server_free(&server);
	fixture_down();
}

TestSuite(rpc_cut, .init = set_up, .fini = tear_down, .timeout = 120);

const char *__lsan_default_suppressions(void);

/* nng 1.5.2 forgets a message that it is about to write while its connection ends (README.md). */
const char *__lsan_default_suppressions(void)
{
	return "leak:build_request\n";
}

/* Checks one answer and gives its reason, NULL for OK. */
static const char *ask(struct rpc_client *client, const struct rpc_method *method, size_t n)
{
	static char reason[64];
	struct rpc_result *result;
	int ran_before = atomic_load(&ran);
	char payload[32];
	bool good;

	snprintf(payload, sizeof payload, "byte %zu", n);
	result = call(client, method, str_of(payload), 0);
	good = is_ok(result->header.status);
	snprintf(reason, sizeof reason, "%s", reason_name(result->header.status.reason));
	cr_assert(!good || str_eq_c(result->payload, payload), "%zu: another's answer", n);
	cr_assert(good || result->header.status.code == STATUS_UNAVAILABLE, "%zu: %s", n, reason);
	cr_assert(good || !result->not_run || atomic_load(&ran) == ran_before, "%zu: it was run",
		  n);
	rpc_result_free(&result);
	return good ? NULL : reason;
}

static bool is_not_there(const char *reason)
{
	return reason && strcmp(reason, "NO_CONNECTION") == 0;
}

/* True when the wire was cut before the answer came. */
static bool one_cut(const struct rpc_method *method, enum cutter_direction direction, size_t n)
{
	instant give_up = instant_monotonic() + SECONDS(20);
	struct rpc_client *client;
	const char *reason;
	bool cut;

	atomic_store(&ran, 0);
	cutter_arm(cutter, direction, n);
	client = start_client(&wire_url, 1);
	reason = ask(client, method, n);
	cut = cutter_has_cut(cutter);
	cr_assert(cut || !reason, "%zu: %s though nothing was cut", n, reason);
	cr_assert(reason || atomic_load(&ran) >= 1);
	if (method == &again)
		cr_assert(!reason || is_not_there(reason), "%zu: %s", n, reason);
	else
		cr_assert_leq(atomic_load(&ran), 1, "%zu: it ran %d times", n, atomic_load(&ran));
	do
		reason = ask(client, &again, n);
	while (is_not_there(reason) && instant_monotonic() < give_up);
	cr_assert_null(reason, "%zu: the next call: %s", n, reason);
	rpc_client_free(&client);
	return cut;
}

static void cut_everywhere(const struct rpc_method *method, enum cutter_direction direction)
{
	size_t n = 1;

	while (n < BYTES_MAX && one_cut(method, direction, n))
		n = NEXT(n);
	cr_assert(n > 2 * FRAME_PREFIX && n < BYTES_MAX, "%zu bytes", n);
}

Test(rpc_cut, a_call_that_loses_the_wire_while_sending_ran_at_most_once)
{
	cut_everywhere(&once, TO_SERVER);
}

Test(rpc_cut, a_call_that_loses_the_wire_while_receiving_ran_at_most_once)
{
	cut_everywhere(&once, TO_CLIENT);
}

Test(rpc_cut, a_call_that_may_be_repeated_outlives_a_cut_while_sending)
{
	cut_everywhere(&again, TO_SERVER);
}

Test(rpc_cut, a_call_that_may_be_repeated_outlives_a_cut_while_receiving)
{
	cut_everywhere(&again, TO_CLIENT);
}
