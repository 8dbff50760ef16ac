#include <criterion/criterion.h>
#include <poll.h>
#include <stdlib.h>

#include "fixture.h"

TestSuite(rpc_call, .init = fixture_up, .fini = fixture_down);

static struct rpc_server *server;
static struct rpc_client *client;

static void start(void)
{
	const char *const urls[] = {socket_url(0)};

	server = start_server(socket_url(0));
	client = start_client(urls, 1);
}

static void stop(void)
{
	rpc_client_free(&client);
	rpc_server_free(&server);
}

Test(rpc_call, echoes_the_payload)
{
	struct rpc_result *result;

	start();
	result = call(client, &echo, STR("hello\0world"), 0);
	cr_assert(is_ok(result->header.status));
	cr_assert(str_eq(result->payload, STR("hello\0world")));
	rpc_result_free(&result);
	result = call(client, &later, STR(""), 0);
	cr_assert(is_ok(result->header.status) && result->payload.len == 0);
	rpc_result_free(&result);
	stop();
}

Test(rpc_call, the_handler_sees_the_header)
{
	struct rpc_header h = {.request_id = "req-1",
			       .traceparent = "00-1-2-00",
			       .idempotency_key = "key",
			       .client_addr = "192.0.2.7",
			       .user_agent = "ua",
			       .accept_language = "en",
			       .principal = STR("signed"),
			       .tenant = {{0x01, 0x8b}}};
	struct rpc_result *result;

	start();
	result = rpc_call_blocking(client, "peer", &header_back, &h, (struct rpc_body){});
	cr_assert(str_eq_c(result->payload,
			   "req-1|00-1-2-00|018b0000-0000-0000-0000-000000000000|key|"
			   "192.0.2.7|ua|en|signed"));
	rpc_result_free(&result);
	stop();
}

Test(rpc_call, an_error_comes_with_its_details)
{
	struct rpc_result *result;

	start();
	result = call(client, &failing, STR("x"), 0);
	cr_assert_eq(result->header.status.code, STATUS_ALREADY_EXISTS);
	cr_assert_str_eq(reason_name(result->header.status.reason), "MEMBER_EXISTS");
	cr_assert_eq(result->header.retry_after_ms, 1500);
	cr_assert_eq(result->header.n_fields, 1);
	cr_assert_str_eq(result->header.fields[0].reason, "TAKEN");
	cr_assert_str_eq(result->header.detail, "try another");
	cr_assert_not(result->not_run);
	rpc_result_free(&result);
	stop();
}

Test(rpc_call, an_expired_call_is_dropped_before_any_work)
{
	struct rpc_header h = {.deadline = instant_now() - SECONDS(1)};
	struct rpc_result *result;

	start();
	result = rpc_call_blocking(client, "peer", &echo, &h, (struct rpc_body){});
	cr_assert_str_eq(reason_name(result->header.status.reason), "DEADLINE");
	cr_assert(result->not_run);
	rpc_result_free(&result);
	cr_assert_eq(atomic_load(executed), 0);
	stop();
}

Test(rpc_call, an_over_size_request_never_leaves)
{
	char *bytes = calloc(1, RPC_MESSAGE_MAX);
	struct rpc_result *result;

	start();
	result = call(client, &echo, (struct str){bytes, RPC_MESSAGE_MAX}, 0);
	cr_assert_str_eq(reason_name(result->header.status.reason), "REQUEST_TOO_LARGE");
	cr_assert(result->not_run);
	rpc_result_free(&result);
	/* The largest that fits goes there and back. */
	result = call(client, &echo, (struct str){bytes, RPC_MESSAGE_MAX - 4096}, 0);
	cr_assert(is_ok(result->header.status));
	cr_assert_eq(result->payload.len, RPC_MESSAGE_MAX - 4096);
	rpc_result_free(&result);
	cr_assert_eq(atomic_load(executed), 1);
	free(bytes);
	stop();
}

Test(rpc_call, an_over_size_reply_becomes_an_error)
{
	start();
	cr_assert_str_eq(reason_name(call_status(client, &large, 0).reason), "REPLY_TOO_LARGE");
	cr_assert(is_ok(call_status(client, &echo, 0)));
	stop();
}

static void on_done(struct rpc_result *result, void *arg)
{
	atomic_int *counts = arg;
	int sent;

	memcpy(&sent, result->payload.ptr, sizeof sent);
	atomic_fetch_add(&counts[is_ok(result->header.status) ? sent : 1000], 1);
	atomic_fetch_add(&counts[1001], 1);
	rpc_result_free(&result);
}

Test(rpc_call, a_thousand_at_once_each_get_their_own_answer)
{
	atomic_int *counts = calloc(1002, sizeof counts[0]);
	struct rpc_header h = {.deadline = instant_now() + SECONDS(30)};

	start();
	for (int i = 0; i < 1000; i++)
		rpc_send(client, "peer", i % 2 ? &echo : &later, &h,
			 (struct rpc_body){.bytes = {(char *)&i, sizeof i}}, on_done, counts);
	WAIT_UNTIL(atomic_load(&counts[1001]) == 1000, 30000);
	cr_assert_eq(atomic_load(&counts[1000]), 0);
	for (int i = 0; i < 1000; i++)
		cr_assert_eq(atomic_load(&counts[i]), 1, "%d", i);
	stop();
	free(counts);
}

Test(rpc_call, nobody_there_fails_fast)
{
	const char *const urls[] = {socket_url(0)};
	const struct rpc_peer peer = {"peer", urls, 1};
	const struct rpc_client_config config = {.daemon = "test", .peers = &peer, .n_peers = 1};
	instant start_at = instant_monotonic();

	cr_assert(is_ok(rpc_client_new(&config, &client)));
	cr_assert_str_eq(reason_name(call_status(client, &echo, 5000).reason), "NO_CONNECTION");
	cr_assert_lt(instant_monotonic() - start_at, SECONDS(2));
	cr_assert_eq(rpc_client_connected(client, "other"), 0);
	/* It comes up later: the client finds it without being told. */
	server = start_server(socket_url(0));
	cr_assert(rpc_client_wait(client, "peer", 1, 10000));
	cr_assert(is_ok(call_status(client, &echo, 5000)));
	stop();
}

Test(rpc_call, bad_urls_are_refused)
{
	const char *const urls[] = {"tcp://127.0.0.1:1"};
	const struct rpc_peer peer = {"peer", urls, 1};
	const struct rpc_client_config config = {.daemon = "test", .peers = &peer, .n_peers = 1};
	const struct rpc_server_config served = {.urls = urls, .n_urls = 1};

	cr_assert_str_eq(reason_name(rpc_client_new(&config, &client).reason), "RPC_URL");
	cr_assert_str_eq(reason_name(rpc_server_new(&served, &server).reason), "RPC_URL");
}

static void count_cancelled(struct rpc_result *result, void *arg)
{
	atomic_fetch_add((atomic_int *)arg, result->header.status.code == STATUS_CANCELLED);
	rpc_result_free(&result);
}

Test(rpc_call, freeing_the_client_ends_what_is_in_flight)
{
	atomic_int cancelled = 0;
	struct rpc_header h = {};
	const char *const urls[] = {socket_url(0)};

	spawn_server(socket_url(0));
	client = start_client(urls, 1);
	for (int i = 0; i < 50; i++)
		rpc_send(client, "peer", &hang, &h, (struct rpc_body){}, count_cancelled,
			 &cancelled);
	WAIT_UNTIL(atomic_load(executed) == 50, 10000);
	rpc_client_free(&client);
	cr_assert_eq(atomic_load(&cancelled), 50);
}

static void count_done(struct rpc_result *result, void *arg)
{
	atomic_fetch_add((atomic_int *)arg, is_ok(result->header.status));
	rpc_result_free(&result);
}

Test(rpc_call, a_corked_client_sends_when_it_is_flushed)
{
	const char *const urls[] = {socket_url(0)};
	const struct rpc_peer peer = {"peer", urls, 1};
	const struct rpc_client_config config = {
		.daemon = "test", .peers = &peer, .n_peers = 1, .corked = true};
	struct rpc_header h = {.deadline = instant_now() + SECONDS(30)};
	atomic_int done = 0;

	server = start_server(socket_url(0));
	cr_assert(is_ok(rpc_client_new(&config, &client)));
	cr_assert(rpc_client_wait(client, "peer", 1, 10000));
	for (int i = 0; i < 50; i++)
		rpc_send(client, "peer", &echo, &h, (struct rpc_body){}, count_done, &done);
	cr_assert_eq(atomic_load(executed), 0);
	rpc_client_flush(client);
	WAIT_UNTIL(atomic_load(&done) == 50, 10000);
	/* A call that waits flushes by itself. */
	cr_assert(is_ok(call_status(client, &echo, 5000)));
	stop();
}

static void count_busy(struct rpc_result *result, void *arg)
{
	atomic_fetch_add((atomic_int *)arg, result->header.status.reason == REASON_RPC_BUSY);
	rpc_result_free(&result);
}

Test(rpc_call, past_a_thousand_in_flight_calls_are_refused_at_once)
{
	const char *const urls[] = {socket_url(0)};
	struct rpc_header h = {};
	atomic_int busy = 0;

	spawn_server(socket_url(0));
	client = start_client(urls, 1);
	for (int i = 0; i < RPC_REPLICA_CALLS + 20; i++)
		rpc_send(client, "peer", &hang, &h, (struct rpc_body){}, count_busy, &busy);
	cr_assert_eq(atomic_load(&busy), 20);
	rpc_client_free(&client);
}
