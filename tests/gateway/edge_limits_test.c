/* What one client or one network may hold: time, connections, bytes of bodies, requests in flight.
 */
#include <criterion/criterion.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge_fixture.h"

TestSuite(edge_limits, .fini = edge_down);

/* One byte at a time, each well inside an inactivity timeout, is still too slow as a whole. */
Test(edge_limits, slow_heads_and_bodies_are_cut_by_their_deadline)
{
	static const char slow[] = "GET /x HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaa";
	struct edge_config config = edge_server_config();
	struct raw_answer answer;
	instant begin = instant_monotonic();
	int fd;

	config.limits.head_timeout = MILLIS(300);
	config.limits.body_timeout = MILLIS(300);
	edge_up(config);
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

Test(edge_limits, idle_connections_are_closed)
{
	struct edge_config config = edge_server_config();
	int fd;

	config.limits.idle_timeout = MILLIS(200);
	edge_up(config);
	fd = raw_connect(edge_port(edge));
	cr_assert_eq(get(fd, GET_X), 200);
	cr_assert(raw_is_closed(fd, 5000));
	close(fd);
}

Test(edge_limits, an_address_has_its_fill_of_connections)
{
	struct edge_config config = edge_server_config();
	int fds[4];

	config.limits.conns_per_network = 3;
	edge_up(config);
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

Test(edge_limits, unfinished_bodies_of_one_network_have_a_budget)
{
	struct edge_config config = edge_server_config();
	struct pollfd polls[3];
	struct raw_answer answer;
	int fds[3] = {}, refused = 0;

	config.limits.body_bytes_per_network = KIB(512);
	edge_up(config);
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

Test(edge_limits, the_oldest_unfinished_body_yields_when_all_are_too_many)
{
	struct edge_config config = edge_server_config();
	struct raw_answer answer;
	int stalled, whole;

	config.limits.body_bytes = KIB(300);
	config.n_loops = 1;
	edge_up(config);
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

Test(edge_limits, the_oldest_idle_connection_yields_to_a_new_one_when_the_house_is_full)
{
	struct edge_config config = edge_server_config();
	int fds[11], more;

	config.limits.conns = 10;
	config.n_loops = 1;
	edge_up(config);
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

Test(edge_limits, what_is_in_flight_is_bounded)
{
	struct edge_config config = edge_server_config();
	struct raw_answer answer;
	int held, other;

	config.limits.in_flight = 1;
	edge_up(config);
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

Test(edge_limits, answers_for_clients_that_left_are_dropped)
{
	struct linger reset = {1, 0};
	int fd;

	edge_up(edge_server_config());
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

Test(edge_limits, a_thousand_connections_at_once)
{
	struct edge_config config = edge_server_config();
	int fds[1000];

	config.n_loops = 2;
	edge_up(config);
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
