/* The start of a connection, and the buffers that connections read into. */
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/ip.h"
#include "edge/internal.h"

char *edge_in_take(struct edge_loop *loop)
{
	char *in = loop->n_spare_in ? loop->spare_in[--loop->n_spare_in] : malloc(EDGE_IN_SIZE);

	if (!in)
		abort();
	return in;
}

void edge_in_give(struct edge_loop *loop, char *in)
{
	if (in && loop->n_spare_in < EDGE_SPARE_IN)
		loop->spare_in[loop->n_spare_in++] = in;
	else
		free(in);
}

static void to_in6(const struct sockaddr_storage *peer, struct in6_addr *out)
{
	if (peer->ss_family == AF_INET6) {
		*out = ((const struct sockaddr_in6 *)peer)->sin6_addr;
		return;
	}
	*out = (struct in6_addr){};
	out->s6_addr[10] = out->s6_addr[11] = 0xff;
	memcpy(&out->s6_addr[12], &((const struct sockaddr_in *)peer)->sin_addr, 4);
}

/*
 * A full house lets the connection go that has been idle longest, or else the one whose request or
 * handshake has been unfinished longest: requests arrive within a moment, so no lawful client waits
 * there for long.
 */
static bool yield_oldest(struct edge_loop *loop)
{
	static const enum conn_state order[] = {CONN_IDLE, CONN_HEAD, CONN_HANDSHAKE};

	for (size_t i = 0; i < sizeof order / sizeof order[0]; i++)
		for (struct edge_conn *conn = loop->lists[order[i]].first; conn; conn = conn->next)
			if (!conn->on_private_port) {
				edge_conn_close(conn);
				return true;
			}
	return false;
}

void edge_conn_accept(struct edge_loop *loop, int fd, const struct sockaddr_storage *peer,
		      bool is_private)
{
	struct edge *edge = loop->edge;
	struct edge_conn *conn = calloc(1, sizeof *conn);
	bool room;

	if (!conn)
		abort();
	to_in6(peer, &conn->address);
	conn->counted = !is_private && edge_addresses_take(edge->addresses, &conn->address);
	room = loop->open < edge->config.limits.conns / edge->n_loops ||
	       ((conn->counted || is_private) && yield_oldest(loop));
	if (!room || (!is_private && !conn->counted) ||
	    !edge_io_init(&conn->io, fd, is_private ? NULL : edge->tls)) {
		atomic_fetch_add(&loop->refused_conns, 1);
		if (conn->counted)
			edge_addresses_give(edge->addresses, &conn->address);
		close(fd);
		free(conn);
		return;
	}
	ip_format(conn->peer, &conn->address);
	conn->source.ready = edge_conn_on_ready;
	conn->loop = loop;
	conn->on_private_port = is_private;
	conn->state = conn->io.session ? CONN_HANDSHAKE : CONN_HEAD;
	conn->since = loop->now;
	conn->prev = loop->lists[conn->state].last;
	*(conn->prev ? &conn->prev->next : &loop->lists[conn->state].first) = conn;
	loop->lists[conn->state].last = conn;
	atomic_fetch_add(&loop->open, 1);
	atomic_fetch_add(&loop->accepted, 1);
	edge_loop_watch(loop, &conn->source, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}
