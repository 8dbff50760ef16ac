#include "gateway/edge_echo.h"

#include <pthread.h>
#include <stdlib.h>

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
	x->body_max = str_eq_c(x->head.path, "/none")	 ? 0
		      : str_eq_c(x->head.path, "/large") ? EDGE_SERVER_LARGE_BODY_MAX
							 : EDGE_SERVER_BODY_MAX;
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
	answer_text(x, edge_refusal_status(refusal),
		    str_of(reason_name(edge_refusal_reason(refusal))));
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

	if (is_failed(edge_new(config, &handler, &edge)))
		abort();
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
