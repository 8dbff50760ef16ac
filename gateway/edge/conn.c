/*
 * One connection: a state machine over edge-triggered readiness.  Input is read
 * only when the state wants it, so a client that sends ahead waits in its own
 * socket.
 */
#include "edge/internal.h"

#include <sys/epoll.h>

#define LINGER_MAX ((size_t)256 * 1024)

static void list_remove(struct edge_conn *conn)
{
	struct conn_list *list = &conn->loop->lists[conn->state];

	*(conn->prev ? &conn->prev->next : &list->first) = conn->next;
	*(conn->next ? &conn->next->prev : &list->last) = conn->prev;
}

void edge_conn_enter(struct edge_conn *conn, enum conn_state state)
{
	struct conn_list *list;

	list_remove(conn);
	conn->state = state;
	conn->since = conn->loop->now;
	if (state == CONN_DEAD)
		return;
	list = &conn->loop->lists[state];
	conn->prev = list->last;
	conn->next = NULL;
	*(list->last ? &list->last->next : &list->first) = conn;
	list->last = conn;
}

/* Whether the handler still owes an answer decides who ends the exchange. */
static void detach_exchange(struct edge_conn *conn)
{
	struct edge_exchange *x = conn->x;

	if (!x)
		return;
	if (conn->state == CONN_BUSY) {
		x->head_bytes = conn->in;
		conn->in = NULL;
		x->conn = NULL;
	} else {
		if (conn->state == CONN_WRITE)
			x->bytes_out = 0;
		x->conn = NULL;
		edge_exchange_end(x);
	}
	conn->x = NULL;
}

void edge_conn_close(struct edge_conn *conn)
{
	struct edge_loop *loop = conn->loop;

	if (conn->state == CONN_DEAD)
		return;
	detach_exchange(conn);
	edge_conn_enter(conn, CONN_DEAD);
	/* Closing alone does not end events while a forked child still has the descriptor. */
	edge_loop_unwatch(loop, conn->io.fd);
	edge_io_close(&conn->io);
	if (conn->counted)
		edge_addresses_give(loop->edge->addresses, &conn->address);
	atomic_fetch_sub(&loop->open, 1);
	edge_in_give(loop, conn->in);
	conn->in = NULL;
	conn->next = loop->dead;
	loop->dead = conn;
}

/*
 * A socket that gave less than there was room for is empty: asking again would
 * only be told so, and whatever comes later is an event of its own.  An end that was
 * already told of is not, and records of TLS are no measure of the socket.
 */
static bool may_have_more(const struct edge_conn *conn, size_t n, size_t room)
{
	return n == room || conn->half_closed || conn->io.session;
}

bool edge_conn_fill(struct edge_conn *conn)
{
	size_t n, room;

	if (!conn->readable || conn->eof || conn->in_len == EDGE_IN_SIZE)
		return false;
	if (!conn->in) {
		conn->in = edge_in_take(conn->loop);
		conn->in_len = 0;
	}
	room = EDGE_IN_SIZE - conn->in_len;
	switch (edge_io_read(&conn->io, conn->in + conn->in_len, room, &n)) {
	case EDGE_IO_DONE:
		conn->readable = may_have_more(conn, n, room);
		conn->in_len += n;
		return true;
	case EDGE_IO_AGAIN: conn->readable = false; return false;
	case EDGE_IO_EOF: conn->eof = true; return false;
	case EDGE_IO_BROKEN: edge_conn_close(conn); return false;
	}
	return false;
}

bool edge_conn_handle(struct edge_conn *conn)
{
	struct edge_loop *loop = conn->loop;

	edge_conn_enter(conn, CONN_BUSY);
	loop->edge->handler.on_request(loop->state, conn->x);
	return conn->state != CONN_BUSY;
}

static void send_continue(struct edge_conn *conn)
{
	static char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	struct iovec out = {text, sizeof text - 1};

	if (conn->in_len == conn->body_from && edge_io_write(&conn->io, &out, 1) == EDGE_IO_BROKEN)
		conn->eof = true;
}

static enum edge_refusal check_body(const struct edge_exchange *x)
{
	const struct edge_head *head = &x->head;

	if (!head->chunked && head->length == 0)
		return EDGE_FINE;
	if (x->body_max == 0)
		return EDGE_BODY_NOT_ALLOWED;
	if (head->chunked)
		return x->takes_chunked ? EDGE_FINE : EDGE_LENGTH_REQUIRED;
	return head->length > x->body_max ? EDGE_BODY_TOO_LARGE : EDGE_FINE;
}

static bool is_overloaded(const struct edge_loop *loop)
{
	return loop->in_flight > loop->edge->config.limits.in_flight / loop->edge->n_loops;
}

/* A complete head of head_len bytes is at the start of conn->in. */
static bool begin_request(struct edge_conn *conn, size_t head_len)
{
	struct edge_loop *loop = conn->loop;
	struct edge_exchange *x = edge_exchange_begin(conn);
	enum edge_refusal refusal;

	conn->body_from = head_len;
	refusal = edge_head_parse(x->arena, conn->in, head_len, conn->scan.n_lines, &x->head);
	conn->consumed = x->head.chunked || x->head.length ? 0 : head_len;
	edge_conn_enter(conn, CONN_BUSY);
	if (refusal == EDGE_FINE && is_overloaded(loop))
		refusal = EDGE_OVERLOADED;
	conn->close_after = !x->head.keep_alive || loop->is_draining ||
			    conn->n_requests >= loop->edge->config.limits.requests_per_conn;
	if (refusal == EDGE_FINE)
		loop->edge->handler.on_head(loop->state, x);
	if (conn->state != CONN_BUSY)
		return true;
	if (refusal == EDGE_FINE)
		refusal = check_body(x);
	if (refusal != EDGE_FINE) {
		edge_exchange_refuse(x, refusal);
		return true;
	}
	if (conn->consumed)
		return edge_conn_handle(conn);
	conn->chunks = (struct edge_chunks){};
	conn->body = (struct strbuf){};
	edge_conn_enter(conn, CONN_BODY);
	if (x->head.expect_continue)
		send_continue(conn);
	return true;
}

void edge_conn_refuse(struct edge_conn *conn, enum edge_refusal refusal)
{
	struct edge_exchange *x = conn->x ? conn->x : edge_exchange_begin(conn);

	if (conn->state == CONN_HEAD)
		edge_conn_enter(conn, CONN_BUSY);
	edge_exchange_refuse(x, refusal);
}

static bool step_head(struct edge_conn *conn)
{
	enum edge_refusal refusal;
	size_t head_len;

	if (conn->in_len > conn->scan.line) {
		if (conn->state == CONN_IDLE)
			edge_conn_enter(conn, CONN_HEAD);
		refusal = edge_head_scan(&conn->scan, conn->in, conn->in_len, &head_len);
		if (refusal != EDGE_FINE) {
			edge_conn_refuse(conn, refusal);
			return true;
		}
		if (head_len)
			return begin_request(conn, head_len);
	}
	if (edge_conn_fill(conn))
		return true;
	if (conn->eof)
		edge_conn_close(conn);
	return false;
}

static void next_request(struct edge_conn *conn)
{
	conn->in_len -= conn->consumed;
	memmove(conn->in, conn->in + conn->consumed, conn->in_len);
	conn->scan = (struct edge_scan){};
	if (conn->in_len == 0) {
		edge_in_give(conn->loop, conn->in);
		conn->in = NULL;
	}
	edge_conn_enter(conn, conn->in_len ? CONN_HEAD : CONN_IDLE);
}

static bool step_write(struct edge_conn *conn)
{
	switch (edge_io_write(&conn->io, conn->out, conn->n_out)) {
	case EDGE_IO_DONE: break;
	case EDGE_IO_AGAIN: return false;
	case EDGE_IO_EOF:
	case EDGE_IO_BROKEN: edge_conn_close(conn); return false;
	}
	edge_exchange_end(conn->x);
	if (!conn->close_after) {
		next_request(conn);
		return true;
	}
	if (conn->eof) {
		edge_conn_close(conn);
		return false;
	}
	edge_io_shutdown(&conn->io);
	conn->consumed = 0;
	edge_conn_enter(conn, CONN_LINGER);
	return true;
}

/* Closing with input unread would reset the connection and lose the answer. */
static bool step_linger(struct edge_conn *conn)
{
	conn->consumed += conn->in_len;
	conn->in_len = 0;
	if (conn->consumed < LINGER_MAX && edge_conn_fill(conn))
		return true;
	if (conn->eof || conn->consumed >= LINGER_MAX)
		edge_conn_close(conn);
	return false;
}

static bool step_handshake(struct edge_conn *conn)
{
	switch (edge_io_handshake(&conn->io)) {
	case EDGE_IO_DONE:
		conn->readable = true;
		edge_conn_enter(conn, CONN_HEAD);
		return true;
	case EDGE_IO_AGAIN: return false;
	case EDGE_IO_EOF:
	case EDGE_IO_BROKEN: edge_conn_close(conn); return false;
	}
	return false;
}

static bool step(struct edge_conn *conn)
{
	switch (conn->state) {
	case CONN_HANDSHAKE: return step_handshake(conn);
	case CONN_IDLE:
	case CONN_HEAD: return step_head(conn);
	case CONN_BODY: return edge_body_step(conn);
	case CONN_WRITE: return step_write(conn);
	case CONN_LINGER: return step_linger(conn);
	case CONN_BUSY:
	case CONN_DEAD:
	case CONN_STATES: break;
	}
	return false;
}

void edge_conn_process(struct edge_conn *conn)
{
	if (conn->in_process)
		return;
	conn->in_process = true;
	while (step(conn))
		;
	conn->in_process = false;
}

void edge_conn_on_ready(struct edge_source *source, uint32_t events)
{
	struct edge_conn *conn = (struct edge_conn *)source;

	if (conn->state == CONN_DEAD)
		return;
	if (events & (EPOLLHUP | EPOLLERR)) {
		edge_conn_close(conn);
		return;
	}
	if (events & EPOLLRDHUP)
		conn->half_closed = true;
	if (events & (EPOLLIN | EPOLLRDHUP))
		conn->readable = true;
	edge_conn_process(conn);
}

void edge_conn_expire(struct edge_conn *conn)
{
	atomic_fetch_add(&conn->loop->timeouts, 1);
	if (conn->state == CONN_HEAD && conn->in_len)
		edge_conn_refuse(conn, EDGE_HEADER_TIMEOUT);
	else if (conn->state == CONN_BODY)
		edge_conn_refuse(conn, EDGE_BODY_TIMEOUT);
	else
		edge_conn_close(conn);
}
