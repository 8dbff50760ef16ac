/* One thread, one epoll set: readiness, posted tasks, the watchdog, in turns. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/internal.h"

#define EVENTS	       256
#define TICK	       MILLIS(50)
#define LINGER_TIMEOUT SECONDS(2)

void edge_loop_watch(struct edge_loop *loop, struct edge_source *source, int fd, uint32_t events)
{
	struct epoll_event event = {.events = events, .data.ptr = source};

	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 &&
	    epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &event) < 0)
		abort();
}

void edge_loop_unwatch(struct edge_loop *loop, int fd)
{
	epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void *edge_loop_state(const struct edge_loop *loop)
{
	return loop->state;
}

instant edge_loop_now(const struct edge_loop *loop)
{
	return loop->now;
}

struct str edge_loop_date(struct edge_loop *loop)
{
	instant second = loop->now / SECONDS(1);

	if (second != loop->date_second || !loop->date[0]) {
		time_t now = time(NULL);
		struct tm utc;

		gmtime_r(&now, &utc);
		strftime(loop->date, sizeof loop->date, "%a, %d %b %Y %H:%M:%S GMT", &utc);
		loop->date_second = second;
	}
	return str_of(loop->date);
}

void edge_loop_wake(struct edge_loop *loop)
{
	uint64_t one = 1;

	/* Fails only when the counter is full, after 2^64 wakes. */
	if (write(loop->wake_fd, &one, sizeof one) < 0)
		return;
}

/* Only whoever finds the list empty wakes the loop: a batch costs one system call. */
void edge_post(struct edge_loop *loop, struct edge_task *task)
{
	struct edge_task *head = atomic_load(&loop->posted);

	do
		task->next = head;
	while (!atomic_compare_exchange_weak(&loop->posted, &head, task));
	if (!head)
		edge_loop_wake(loop);
}

static void run_posted(struct edge_loop *loop)
{
	struct edge_task *task = atomic_exchange(&loop->posted, NULL), *ordered = NULL;

	while (task) {
		struct edge_task *next = task->next;

		task->next = ordered;
		ordered = task;
		task = next;
	}
	while (ordered) {
		struct edge_task *next = ordered->next;

		ordered->run(ordered);
		ordered = next;
	}
}

/* It has woken already; each write is an edge, so the counter need not be read. */
static void on_wake(struct edge_source *source, uint32_t events)
{
	(void)source;
	(void)events;
}

void edge_loop_init(struct edge *edge, struct edge_loop *loop)
{
	loop->edge = edge;
	loop->now = instant_monotonic();
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (loop->epoll_fd < 0 || loop->wake_fd < 0)
		abort();
	loop->wake.ready = on_wake;
	edge_loop_watch(loop, &loop->wake, loop->wake_fd, EPOLLIN | EPOLLET);
}

static void reap(struct edge_loop *loop)
{
	while (loop->dead) {
		struct edge_conn *conn = loop->dead;

		loop->dead = conn->next;
		free(conn);
	}
}

static void watch_over(struct edge_loop *loop)
{
	const struct edge_limits *limits = &loop->edge->config.limits;
	const instant timeouts[CONN_STATES] = {
		[CONN_HANDSHAKE] = limits->head_timeout, [CONN_HEAD] = limits->head_timeout,
		[CONN_IDLE] = limits->idle_timeout,	 [CONN_BODY] = limits->body_timeout,
		[CONN_WRITE] = limits->write_timeout,	 [CONN_LINGER] = LINGER_TIMEOUT,
	};

	for (int state = 0; state < CONN_STATES; state++) {
		struct edge_conn *conn;

		while (timeouts[state] && (conn = loop->lists[state].first) &&
		       loop->now - conn->since > timeouts[state])
			edge_conn_expire(conn);
	}
}

static void close_all(struct edge_loop *loop, enum conn_state state, bool even_begun)
{
	struct edge_conn *conn = loop->lists[state].first;

	while (conn) {
		struct edge_conn *next = conn->next;

		if (even_begun || conn->in_len == 0)
			edge_conn_close(conn);
		conn = next;
	}
}

static void begin_drain(struct edge_loop *loop)
{
	loop->is_draining = true;
	edge_listen_stop(loop);
	for (size_t i = 0; i < loop->n_listeners; i++)
		close(loop->listeners[i].fd);
	loop->n_listeners = 0;
	close_all(loop, CONN_IDLE, true);
	close_all(loop, CONN_HEAD, false);
}

static void tick(struct edge_loop *loop)
{
	if (loop->now - loop->ticked < TICK)
		return;
	loop->ticked = loop->now;
	watch_over(loop);
	if (loop->accept_paused) {
		loop->accept_paused = false;
		edge_listen_start(loop);
	}
	loop->edge->handler.tick(loop->state, loop->now);
}

static void turn(struct edge_loop *loop)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(loop->epoll_fd, events, EVENTS, (int)(TICK / 1000));

	loop->now = instant_monotonic();
	for (int i = 0; i < n; i++) {
		struct edge_source *source = events[i].data.ptr;

		source->ready(source, events[i].events);
	}
	run_posted(loop);
	if (loop->draining && !loop->is_draining)
		begin_drain(loop);
	tick(loop);
	loop->edge->handler.turn(loop->state);
	reap(loop);
}

void *edge_loop_run(void *arg)
{
	struct edge_loop *loop = arg;

	loop->state = loop->edge->handler.loop_start(loop->edge->handler.arg, loop);
	edge_listen_start(loop);
	while (!loop->stop)
		turn(loop);
	for (int state = 0; state < CONN_STATES; state++)
		close_all(loop, (enum conn_state)state, true);
	reap(loop);
	run_posted(loop);
	loop->edge->handler.loop_stop(loop->edge->handler.arg, loop->state);
	return NULL;
}

void edge_loop_fini(struct edge_loop *loop)
{
	run_posted(loop);
	for (size_t i = 0; i < loop->n_listeners; i++)
		close(loop->listeners[i].fd);
	while (loop->spare) {
		struct edge_exchange *x = loop->spare;

		loop->spare = x->next;
		arena_free(&x->arena);
		free(x);
	}
	while (loop->n_spare_in)
		free(loop->spare_in[--loop->n_spare_in]);
	close(loop->epoll_fd);
	close(loop->wake_fd);
}
