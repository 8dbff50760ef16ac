/*
 * The body of a request: small ones stay where they were read, others are gathered in the
 * exchange's arena within the limits of the process and of the client's network.
 */
#include "edge/internal.h"

/* Small bodies stay where they were read. */
static bool body_fits(const struct edge_conn *conn)
{
	return !conn->x->head.chunked && conn->body_from + conn->x->head.length <= EDGE_IN_SIZE;
}

/*
 * Counts n bytes more of a body that is kept in memory.  When the bodies of the loop are too many,
 * the one that has been unfinished longest yields: who sends what was announced is done soon.
 */
static bool charge(struct edge_conn *conn, size_t n)
{
	struct edge_loop *loop = conn->loop;
	size_t limit = loop->edge->config.limits.body_bytes / loop->edge->n_loops;
	struct edge_conn *oldest = loop->lists[CONN_BODY].first, *next;

	while (limit && loop->body_bytes + n > limit) {
		while (oldest != conn && !oldest->x->charged)
			oldest = oldest->next;
		if (oldest == conn)
			return false;
		next = oldest->next;
		edge_conn_close(oldest);
		oldest = next;
	}
	if (!edge_addresses_charge(loop->edge->addresses, &conn->address, n))
		return false;
	loop->body_bytes += n;
	conn->x->charged += n;
	conn->x->charged_to = conn->address;
	return true;
}

static enum edge_refusal take_chunks(struct edge_conn *conn)
{
	size_t n = conn->in_len - conn->body_from, used, produced;

	strbuf_reserve(&conn->body, n);
	used = edge_chunks_feed(&conn->chunks, conn->in + conn->body_from, n,
				conn->body.ptr + conn->body.len, &produced);
	conn->body.len += produced;
	if (conn->chunks.state == CHUNK_BAD)
		return EDGE_BAD_CHUNK;
	if (conn->body.len + (conn->chunks.state == CHUNK_DATA ? conn->chunks.left : 0) >
	    conn->x->body_max)
		return EDGE_BODY_TOO_LARGE;
	if (conn->chunks.state == CHUNK_DONE)
		conn->consumed = conn->body_from + used;
	else
		conn->in_len = conn->body_from;
	return EDGE_FINE;
}

static void take_plain(struct edge_conn *conn)
{
	size_t left = conn->x->head.length - conn->body.len;
	size_t n = conn->in_len - conn->body_from;

	if (n >= left) {
		n = left;
		conn->consumed = conn->body_from + n;
	}
	strbuf_add(&conn->body, conn->in + conn->body_from, n);
	if (!conn->consumed)
		conn->in_len = conn->body_from;
}

bool edge_body_step(struct edge_conn *conn)
{
	struct edge_exchange *x = conn->x;
	enum edge_refusal refusal = EDGE_FINE;

	if (body_fits(conn)) {
		if (conn->in_len - conn->body_from >= x->head.length) {
			conn->consumed = conn->body_from + x->head.length;
			x->body = (struct str){conn->in + conn->body_from, x->head.length};
			return edge_conn_handle(conn);
		}
	} else if (conn->in_len > conn->body_from) {
		if (!conn->body.arena) {
			conn->body = strbuf_new(x->arena);
			/* Only pages that are written to take memory: what is announced alone costs
			 * nothing. */
			strbuf_reserve(&conn->body, x->head.chunked ? 0 : x->head.length);
		}
		if (!charge(conn, conn->in_len - conn->body_from))
			refusal = EDGE_BODIES_FULL;
		else if (x->head.chunked)
			refusal = take_chunks(conn);
		else
			take_plain(conn);
		if (refusal != EDGE_FINE) {
			edge_conn_refuse(conn, refusal);
			return true;
		}
		if (conn->consumed) {
			x->body = (struct str){conn->body.ptr, conn->body.len};
			return edge_conn_handle(conn);
		}
	}
	if (edge_conn_fill(conn))
		return true;
	if (conn->eof)
		edge_conn_close(conn);
	return false;
}
