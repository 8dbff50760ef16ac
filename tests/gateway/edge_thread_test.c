/*
 * The edge under threads, for the tsan preset: two loops, clients that pipeline
 * and leave, answers that other threads post, counters read meanwhile, a drain
 * at the end.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "edge/edge.h"
#include "support/check.h"

#define CLIENTS	 8
#define ROUNDS	 50
#define PIPELINE 10
#define REQUEST	 "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

/* Exchanges on their way through the answering thread. */
struct job {
	struct edge_task task;
	struct edge_exchange *x;
	struct job *next;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t filled = PTHREAD_COND_INITIALIZER;
static struct job *jobs;
static bool ending;
static struct edge *edge;

static void run_answer(struct edge_task *task)
{
	struct job *job = (struct job *)task;
	struct edge_answer answer = {
		.status = 200, .content_type = "text/plain", .body = STR("ok")};

	edge_reply(job->x, &answer);
	free(job);
}

static void *answer_all(void *arg)
{
	(void)arg;
	pthread_mutex_lock(&lock);
	while (!ending || jobs) {
		struct job *job = jobs;

		if (!job) {
			pthread_cond_wait(&filled, &lock);
			continue;
		}
		jobs = job->next;
		pthread_mutex_unlock(&lock);
		edge_post(job->x->loop, &job->task);
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

static void *loop_start(void *arg, struct edge_loop *loop)
{
	(void)arg;
	return loop;
}

static void loop_stop(void *arg, void *state)
{
	(void)arg, (void)state;
}

static void turn(void *state)
{
	(void)state;
}

static void tick(void *state, instant now)
{
	(void)state, (void)now;
}

static void on_head(void *state, struct edge_exchange *x)
{
	(void)state;
	x->body_max = 1024;
}

static void on_request(void *state, struct edge_exchange *x)
{
	struct job *job = calloc(1, sizeof *job);

	(void)state;
	job->x = x;
	job->task.run = run_answer;
	pthread_mutex_lock(&lock);
	job->next = jobs;
	jobs = job;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&lock);
}

static void on_refused(void *state, struct edge_exchange *x, enum edge_refusal refusal)
{
	struct edge_answer answer = {.status = edge_refusal_status(refusal)};

	(void)state;
	edge_reply(x, &answer);
}

static void on_done(void *state, struct edge_exchange *x)
{
	(void)state, (void)x;
}

static int connect_one(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(edge_port(edge)),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0);
	return fd;
}

/* Every second round leaves without reading. */
static void *be_a_client(void *arg)
{
	char buf[4096];

	(void)arg;
	for (int round = 0; round < ROUNDS; round++) {
		int fd = connect_one();
		size_t answers = 0;

		for (int i = 0; i < PIPELINE; i++)
			CHECK(send(fd, REQUEST, sizeof REQUEST - 1, MSG_NOSIGNAL) > 0);
		while (round % 2 && answers < PIPELINE) {
			ssize_t n = recv(fd, buf, sizeof buf - 1, 0);

			CHECK(n > 0);
			buf[n] = '\0';
			for (char *p = buf; (p = strstr(p, "HTTP/1.1 ")); p++)
				answers++;
		}
		close(fd);
	}
	return NULL;
}

int main(void)
{
	static const struct edge_handler handler = {NULL,    loop_start, loop_stop,  turn,   tick,
						    on_head, on_request, on_refused, on_done};
	struct edge_config config = {
		.address = "127.0.0.1",
		.n_loops = 2,
		.limits = {SECONDS(10), SECONDS(10), SECONDS(10), SECONDS(10), 1000, 4096, 0, 4096},
	};
	pthread_t clients[CLIENTS], answering;
	struct edge_counts counts;

	CHECK(is_ok(edge_new(&config, &handler, &edge)));
	edge_start(edge);
	pthread_create(&answering, NULL, answer_all, NULL);
	for (int i = 0; i < CLIENTS; i++)
		pthread_create(&clients[i], NULL, be_a_client, NULL);
	for (int i = 0; i < CLIENTS; i++) {
		edge_count(edge, &counts);
		pthread_join(clients[i], NULL);
	}
	edge_drain(edge, instant_monotonic() + SECONDS(10));
	edge_count(edge, &counts);
	CHECK(counts.open == 0 && counts.accepted == (size_t)CLIENTS * ROUNDS);
	pthread_mutex_lock(&lock);
	ending = true;
	pthread_cond_signal(&filled);
	pthread_mutex_unlock(&lock);
	pthread_join(answering, NULL);
	edge_free(&edge);
	return 0;
}
