/* The life of connections: keep-alive, pipelining, slow clients, limits, drain. */
#include <criterion/criterion.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge_server.h"

#define GET_X "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

static struct edge *edge;

static void start(struct edge_config config)
{
	edge = edge_server_start(&config);
}

static void tear_down(void)
{
	edge_server_release_held();
	edge_free(&edge);
}

TestSuite(edge, .fini = tear_down);

static void send_text(int fd, const char *text)
{
	raw_send(fd, text, strlen(text));
}

static int get(int fd, const char *bytes)
{
	struct raw_answer answer;
	int status;

	send_text(fd, bytes);
	answer = raw_read(fd, false);
	status = answer.status;
	raw_answer_free(&answer);
	return status;
}

static void wait_until_held(unsigned n)
{
	instant give_up = instant_monotonic() + SECONDS(10);

	while (edge_server_held() < n) {
		cr_assert_lt(instant_monotonic(), give_up);
		usleep(1000);
	}
}

Test(edge, a_connection_serves_many_requests_and_then_ends)
{
	struct edge_config config = edge_server_config();
	int fd;

	config.limits.requests_per_conn = 3;
	start(config);
	fd = raw_connect(edge_port(edge));
	cr_assert_eq(get(fd, GET_X), 200);
	cr_assert_eq(get(fd, GET_X), 200);
	cr_assert_eq(get(fd, GET_X), 200);
	cr_assert(raw_is_closed(fd, 5000));
	close(fd);
}

Test(edge, a_hundred_pipelined_requests_are_answered_in_order)
{
	char want[64];
	int fd;

	start(edge_server_config());
	fd = raw_connect(edge_port(edge));
	for (int i = 0; i < 100; i++) {
		char bytes[128];

		snprintf(bytes, sizeof bytes, "GET /x?%d HTTP/1.1\r\nHost: a\r\n\r\n", i);
		raw_send(fd, bytes, strlen(bytes));
	}
	for (int i = 0; i < 100; i++) {
		struct raw_answer answer = raw_read(fd, false);

		snprintf(want, sizeof want, "GET /x?%d 0 ", i);
		cr_assert_str_eq(answer.body, want);
		raw_answer_free(&answer);
	}
	close(fd);
}

Test(edge, a_body_in_pieces_is_whole_and_what_follows_is_the_next_request)
{
	static const char head[] = "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 60000\r\n\r\n";
	struct raw_answer answer;
	char *body = calloc(1, 60000);
	int fd;

	start(edge_server_config());
	memset(body, 'b', 60000);
	fd = raw_connect(edge_port(edge));
	raw_send(fd, head, sizeof head - 1);
	for (size_t i = 0; i < 60; i++)
		raw_send(fd, body + (size_t)1000 * i, 1000);
	raw_send(fd, GET_X, sizeof GET_X - 1);
	answer = raw_read(fd, false);
	cr_assert_eq(answer.status, 200);
	cr_assert_eq(strncmp(answer.body, "POST /x 60000 bbbb", 18), 0);
	raw_answer_free(&answer);
	answer = raw_read(fd, false);
	cr_assert_str_eq(answer.body, "GET /x 0 ");
	raw_answer_free(&answer);
	free(body);
	close(fd);
}

Test(edge, a_client_that_waits_for_100_gets_it)
{
	struct raw_answer answer;
	int fd;

	start(edge_server_config());
	fd = raw_connect(edge_port(edge));
	cr_assert_eq(get(fd, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n"
			     "Expect: 100-continue\r\n\r\n"),
		     100);
	send_text(fd, "hi");
	answer = raw_read(fd, false);
	cr_assert_str_eq(answer.body, "POST /x 2 hi");
	raw_answer_free(&answer);
	cr_assert_eq(get(fd, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 99999\r\n"
			     "Expect: 100-continue\r\n\r\n"),
		     413, "refused before the body is sent");
	close(fd);
}

Test(edge, head_answers_have_no_body_but_its_length)
{
	struct raw_answer answer;
	int fd;

	start(edge_server_config());
	fd = raw_connect(edge_port(edge));
	send_text(fd, "HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n");
	answer = raw_read(fd, true);
	cr_assert_str_eq(raw_header(&answer, "Content-Length"), "10");
	raw_answer_free(&answer);
	cr_assert_eq(get(fd, GET_X), 200, "the next answer follows at once");
	close(fd);
}

Test(edge, a_large_answer_survives_a_slow_reader)
{
	struct raw_answer answer;
	int fd, small = 64 * 1024;

	start(edge_server_config());
	fd = raw_connect(edge_port(edge));
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	send_text(fd, "GET /big HTTP/1.1\r\nHost: a\r\n\r\n");
	answer = raw_read(fd, false);
	cr_assert_eq(answer.body_len, 1 << 20);
	cr_assert_eq(answer.body[(1 << 20) - 1], 'x');
	raw_answer_free(&answer);
	close(fd);
}

Test(edge, half_closed_clients_still_get_their_answer)
{
	struct raw_answer answer;
	int fd;

	start(edge_server_config());
	fd = raw_connect(edge_port(edge));
	raw_send(fd, GET_X, sizeof GET_X - 1);
	shutdown(fd, SHUT_WR);
	answer = raw_read(fd, false);
	cr_assert_eq(answer.status, 200);
	raw_answer_free(&answer);
	cr_assert(raw_is_closed(fd, 5000));
	close(fd);
}

/* One byte at a time, each well inside an inactivity timeout, is still too slow as a whole. */
Test(edge, slow_heads_and_bodies_are_cut_by_their_deadline)
{
	static const char slow[] = "GET /x HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaa";
	struct edge_config config = edge_server_config();
	struct raw_answer answer;
	instant begin = instant_monotonic();
	int fd;

	config.limits.head_timeout = MILLIS(300);
	config.limits.body_timeout = MILLIS(300);
	start(config);
	fd = raw_connect(edge_port(edge));
	for (size_t i = 0; i < sizeof slow - 1 && !raw_is_closed(fd, 20); i++)
		raw_send(fd, slow + i, 1);
	answer = raw_read(fd, false);
	cr_assert(answer.status == 408 || answer.status == 0);
	raw_answer_free(&answer);
	cr_assert_lt(instant_monotonic() - begin, SECONDS(3));
	close(fd);
	fd = raw_connect(edge_port(edge));
	cr_assert_eq(get(fd, "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc"), 408);
	cr_assert(raw_is_closed(fd, 5000));
	close(fd);
	fd = raw_connect(edge_port(edge));
	cr_assert(raw_is_closed(fd, 5000), "a connection that never speaks is closed");
	close(fd);
}

Test(edge, idle_connections_are_closed)
{
	struct edge_config config = edge_server_config();
	int fd;

	config.limits.idle_timeout = MILLIS(200);
	start(config);
	fd = raw_connect(edge_port(edge));
	cr_assert_eq(get(fd, GET_X), 200);
	cr_assert(raw_is_closed(fd, 5000));
	close(fd);
}

Test(edge, an_address_has_its_fill_of_connections)
{
	struct edge_config config = edge_server_config();
	int fds[4];

	config.limits.conns_per_network = 3;
	start(config);
	for (int i = 0; i < 3; i++) {
		fds[i] = raw_connect(edge_port(edge));
		cr_assert_eq(get(fds[i], GET_X), 200);
	}
	fds[3] = raw_connect(edge_port(edge));
	cr_assert(raw_is_closed(fds[3], 5000));
	close(fds[3]);
	close(fds[0]);
	for (instant give_up = instant_monotonic() + SECONDS(10);;) {
		struct edge_counts counts;

		edge_count(edge, &counts);
		if (counts.open == 2)
			break;
		cr_assert_lt(instant_monotonic(), give_up);
		usleep(1000);
	}
	fds[3] = raw_connect(edge_port(edge));
	cr_assert_eq(get(fds[3], GET_X), 200, "a place that became free is given");
	for (int i = 1; i < 4; i++)
		close(fds[i]);
}

#define KIB(n) ((size_t)(n) << 10)

/* Sends the head of a body of that length and its first bytes, and goes no further. */
static int begin_body(size_t length, size_t sent)
{
	static char bytes[256 * 1024];
	char head[128];
	int fd = raw_connect(edge_port(edge));

	memset(bytes, 'x', sizeof bytes);
	snprintf(head, sizeof head,
		 "POST /large HTTP/1.1\r\nHost: a\r\nContent-Length: %zu\r\n\r\n", length);
	raw_send(fd, head, strlen(head));
	raw_send(fd, bytes, sent);
	return fd;
}

Test(edge, unfinished_bodies_of_one_network_have_a_budget)
{
	struct edge_config config = edge_server_config();
	struct pollfd polls[3];
	struct raw_answer answer;
	int fds[3] = {}, refused = 0;

	config.limits.body_bytes_per_network = KIB(512);
	start(config);
	fds[0] = begin_body(EDGE_SERVER_LARGE_BODY_MAX, KIB(200));
	fds[1] = begin_body(EDGE_SERVER_LARGE_BODY_MAX, KIB(200));
	fds[2] = begin_body(EDGE_SERVER_LARGE_BODY_MAX, KIB(200));
	for (int i = 0; i < 3; i++)
		polls[i] = (struct pollfd){fds[i], POLLIN, 0};
	cr_assert_eq(poll(polls, 3, 10000), 1, "one is too many");
	while (refused < 2 && !polls[refused].revents)
		refused++;
	answer = raw_read(fds[refused], false);
	cr_assert_eq(answer.status, 503);
	cr_expect(strstr(answer.body, "BODIES_FULL"), "%s", answer.body);
	raw_answer_free(&answer);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	for (instant give_up = instant_monotonic() + SECONDS(10);;) {
		fds[0] = begin_body(KIB(200), KIB(200));
		answer = raw_read(fds[0], false);
		close(fds[0]);
		if (answer.status == 200)
			break;
		raw_answer_free(&answer);
		cr_assert_lt(instant_monotonic(), give_up, "what was let go is free again");
	}
	raw_answer_free(&answer);
}

Test(edge, the_oldest_unfinished_body_yields_when_all_are_too_many)
{
	struct edge_config config = edge_server_config();
	struct raw_answer answer;
	int stalled, whole;

	config.limits.body_bytes = KIB(300);
	config.n_loops = 1;
	start(config);
	stalled = begin_body(EDGE_SERVER_LARGE_BODY_MAX, KIB(200));
	for (instant give_up = instant_monotonic() + SECONDS(10);;) {
		whole = begin_body(KIB(200), KIB(200));
		answer = raw_read(whole, false);
		close(whole);
		cr_assert_eq(answer.status, 200);
		raw_answer_free(&answer);
		if (raw_is_closed(stalled, 10))
			break;
		cr_assert_lt(instant_monotonic(), give_up);
	}
	close(stalled);
}

Test(edge, the_oldest_idle_connection_yields_to_a_new_one_when_the_house_is_full)
{
	struct edge_config config = edge_server_config();
	int fds[11], more;

	config.limits.conns = 10;
	config.n_loops = 1;
	start(config);
	for (int i = 0; i < 10; i++) {
		fds[i] = raw_connect(edge_port(edge));
		cr_assert_eq(get(fds[i], GET_X), 200);
	}
	more = raw_connect(edge_port(edge));
	cr_expect_eq(get(more, GET_X), 200, "a new client is served");
	cr_expect(raw_is_closed(fds[0], 5000), "the oldest made room");
	cr_expect_eq(get(fds[9], GET_X), 200, "the youngest did not");
	for (int i = 0; i < 10; i++)
		close(fds[i]);
	close(more);
}

Test(edge, what_is_in_flight_is_bounded)
{
	struct edge_config config = edge_server_config();
	struct raw_answer answer;
	int held, other;

	config.limits.in_flight = 1;
	start(config);
	held = raw_connect(edge_port(edge));
	send_text(held, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
	wait_until_held(1);
	other = raw_connect(edge_port(edge));
	cr_assert_eq(get(other, GET_X), 503);
	edge_server_release_held();
	answer = raw_read(held, false);
	cr_assert_str_eq(answer.body, "released");
	raw_answer_free(&answer);
	close(held);
	close(other);
}

Test(edge, answers_for_clients_that_left_are_dropped)
{
	struct linger reset = {1, 0};
	int fd;

	start(edge_server_config());
	for (int i = 0; i < 20; i++) {
		fd = raw_connect(edge_port(edge));
		send_text(fd, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
		wait_until_held((unsigned)i + 1);
		if (i % 2)
			setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		close(fd);
	}
	edge_server_release_held();
	fd = raw_connect(edge_port(edge));
	cr_assert_eq(get(fd, GET_X), 200);
	close(fd);
}

Test(edge, a_thousand_connections_at_once)
{
	struct edge_config config = edge_server_config();
	int fds[1000];

	config.n_loops = 2;
	start(config);
	for (int i = 0; i < 1000; i++)
		fds[i] = raw_connect(edge_port(edge));
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 1000; i++)
			raw_send(fds[i], GET_X, sizeof GET_X - 1);
		for (int i = 0; i < 1000; i++) {
			struct raw_answer answer = raw_read(fds[i], false);

			cr_assert_eq(answer.status, 200);
			raw_answer_free(&answer);
		}
	}
	for (int i = 0; i < 1000; i++)
		close(fds[i]);
}

static void *drain(void *arg)
{
	(void)arg;
	edge_drain(edge, instant_monotonic() + SECONDS(10));
	return NULL;
}

Test(edge, a_drain_closes_the_idle_and_waits_for_the_busy)
{
	struct raw_answer answer;
	struct edge_counts counts;
	pthread_t thread;
	int idle, busy;

	start(edge_server_config());
	idle = raw_connect(edge_port(edge));
	busy = raw_connect(edge_port(edge));
	cr_assert_eq(get(idle, GET_X), 200);
	send_text(busy, "GET /hold HTTP/1.1\r\nHost: a\r\n\r\n");
	wait_until_held(1);
	pthread_create(&thread, NULL, drain, NULL);
	cr_assert(raw_is_closed(idle, 5000));
	edge_count(edge, &counts);
	cr_assert_eq(counts.in_flight, 1);
	edge_server_release_held();
	answer = raw_read(busy, false);
	cr_assert_eq(answer.status, 200);
	cr_assert(answer.closed_after);
	raw_answer_free(&answer);
	close(idle);
	close(busy);
	pthread_join(thread, NULL);
	edge_count(edge, &counts);
	cr_assert_eq(counts.open, 0);
}

Test(edge, a_taken_port_is_told)
{
	struct edge_config config = edge_server_config();
	struct edge *second;

	start(config);
	config.port = edge_port(edge);
	cr_assert_str_eq(edge_new(&config, &(struct edge_handler){}, &second).reason, "PORT_TAKEN");
	cr_assert_null(second);
}

static char tls_dir[64];

static const char *tls_file(const char *name)
{
	static char paths[2][96];
	char *path = paths[name[0] == 'k'];

	snprintf(path, sizeof paths[0], "%s/%s", tls_dir, name);
	return path;
}

static void make_certificate(const char *kind)
{
	char command[512];

	strcpy(tls_dir, "/tmp/aegis-tls-XXXXXX");
	cr_assert_not_null(mkdtemp(tls_dir));
	snprintf(command, sizeof command,
		 "openssl req -x509 -newkey %s -nodes -days 2 "
		 "-subj /CN=localhost -addext subjectAltName=DNS:localhost "
		 "-keyout %s -out %s 2>/dev/null",
		 kind, tls_file("key"), tls_file("cert"));
	cr_assert_eq(system(command), 0);
}

static void drop_certificate(void)
{
	unlink(tls_file("cert"));
	unlink(tls_file("key"));
	rmdir(tls_dir);
}

static void expect_curl(const char *arguments, const char *want)
{
	char command[512], got[4096] = "";
	FILE *curl;

	snprintf(command, sizeof command, "curl -sS --max-time 10 --cacert %s %s 2>&1",
		 tls_file("cert"), arguments);
	curl = popen(command, "r");
	got[fread(got, 1, sizeof got - 1, curl)] = '\0';
	pclose(curl);
	cr_assert(strstr(got, want), "%s: %s", arguments, got);
}

Test(edge, https_is_the_same_inside)
{
	struct edge_config config = edge_server_config();
	char arguments[256];
	int fd;

	make_certificate("ec -pkeyopt ec_paramgen_curve:P-256");
	config.tls_certificate = tls_file("cert");
	config.tls_key = tls_file("key");
	config.limits.head_timeout = MILLIS(500);
	start(config);
	snprintf(arguments, sizeof arguments, "https://localhost:%u/x https://localhost:%u/y",
		 edge_port(edge), edge_port(edge));
	expect_curl(arguments, "GET /x 0 GET /y 0 ");
	snprintf(arguments, sizeof arguments, "-d hello https://localhost:%u/x", edge_port(edge));
	expect_curl(arguments, "POST /x 5 hello");
	snprintf(arguments, sizeof arguments,
		 "-o /dev/null -w '%%{size_download}' "
		 "https://localhost:%u/big",
		 edge_port(edge));
	expect_curl(arguments, "1048576");
	snprintf(arguments, sizeof arguments,
		 "-H 'Transfer-Encoding: gzip' -d x "
		 "https://localhost:%u/x",
		 edge_port(edge));
	expect_curl(arguments, "UNKNOWN_TRANSFER_ENCODING");
	snprintf(arguments, sizeof arguments, "--tls-max 1.1 https://localhost:%u/x",
		 edge_port(edge));
	expect_curl(arguments, "curl: (35)");
	fd = raw_connect(edge_port(edge));
	cr_assert(raw_is_closed(fd, 5000), "a handshake that never comes is cut");
	close(fd);
	drop_certificate();
}

/* A client that would take anything: what is refused, the server refuses. */
#define WEAK "@SECLEVEL=0"

Test(edge, https_takes_neither_old_versions_nor_ciphers_without_forward_secrecy)
{
	static const struct {
		const char *arguments, *want;
	} cases[] = {
		{"--tls-max 1.2 --ciphers ECDHE-RSA-AES256-GCM-SHA384" WEAK, "GET /x 0"},
		{"--tls-max 1.2 --ciphers ECDHE-RSA-CHACHA20-POLY1305" WEAK, "GET /x 0"},
		{"--tlsv1.3 --ciphers DEFAULT" WEAK, "GET /x 0"},
		{"--tls-max 1.1 --tlsv1.0 --ciphers ALL" WEAK, "curl: (35)"},
		{"--tls-max 1.2 --ciphers AES256-GCM-SHA384" WEAK, "curl: (35)"},
		{"--tls-max 1.2 --ciphers ECDHE-RSA-AES256-SHA" WEAK, "curl: (35)"},
		{"--tls-max 1.2 --ciphers NULL" WEAK, "curl: (35)"},
	};
	struct edge_config config = edge_server_config();
	char arguments[256];

	make_certificate("rsa:3072");
	config.tls_certificate = tls_file("cert");
	config.tls_key = tls_file("key");
	start(config);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		snprintf(arguments, sizeof arguments, "%s https://localhost:%u/x",
			 cases[i].arguments, edge_port(edge));
		expect_curl(arguments, cases[i].want);
	}
	drop_certificate();
}
