/*
 * Promise: whoever floods the gateway from one network takes only what that network may have.  The
 * flood is of all kinds at once: forged access tokens, forged tokens of consumers that name the
 * tenant, requests without any token, and heads that never end, on more connections than the
 * process takes.  Beside it somebody of the tenant reads from another network, each time on a new
 * connection.
 */
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <hiredis/hiredis.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "crypto/bearer.h"
#include "gateway/fixture.h"

#define FLOODERS   4
#define SLOW	   256 /* half-open heads that are held at once */
#define READS	   200
#define PERCENT_OK 90
#define WITHIN_S   5
#define VERSION	   "HTTP/1.1 "
#define ONE	   "/api/programs/" PROGRAM
#define A_SESSION  "/api/screening-sessions/" PROGRAM

/* A process that is small, so that the flood fills it; limits of the rate are the real ones. */
static void set_up(void)
{
	fixture_up();
	config.conns = SLOW;
	config.loops = 2;
}

TestSuite(read_flood, .init = set_up, .fini = fixture_down, .timeout = 120);

struct flood {
	pthread_t threads[FLOODERS];
	pthread_t slow;
	const char *requests[3]; /* sent in turn */
	atomic_bool ends;
	atomic_int sent, answered, limited, opened;
};

/* A connection from 127.x.y.z, with a deadline for all that follows; -1: refused. */
static int connect_from(const char *address)
{
	struct sockaddr_in from = {.sin_family = AF_INET};
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons(edge_port(gateway->edge)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct timeval within = {.tv_sec = WITHIN_S};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, address, &from.sin_addr);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &within, sizeof within);
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &within, sizeof within);
	if (bind(fd, (struct sockaddr *)&from, sizeof from) == 0 &&
	    connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
		return fd;
	close(fd);
	return -1;
}

/* The status of the answer; 0: none within the time. */
static int ask(int fd, const char *request)
{
	char head[1024];
	ssize_t n;

	if (send(fd, request, strlen(request), MSG_NOSIGNAL) != (ssize_t)strlen(request))
		return 0;
	n = recv(fd, head, sizeof head - 1, 0);
	head[n > 0 ? n : 0] = '\0';
	return strncmp(head, VERSION, strlen(VERSION)) == 0
		       ? (int)strtol(head + strlen(VERSION), NULL, 10)
		       : 0;
}

static void request_with(char *out, size_t size, const char *path, const char *token)
{
	snprintf(out, size, "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n%s%s%s\r\n", path,
		 token ? "Authorization: Bearer " : "", token ? token : "", token ? "\r\n" : "");
}

static void *flood_requests(void *arg)
{
	struct flood *flood = arg;
	unsigned turn = 0;

	while (!atomic_load(&flood->ends)) {
		char from[32];
		int fd, status;

		snprintf(from, sizeof from, "127.66.6.%u", 1 + turn % 250);
		fd = connect_from(from);
		if (fd < 0)
			continue;
		status = ask(fd, flood->requests[turn++ % 3]);
		atomic_fetch_add(&flood->sent, 1);
		atomic_fetch_add(&flood->answered, status != 0);
		atomic_fetch_add(&flood->limited, status == 429);
		close(fd);
	}
	return NULL;
}

/* Holds as many unfinished heads as the process takes connections, and opens each again. */
static void *flood_slowly(void *arg)
{
	static const char half[] = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
	struct flood *flood = arg;
	int fds[SLOW];

	memset(fds, -1, sizeof fds);
	for (unsigned i = 0; !atomic_load(&flood->ends); i = (i + 1) % SLOW) {
		char from[32];

		if (fds[i] >= 0)
			close(fds[i]);
		snprintf(from, sizeof from, "127.66.6.%u", 1 + i % 250);
		fds[i] = connect_from(from);
		if (fds[i] >= 0 && i % 2) /* the others say nothing at all */
			(void)send(fds[i], half, sizeof half - 1, MSG_NOSIGNAL);
		if (fds[i] >= 0)
			atomic_fetch_add(&flood->opened, 1);
	}
	for (int i = 0; i < SLOW; i++)
		if (fds[i] >= 0)
			close(fds[i]);
	return NULL;
}

static void a_forged_session(char out[BEARER_TEXT])
{
	struct uuid tenant;
	struct bearer bearer;

	cr_assert(uuid_parse(STR(TENANT), &tenant));
	bearer = bearer_new("ses", tenant, uuid_v7(instant_now()));
	bearer_format(out, &bearer);
}

static void flood_begin(struct flood *flood)
{
	static char requests[3][2048];
	char session[BEARER_TEXT];

	a_forged_session(session);
	request_with(requests[0], sizeof requests[0], "/api/programs", a_token(.other_key = true));
	request_with(requests[1], sizeof requests[1], A_SESSION, session);
	request_with(requests[2], sizeof requests[2], "/openapi.json", NULL);
	for (int i = 0; i < 3; i++)
		flood->requests[i] = requests[i];
	for (int i = 0; i < FLOODERS; i++)
		cr_assert(pthread_create(&flood->threads[i], NULL, flood_requests, flood) == 0);
	cr_assert(pthread_create(&flood->slow, NULL, flood_slowly, flood) == 0);
}

static void flood_end(struct flood *flood)
{
	atomic_store(&flood->ends, true);
	for (int i = 0; i < FLOODERS; i++)
		pthread_join(flood->threads[i], NULL);
	pthread_join(flood->slow, NULL);
	fprintf(stderr, "the flood: %d requests, %d answered, %d limited, %d idle or slow\n",
		flood->sent, flood->answered, flood->limited, flood->opened);
}

static void wait_for_flood(const struct flood *flood)
{
	instant end = instant_monotonic() + SECONDS(30);

	while (flood->limited < 100 || flood->opened < 2 * SLOW) {
		cr_assert_lt(instant_monotonic(), end, "the flood does not begin");
		usleep(5000);
	}
}

/* How many of READS are answered 200, each on a connection of its own. */
static int read_all(const char *network)
{
	char request[2048];
	int good = 0;

	request_with(request, sizeof request, ONE, a_token());
	for (int i = 0; i < READS; i++) {
		char from[32];
		int fd;

		snprintf(from, sizeof from, "%s.%d", network, 1 + i % 250);
		fd = connect_from(from);
		good += fd >= 0 && ask(fd, request) == 200;
		if (fd >= 0)
			close(fd);
	}
	return good;
}

Test(read_flood, a_flood_from_one_network_leaves_others_their_reads)
{
	struct flood flood = {};
	int good, reached;

	fixture_start();
	backend.token_refused = true;
	cr_assert_eq(read_all("127.1.2"), READS, "before the flood");
	flood_begin(&flood);
	wait_for_flood(&flood);
	reached = backend.calls;
	good = read_all("127.1.2");
	reached = backend.calls - reached;
	flood_end(&flood);
	fprintf(stderr, "in the flood: %d of %d reads; %d calls reached a daemon\n", good, READS,
		reached);
	cr_assert_geq(good * 100, READS * PERCENT_OK, "%d of %d", good, READS);
	cr_assert_lt(reached, READS + flood.answered / 2, "the flood reaches the daemons");
}

/* How many counters of limits Redis keeps for the tenant. */
static size_t limits_of_tenant(void)
{
	redisContext *context = redisConnectUnix(redis.url + strlen("unix:"));
	redisReply *reply;
	size_t n;

	cr_assert(context && !context->err);
	reply = redisCommand(context, "KEYS {%s}:rl:*", TENANT);
	cr_assert(reply && reply->type == REDIS_REPLY_ARRAY);
	n = reply->elements;
	freeReplyObject(reply);
	redisFree(context);
	return n;
}

Test(read_flood, a_thousand_forged_tokens_a_second_touch_no_limit_of_the_tenant_they_name)
{
	char session[BEARER_TEXT], requests[2][2048];
	instant began;
	int limited = 0, let_in = 0, sent = 0;

	fixture_start();
	backend.token_refused = true;
	request_with(requests[0], sizeof requests[0], "/api/programs", a_token(.other_key = true));
	began = instant_monotonic();
	while (sent < 1000 || instant_monotonic() - began < SECONDS(1)) {
		int fd = connect_from("127.66.6.1"), status;

		a_forged_session(session);
		request_with(requests[1], sizeof requests[1], A_SESSION, session);
		cr_assert_geq(fd, 0);
		status = ask(fd, requests[sent % 2]);
		limited += status == 429;
		let_in += status < 400;
		sent++;
		close(fd);
	}
	fprintf(stderr, "%d forged tokens, %lld a second, %d limited\n", sent,
		(long long)(sent * SECONDS(1) / (instant_monotonic() - began)), limited);
	cr_expect_eq(let_in, 0);
	cr_expect_gt(limited, sent / 2);
	cr_expect_eq(limits_of_tenant(), 0, "the tenant's counters are untouched");
	cr_expect_eq(read_all("127.1.2"), READS, "the tenant is served");
	cr_expect_gt(limits_of_tenant(), 0, "its own calls are counted");
}
