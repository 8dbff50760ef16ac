#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fixture.h"

TestSuite(rpc_tls, .init = fixture_up, .fini = fixture_down, .timeout = 60);

static void run(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command);
}

/* A CA and a certificate for a daemon signed by it, P-256: <name>-ca.pem, <name>.pem. */
static void make_certificate(const char *name, const char *daemon)
{
	char command[2048];

	snprintf(command, sizeof command,
		 "cd %s && exec 2>/dev/null && set -e\n"
		 "openssl ecparam -name prime256v1 -genkey -noout -out %s-ca.key\n"
		 "openssl req -x509 -new -key %s-ca.key -subj /CN=%s-ca -days 2 -out %s-ca.pem\n"
		 "openssl ecparam -name prime256v1 -genkey -noout -out %s.key\n"
		 "openssl req -new -key %s.key -subj /CN=%s -out %s.csr\n"
		 "openssl x509 -req -in %s.csr -CA %s-ca.pem -CAkey %s-ca.key -CAcreateserial"
		 " -days 2 -out %s.crt\n"
		 "cat %s.crt %s.key > %s.pem\n",
		 fixture_dir(), name, name, name, name, name, name, daemon, name, name, name, name,
		 name, name, name, name);
	run(command);
}

static int free_port(void)
{
	struct sockaddr_in addr = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof addr;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&addr, sizeof addr), 0);
	cr_assert_eq(getsockname(fd, (struct sockaddr *)&addr, &len), 0);
	close(fd);
	return ntohs(addr.sin_port);
}

static char url[64], ca[128], ours[128], strangers_ca[128], strangers[128];

static void prepare(void)
{
	make_certificate("ours", "peer");
	make_certificate("stranger", "peer");
	snprintf(ca, sizeof ca, "%s/ours-ca.pem", fixture_dir());
	snprintf(ours, sizeof ours, "%s/ours.pem", fixture_dir());
	snprintf(strangers_ca, sizeof strangers_ca, "%s/stranger-ca.pem", fixture_dir());
	snprintf(strangers, sizeof strangers, "%s/stranger.pem", fixture_dir());
	snprintf(url, sizeof url, "tls+tcp://localhost:%d", free_port());
}

static void answer(struct rpc_request *request, void *arg)
{
	const struct rpc_reply_header ok = {};

	(void)arg;
	atomic_fetch_add(executed, 1);
	rpc_reply(request, &ok, request->payload);
}

static struct rpc_server *tls_server(void)
{
	const char *const urls[] = {url};
	const struct rpc_tls tls = {ca, ours};
	const struct rpc_server_config config = {
		.urls = urls, .n_urls = 1, .tls = &tls, .on_request = answer};
	struct rpc_server *server = NULL;

	cr_assert(is_ok(rpc_server_new(&config, &server)));
	return server;
}

static struct status tls_client_to(const char *daemon, const char *ca_file, const char *cert,
				   struct rpc_client **out)
{
	const char *const urls[] = {url};
	const struct rpc_peer peer = {daemon, urls, 1};
	const struct rpc_tls tls = {ca_file, cert};
	const struct rpc_client_config config = {
		.daemon = "test", .peers = &peer, .n_peers = 1, .tls = &tls};

	return rpc_client_new(&config, out);
}

static struct status tls_client(const char *ca_file, const char *cert, struct rpc_client **out)
{
	return tls_client_to("peer", ca_file, cert, out);
}

Test(rpc_tls, both_sides_with_certificates_talk)
{
	struct rpc_server *server;
	struct rpc_client *client;
	struct rpc_result *result;

	prepare();
	server = tls_server();
	cr_assert(is_ok(tls_client(ca, ours, &client)));
	cr_assert(rpc_client_wait(client, "peer", 1, 10000));
	result = call(client, &echo, STR("over tls"), 3000);
	cr_assert(is_ok(result->header.status) && str_eq_c(result->payload, "over tls"));
	rpc_result_free(&result);
	rpc_client_free(&client);
	rpc_server_free(&server);
}

Test(rpc_tls, a_stranger_s_certificate_fails_fast)
{
	struct rpc_server *server;
	struct rpc_client *client;
	instant started;

	prepare();
	server = tls_server();
	cr_assert(is_ok(tls_client(ca, strangers, &client)));
	started = instant_monotonic();
	cr_assert_str_eq(reason_name(call_status(client, &echo, 10000).reason), "NO_CONNECTION");
	cr_assert_lt(instant_monotonic() - started, SECONDS(2));
	cr_assert_eq(atomic_load(executed), 0);
	rpc_client_free(&client);
	rpc_server_free(&server);
}

Test(rpc_tls, a_server_of_another_ca_is_not_talked_to)
{
	struct rpc_server *server;
	struct rpc_client *client;

	prepare();
	server = tls_server();
	cr_assert(is_ok(tls_client(strangers_ca, ours, &client)));
	cr_assert_str_eq(reason_name(call_status(client, &echo, 10000).reason), "NO_CONNECTION");
	cr_assert_eq(atomic_load(executed), 0);
	rpc_client_free(&client);
	rpc_server_free(&server);
}

/* Another daemon with a good certificate of its own sits at the address. */
Test(rpc_tls, a_daemon_is_not_taken_for_another_one)
{
	struct rpc_result *result = NULL;
	struct rpc_server *server;
	struct rpc_client *client;
	struct rpc_header header = {};

	prepare();
	server = tls_server();
	cr_assert(is_ok(tls_client_to("auth", ca, ours, &client)));
	result = rpc_call_blocking(client, "auth", &echo, &header,
				   (struct rpc_body){.bytes = STR("a password")});
	cr_assert_str_eq(reason_name(result->header.status.reason), "NO_CONNECTION");
	cr_assert_eq(atomic_load(executed), 0);
	rpc_result_free(&result);
	rpc_client_free(&client);
	rpc_server_free(&server);
}

/* nng alone, as somebody who found the port would use it: not even a greeting comes back. */
Test(rpc_tls, a_client_without_certificate_gets_no_connection)
{
	struct rpc_server *server;
	nng_stream_dialer *dialer;
	nng_tls_config *config;
	char byte;
	nng_iov iov = {&byte, 1};
	nng_aio *aio;

	prepare();
	server = tls_server();
	cr_assert_eq(nng_aio_alloc(&aio, NULL, NULL), 0);
	cr_assert_eq(nng_tls_config_alloc(&config, NNG_TLS_MODE_CLIENT), 0);
	cr_assert_eq(nng_tls_config_ca_file(config, ca), 0);
	cr_assert_eq(nng_stream_dialer_alloc(&dialer, url), 0);
	cr_assert_eq(nng_stream_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, config), 0);
	nng_aio_set_timeout(aio, 5000);
	nng_stream_dialer_dial(dialer, aio);
	nng_aio_wait(aio);
	if (nng_aio_result(aio) == 0) {
		nng_stream *stream = nng_aio_get_output(aio, 0);

		nng_aio_set_iov(aio, 1, &iov);
		nng_stream_recv(stream, aio);
		nng_aio_wait(aio);
		cr_assert_neq(nng_aio_result(aio), 0);
		nng_stream_free(stream);
	}
	nng_aio_free(aio);
	nng_tls_config_free(config);
	nng_stream_dialer_free(dialer);
	cr_assert_eq(atomic_load(executed), 0);
	rpc_server_free(&server);
}

Test(rpc_tls, missing_files_are_told_at_once)
{
	struct rpc_client *client;

	prepare();
	cr_assert_str_eq(reason_name(tls_client(ca, NULL, &client).reason), "RPC_TLS");
	cr_assert_str_eq(reason_name(tls_client("/nonexistent", ours, &client).reason), "RPC_TLS");
	cr_assert_str_eq(reason_name(tls_client(ca, "/nonexistent", &client).reason), "RPC_TLS");
}
