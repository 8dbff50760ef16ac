/* Exchanges: taken from the loop's stock, answered once, given back. */
#include <stdlib.h>

#include "base/bytes8.h"
#include "base/log.h"
#include "edge/internal.h"

#define ARENA_CAP   (8u << 20)
#define SPARE_MAX   256
#define INLINE_BODY ((size_t)16 * 1024)
#define STATUS_GONE 499

static struct edge_exchange *take(struct edge_loop *loop)
{
	struct edge_exchange *x = loop->spare;
	struct arena *arena;

	if (x) {
		loop->spare = x->next;
		loop->n_spare--;
		arena = x->arena;
	} else {
		x = malloc(sizeof *x);
		if (!x)
			abort();
		arena = arena_new(ARENA_CAP);
	}
	*x = (struct edge_exchange){.arena = arena, .loop = loop};
	return x;
}

struct edge_exchange *edge_exchange_begin(struct edge_conn *conn)
{
	struct edge_exchange *x = take(conn->loop);

	x->conn = conn;
	x->on_private_port = conn->on_private_port;
	x->is_tls = conn->io.session != NULL;
	x->started = conn->since;
	memcpy(x->peer, conn->peer, sizeof x->peer);
	conn->x = x;
	conn->n_requests++;
	atomic_fetch_add(&conn->loop->in_flight, 1);
	atomic_fetch_add(&conn->loop->requests, 1);
	return x;
}

void edge_exchange_end(struct edge_exchange *x)
{
	struct edge_loop *loop = x->loop;

	if (!x->answered || (!x->conn && x->bytes_out == 0))
		x->status = STATUS_GONE;
	loop->edge->handler.on_done(loop->state, x);
	if (x->charged)
		edge_addresses_discharge(loop->edge->addresses, &x->charged_to, x->charged);
	loop->body_bytes -= x->charged;
	atomic_fetch_sub(&loop->in_flight, 1);
	if (x->conn)
		x->conn->x = NULL;
	edge_in_give(loop, x->head_bytes);
	if (loop->n_spare >= SPARE_MAX) {
		arena_reset(x->arena, x->wipe);
		arena_free(&x->arena);
		free(x);
		return;
	}
	arena_reset(x->arena, x->wipe);
	x->next = loop->spare;
	loop->spare = x;
	loop->n_spare++;
}

void edge_exchange_refuse(struct edge_exchange *x, enum edge_refusal refusal)
{
	struct edge_loop *loop = x->loop;

	x->conn->close_after = true;
	atomic_fetch_add(&loop->refused, 1);
	loop->edge->handler.on_refused(loop->state, x, refusal);
	if (!x->answered)
		abort();
}

void edge_answer_add(struct edge_answer *answer, const char *name, struct str value)
{
	if (answer->n_fields == EDGE_ANSWER_FIELDS_MAX)
		abort();
	answer->fields[answer->n_fields++] = (struct edge_field){str_of(name), value};
}

/* A line break in a value would be a second header: our own mistake, so it is left out and told. */
static bool is_one_line(struct str value)
{
	for (size_t i = 0; i < value.len;) {
		if (value.len - i >= 8 && !bytes8_any_below(bytes8_load(value.ptr + i), ' ')) {
			i += 8;
			continue;
		}
		if ((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t')
			return false;
		i++;
	}
	return true;
}

static void add_field(struct strbuf *head, struct str name, struct str value)
{
	if (!is_one_line(value)) {
		log_error("an answer's header holds a control character", KV("header", name));
		return;
	}
	strbuf_add_str(head, name);
	strbuf_add(head, ": ", 2);
	strbuf_add_str(head, value);
	strbuf_add(head, "\r\n", 2);
}

static struct strbuf write_head(struct edge_exchange *x, const struct edge_answer *answer)
{
	const char *phrase = status_http_phrase(answer->status);
	struct strbuf head = strbuf_new(x->arena);
	bool bodiless = answer->status == 204 || answer->status == 304;

	strbuf_reserve(&head, 1024 + (answer->body.len < INLINE_BODY ? answer->body.len : 0));
	strbuf_add_c(&head, "HTTP/1.1 ");
	strbuf_add_u64(&head, (uint64_t)answer->status);
	strbuf_add_char(&head, ' ');
	strbuf_add_c(&head, phrase ? phrase : "Status");
	strbuf_add(&head, "\r\n", 2);
	add_field(&head, STR("Date"), edge_loop_date(x->loop));
	if (answer->content_type && !bodiless)
		add_field(&head, STR("Content-Type"), str_of(answer->content_type));
	if (!bodiless) {
		strbuf_add_c(&head, "Content-Length: ");
		strbuf_add_u64(&head, answer->body.len);
		strbuf_add(&head, "\r\n", 2);
	}
	for (size_t i = 0; i < answer->n_fields; i++)
		add_field(&head, answer->fields[i].name, answer->fields[i].value);
	if (x->conn->close_after)
		strbuf_add_c(&head, "Connection: close\r\n");
	else if (x->head.is_http10)
		strbuf_add_c(&head, "Connection: keep-alive\r\n");
	strbuf_add(&head, "\r\n", 2);
	return head;
}

/* The body was not read to its end, so the next request cannot be found. */
static bool has_unread_body(const struct edge_conn *conn)
{
	const struct edge_head *head = &conn->x->head;

	return conn->consumed == 0 && (head->chunked || head->length > 0);
}

void edge_reply(struct edge_exchange *x, struct edge_answer *answer)
{
	struct edge_conn *conn = x->conn;
	bool with_body =
		x->head.method != EDGE_HEAD && answer->status != 204 && answer->status != 304;
	struct strbuf head;

	if (x->answered)
		abort();
	x->answered = true;
	x->status = answer->status;
	if (!conn) {
		edge_exchange_end(x);
		return;
	}
	if (answer->close || conn->loop->is_draining || has_unread_body(conn))
		conn->close_after = true;
	head = write_head(x, answer);
	conn->n_out = 1;
	if (with_body && answer->body.len < INLINE_BODY)
		strbuf_add_str(&head, answer->body);
	else if (with_body)
		conn->out[conn->n_out++] =
			(struct iovec){(void *)(uintptr_t)answer->body.ptr, answer->body.len};
	conn->out[0] = (struct iovec){head.ptr, head.len};
	x->bytes_out = head.len + (conn->n_out == 2 ? answer->body.len : 0);
	edge_conn_enter(conn, CONN_WRITE);
	edge_conn_process(conn);
}
