/* Many calls at once, so that a turn of the loop asks one question for several. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gateway/fixture.h"

TestSuite(admit, .init = fixture_up, .fini = fixture_down);

#define AT_ONCE	 40
#define PROGRAMS "/api/programs"
#define ONE	 "/api/programs/" PROGRAM

/* Calls on connections of their own, all sent before the first answer is read. */
struct crowd {
	int fds[AT_ONCE];
	int ok, limited, refused;
};

static void crowd_connect(struct crowd *crowd)
{
	for (int i = 0; i < AT_ONCE; i++)
		crowd->fds[i] = raw_connect(edge_port(gateway->edge));
}

static void crowd_send(const struct crowd *crowd, int i, const char *method_and_path,
		       const char *token, const char *body)
{
	char text[2048];
	int n = snprintf(text, sizeof text,
			 "%s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n"
			 "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			 method_and_path, token, strlen(body), body);

	raw_send(crowd->fds[i], text, (size_t)n);
}

static void crowd_read(struct crowd *crowd)
{
	for (int i = 0; i < AT_ONCE; i++) {
		struct raw_answer answer = raw_read(crowd->fds[i], false);

		crowd->ok += answer.status == 200 || answer.status == 201;
		crowd->limited += answer.status == 429;
		crowd->refused += answer.status == 401;
		raw_answer_free(&answer);
		close(crowd->fds[i]);
	}
}

Test(admit, a_crowd_gets_the_burst_and_not_one_more)
{
	static const char body[] = "{\"name\":\"Statin\",\"drug\":\"Atorvastatin\"}";
	struct crowd crowd = {};
	const char *token = a_token();
	instant begin;
	int refilled;

	config.rate_percent = 5; /* writes: a burst of 10, 60 a minute */
	fixture_start();
	crowd_connect(&crowd);
	begin = instant_monotonic();
	for (int i = 0; i < AT_ONCE; i++)
		crowd_send(&crowd, i, "POST " PROGRAMS, token, body);
	crowd_read(&crowd);
	refilled = (int)((instant_monotonic() - begin) / SECONDS(1)) + 1;
	cr_assert(crowd.ok >= 10 && crowd.ok <= 10 + refilled, "%d", crowd.ok);
	cr_assert_eq(crowd.ok + crowd.limited, AT_ONCE);
	cr_assert_eq(backend.calls, crowd.ok);
}

Test(admit, classes_of_method_have_their_own_burst_in_a_crowd)
{
	struct crowd crowd = {};
	const char *token = a_token();

	config.rate_percent = 5; /* reads: a burst of 30 */
	fixture_start();
	crowd_connect(&crowd);
	for (int i = 0; i < AT_ONCE; i++)
		crowd_send(&crowd, i, i % 4 ? "GET " ONE : "POST " PROGRAMS, token,
			   i % 4 ? "" : "{\"name\":\"Statin\",\"drug\":\"Atorvastatin\"}");
	crowd_read(&crowd);
	cr_assert_eq(crowd.ok, AT_ONCE, "30 reads and 10 writes");
}

Test(admit, a_whole_crowd_is_told_that_its_session_has_ended)
{
	struct crowd crowd = {};
	const char *token = a_token();

	fixture_start();
	fixture_end_session();
	crowd_connect(&crowd);
	for (int i = 0; i < AT_ONCE; i++)
		crowd_send(&crowd, i, "GET " ONE, token, "");
	crowd_read(&crowd);
	cr_assert_eq(crowd.refused, AT_ONCE);
	cr_assert_eq(backend.calls, 0);
}

static uint64_t requests_begun(void)
{
	struct edge_counts counts;

	edge_count(gateway->edge, &counts);
	return counts.requests;
}

Test(admit, a_crowd_is_answered_when_redis_dies_under_it)
{
	struct crowd crowd = {};
	const char *token = a_token();
	instant end = instant_monotonic() + SECONDS(10);
	uint64_t before;

	fixture_start();
	crowd_connect(&crowd);
	before = requests_begun();
	kill(redis.pid, SIGSTOP);
	for (int i = 0; i < AT_ONCE; i++)
		crowd_send(&crowd, i, "GET " ONE, token, "");
	for (; requests_begun() < before + AT_ONCE; usleep(1000))
		cr_assert_lt(instant_monotonic(), end);
	redis_server_kill(&redis);
	crowd_read(&crowd);
	cr_assert_eq(crowd.ok, AT_ONCE, "each once, by auth's word and this loop's limits");
	cr_assert_eq(backend.calls, AT_ONCE);
}
