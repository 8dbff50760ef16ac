/* The life of connections: keep-alive, pipelining, bodies, drain. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/edge_fixture.h"

TestSuite(edge, .fini = edge_down);

Test(edge, a_connection_serves_many_requests_and_then_ends)
{
	struct edge_config config = edge_server_config();
	int fd;

	config.limits.requests_per_conn = 3;
	edge_up(config);
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

	edge_up(edge_server_config());
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

	edge_up(edge_server_config());
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

	edge_up(edge_server_config());
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

	edge_up(edge_server_config());
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

	edge_up(edge_server_config());
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

	edge_up(edge_server_config());
	fd = raw_connect(edge_port(edge));
	raw_send(fd, GET_X, sizeof GET_X - 1);
	shutdown(fd, SHUT_WR);
	answer = raw_read(fd, false);
	cr_assert_eq(answer.status, 200);
	raw_answer_free(&answer);
	cr_assert(raw_is_closed(fd, 5000));
	close(fd);
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

	edge_up(edge_server_config());
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

	edge_up(config);
	config.port = edge_port(edge);
	cr_assert_str_eq(reason_name(edge_new(&config, &(struct edge_handler){}, &second).reason),
			 "PORT_TAKEN");
	cr_assert_null(second);
}
