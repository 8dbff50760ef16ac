/*
 * Listening sockets: one per loop with SO_REUSEPORT on the public port, so the
 * kernel spreads connections; one in all on the private port.  SO_REUSEPORT
 * would let a second gateway of the same user share the port silently, so the
 * port is first bound without it.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "edge/internal.h"

#define BACKLOG	     4096
#define ACCEPT_BATCH 64

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static struct status resolve(const char *address, uint16_t port, union name *out)
{
	*out = (union name){};
	if (inet_pton(AF_INET, address, &out->v4.sin_addr) == 1) {
		out->v4.sin_family = AF_INET;
		out->v4.sin_port = htons(port);
		return OK;
	}
	if (inet_pton(AF_INET6, address, &out->v6.sin6_addr) == 1) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		return OK;
	}
	log_error("not a numeric address", KV("address", address));
	return FAIL(BAD_ADDRESS);
}

static uint16_t port_of(int fd)
{
	union name name = {};
	socklen_t len = sizeof name;

	getsockname(fd, &name.any, &len);
	return ntohs(name.any.sa_family == AF_INET6 ? name.v6.sin6_port : name.v4.sin_port);
}

static struct status refuse_port(const char *address, uint16_t port, int fd)
{
	int error = errno;

	close(fd);
	if (error == EADDRINUSE)
		log_error("the port is taken: another process listens there; stop it or choose "
			  "another port",
			  KV("address", address), KV("port", (unsigned)port));
	else
		log_error("cannot listen", KV("address", address), KV("port", (unsigned)port),
			  KV("error", strerror(error)));
	return error == EADDRINUSE ? FAIL(PORT_TAKEN) : FAIL(BAD_ADDRESS);
}

static struct status open_socket(const char *address, uint16_t port, bool shared, int *out)
{
	union name name;
	int one = 1, fd;

	TRY(resolve(address, port, &name));
	fd = socket(name.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (shared)
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one);
	if (bind(fd, &name.any, name.any.sa_family == AF_INET6 ? sizeof name.v6 : sizeof name.v4) <
	    0)
		return refuse_port(address, port, fd);
	*out = fd;
	return OK;
}

static struct status listen_on(struct edge_loop *loop, const char *address, uint16_t port,
			       bool is_private)
{
	struct edge_listener *listener = &loop->listeners[loop->n_listeners];
	int fd = -1;

	TRY(open_socket(address, port, !is_private, &fd));
	if (listen(fd, BACKLOG) < 0)
		return refuse_port(address, port, fd);
	*listener = (struct edge_listener){.loop = loop, .fd = fd, .is_private = is_private};
	loop->n_listeners++;
	return OK;
}

/* Is anybody else there?  Asked before any socket of ours shares the port. */
static struct status probe(const char *address, uint16_t port)
{
	int fd = -1;

	if (port == 0)
		return OK;
	TRY(open_socket(address, port, false, &fd));
	if (listen(fd, 1) < 0)
		return refuse_port(address, port, fd);
	close(fd);
	return OK;
}

struct status edge_bind(struct edge *edge)
{
	const struct edge_config *config = &edge->config;

	TRY(probe(config->address, config->port));
	edge->port = config->port;
	for (unsigned i = 0; i < edge->n_loops; i++) {
		TRY(listen_on(&edge->loops[i], config->address, edge->port, false));
		edge->port = port_of(edge->loops[i].listeners[0].fd);
	}
	if (!config->with_private)
		return OK;
	TRY(listen_on(&edge->loops[0], config->private_address, config->private_port, true));
	edge->private_port = port_of(edge->loops[0].listeners[1].fd);
	return OK;
}

static void on_accept(struct edge_source *source, uint32_t events)
{
	struct edge_listener *listener = (struct edge_listener *)source;
	struct edge_loop *loop = listener->loop;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		struct sockaddr_storage peer = {};
		socklen_t len = sizeof peer;
		int one = 1;
		int fd = accept4(listener->fd, (struct sockaddr *)&peer, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM)) {
			log_error("out of descriptors, not accepting for a moment");
			edge_listen_stop(loop);
			loop->accept_paused = true;
			return;
		}
		if (fd < 0)
			return;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		edge_conn_accept(loop, fd, &peer, listener->is_private);
	}
}

void edge_listen_start(struct edge_loop *loop)
{
	for (size_t i = 0; i < loop->n_listeners; i++) {
		loop->listeners[i].source.ready = on_accept;
		edge_loop_watch(loop, &loop->listeners[i].source, loop->listeners[i].fd, EPOLLIN);
	}
}

void edge_listen_stop(struct edge_loop *loop)
{
	for (size_t i = 0; i < loop->n_listeners; i++)
		edge_loop_unwatch(loop, loop->listeners[i].fd);
}
