#include "gateway/edge_server.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct edge_exchange *held[4096];
static unsigned n_held;

struct release {
	struct edge_task task;
	struct edge_exchange *x;
};

static void *loop_start(void *arg, struct edge_loop *loop)
{
	(void)arg;
	return loop;
}

static void loop_stop(void *arg, void *state)
{
	(void)arg;
	(void)state;
}

static void turn(void *state)
{
	(void)state;
}

static void tick(void *state, instant now)
{
	(void)state;
	(void)now;
}

static void on_head(void *state, struct edge_exchange *x)
{
	(void)state;
	x->body_max = str_eq_c(x->head.path, "/none") ? 0 : EDGE_SERVER_BODY_MAX;
	x->takes_chunked = str_has_prefix(x->head.path, "/chunked");
}

static void answer_text(struct edge_exchange *x, int status, struct str text)
{
	struct edge_answer answer = {.status = status, .body = text, .content_type = "text/plain"};

	edge_reply(x, &answer);
}

static void on_request(void *state, struct edge_exchange *x)
{
	struct strbuf text = strbuf_new(x->arena);

	(void)state;
	if (str_eq_c(x->head.path, "/hold")) {
		pthread_mutex_lock(&lock);
		held[n_held++] = x;
		pthread_mutex_unlock(&lock);
		return;
	}
	if (str_eq_c(x->head.path, "/big")) {
		char *big = arena_alloc(x->arena, 1 << 20);

		memset(big, 'x', 1 << 20);
		answer_text(x, 200, (struct str){big, 1 << 20});
		return;
	}
	strbuf_printf(&text, "%s " STR_FMT " %zu ", edge_method_name(x->head.method),
		      STR_ARG(x->head.target), x->body.len);
	strbuf_add(&text, x->body.ptr, x->body.len < 64 ? x->body.len : 64);
	answer_text(x, 200, strbuf_str(&text));
}

static void on_refused(void *state, struct edge_exchange *x, enum edge_refusal refusal)
{
	(void)state;
	answer_text(x, edge_refusal_status(refusal), str_of(edge_refusal_name(refusal)));
}

static void on_done(void *state, struct edge_exchange *x)
{
	(void)state;
	(void)x;
}

struct edge_config edge_server_config(void)
{
	return (struct edge_config){
		.address = "127.0.0.1",
		.n_loops = 1,
		.limits =
			{
				.head_timeout = SECONDS(10),
				.body_timeout = SECONDS(10),
				.idle_timeout = SECONDS(10),
				.write_timeout = SECONDS(10),
				.requests_per_conn = 1000,
				.conns = 4096,
				.in_flight = 4096,
			},
	};
}

struct edge *edge_server_start(const struct edge_config *config)
{
	static const struct edge_handler handler = {
		.loop_start = loop_start,
		.loop_stop = loop_stop,
		.turn = turn,
		.tick = tick,
		.on_head = on_head,
		.on_request = on_request,
		.on_refused = on_refused,
		.on_done = on_done,
	};
	struct edge *edge;

	cr_assert(is_ok(edge_new(config, &handler, &edge)));
	edge_start(edge);
	return edge;
}

unsigned edge_server_held(void)
{
	unsigned n;

	pthread_mutex_lock(&lock);
	n = n_held;
	pthread_mutex_unlock(&lock);
	return n;
}

static void run_release(struct edge_task *task)
{
	struct release *release = (struct release *)task;

	answer_text(release->x, 200, STR("released"));
	free(release);
}

void edge_server_release_held(void)
{
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < n_held; i++) {
		struct release *release = calloc(1, sizeof *release);

		release->task.run = run_release;
		release->x = held[i];
		edge_post(held[i]->loop, &release->task);
	}
	n_held = 0;
	pthread_mutex_unlock(&lock);
}

int raw_connect(uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0, "%s",
		     strerror(errno));
	return fd;
}

void raw_send(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		len -= (size_t)n;
	}
}

/* One byte at a time up to the empty line: tests need no speed but exact limits. */
static size_t read_head(int fd, char *buf, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && (n < 4 || memcmp(buf + n - 4, "\r\n\r\n", 4) != 0)) {
		struct pollfd ready = {fd, POLLIN, 0};

		if (poll(&ready, 1, 10000) != 1 || recv(fd, buf + n, 1, 0) != 1)
			return 0;
		n++;
	}
	return n;
}

struct raw_answer raw_read(int fd, bool head_only)
{
	static const char version[] = "HTTP/1.1 ";
	struct raw_answer answer = {};
	char buf[16384] = "";
	const char *length;
	size_t n = read_head(fd, buf, sizeof buf);

	if (n == 0 || strncmp(buf, version, sizeof version - 1) != 0)
		return answer;
	answer.status = (int)strtol(buf + sizeof version - 1, NULL, 10);
	answer.head = strndup(buf, n);
	length = raw_header(&answer, "Content-Length");
	answer.body_len = length && !head_only ? strtoul(length, NULL, 10) : 0;
	answer.body = calloc(1, answer.body_len + 1);
	for (size_t got = 0; got < answer.body_len;) {
		struct pollfd ready = {fd, POLLIN, 0};
		ssize_t more = poll(&ready, 1, 10000) == 1
				       ? recv(fd, answer.body + got, answer.body_len - got, 0)
				       : -1;

		cr_assert_gt(more, 0, "the body ends early");
		got += (size_t)more;
	}
	length = raw_header(&answer, "Connection");
	answer.closed_after = length && strcmp(length, "close") == 0;
	return answer;
}

void raw_answer_free(struct raw_answer *answer)
{
	free(answer->head);
	free(answer->body);
	*answer = (struct raw_answer){};
}

const char *raw_header(const struct raw_answer *answer, const char *name)
{
	static char value[4096];
	size_t len = strlen(name);

	for (const char *line = answer->head; line && *line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncasecmp(line, name, len) == 0 && line[len] == ':') {
			snprintf(value, sizeof value, "%.*s", (int)strcspn(line + len + 2, "\r"),
				 line + len + 2);
			return value;
		}
	}
	return NULL;
}

bool raw_is_closed(int fd, int within_ms)
{
	struct pollfd ready = {fd, POLLIN, 0};
	char byte;

	return poll(&ready, 1, within_ms) == 1 && recv(fd, &byte, 1, 0) <= 0;
}
