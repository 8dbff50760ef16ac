#pragma once

/* Private to the edge: connections, loops, the whole. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/uio.h>

#include "edge/chunk.h"
#include "edge/edge.h"
#include "edge/io.h"

/* Room for a head and the start of a body; a loop keeps a few for its next requests. */
#define EDGE_IN_SIZE  (EDGE_HEAD_MAX + (size_t)8 * 1024)
#define EDGE_SPARE_IN 64

/* One list per state; the oldest is first, so the watchdog looks at heads only. */
enum conn_state {
	CONN_HANDSHAKE,
	CONN_IDLE, /* between requests */
	CONN_HEAD, /* accepted, or part of a head is here */
	CONN_BODY,
	CONN_BUSY, /* with the handler; bounded by its deadlines */
	CONN_WRITE,
	CONN_LINGER, /* answer sent, rest of the input is thrown away */
	CONN_STATES,
	CONN_DEAD,
};

struct edge_conn {
	struct edge_source source; /* first: epoll points at it */
	struct edge_conn *prev, *next;
	struct edge_loop *loop;
	struct edge_io io;
	enum conn_state state;
	instant since;
	struct in6_addr address; /* IPv4 mapped */
	char peer[EDGE_ADDRESS_TEXT];
	bool counted;
	bool on_private_port;
	bool readable;	  /* edge-triggered: more may be in the socket */
	bool half_closed; /* an event has told so; eof when it was read */
	bool eof;
	bool close_after;
	bool in_process; /* guards against recursion from edge_reply */
	uint32_t n_requests;
	char *in;
	size_t in_len;
	size_t body_from; /* where the body begins in `in` */
	size_t consumed;  /* bytes of `in` that belong to the current request */
	struct edge_scan scan;
	struct edge_chunks chunks;
	struct strbuf body;
	struct edge_exchange *x;
	struct iovec out[2];
	int n_out;
};

struct conn_list {
	struct edge_conn *first, *last;
};

struct edge_listener {
	struct edge_source source;
	struct edge_loop *loop;
	int fd;
	bool is_private;
};

struct edge_loop {
	struct edge *edge;
	pthread_t thread;
	int epoll_fd;
	int wake_fd;
	struct edge_source wake;
	struct edge_listener listeners[2];
	size_t n_listeners;
	_Atomic(struct edge_task *) posted;
	_Atomic bool stop;
	_Atomic bool draining;
	bool is_draining;   /* the loop's own view */
	bool accept_paused; /* out of descriptors until the next tick */
	void *state;
	instant now;
	instant ticked;
	struct conn_list lists[CONN_STATES];
	struct edge_conn *dead;
	struct edge_exchange *spare;
	size_t n_spare;
	char *spare_in[EDGE_SPARE_IN];
	size_t n_spare_in;
	char date[40];
	instant date_second;
	size_t body_bytes; /* of unfinished bodies that this loop keeps in memory */
	_Atomic uint32_t open, in_flight;
	_Atomic uint64_t accepted, refused_conns, requests, refused, timeouts;
};

struct edge {
	struct edge_config config;
	struct edge_handler handler;
	struct edge_tls *tls;
	uint16_t port, private_port;
	bool started;
	unsigned n_loops;
	struct edge_loop *loops;
	struct edge_addresses *addresses;
};

/* conn.c */
void edge_conn_on_ready(struct edge_source *source, uint32_t events);
void edge_conn_close(struct edge_conn *conn);
/* The watchdog found it too long in its state. */
void edge_conn_expire(struct edge_conn *conn);
void edge_conn_enter(struct edge_conn *conn, enum conn_state state);
/* Goes on with what is in the buffers. */
void edge_conn_process(struct edge_conn *conn);
/* True when bytes were added to conn->in. */
bool edge_conn_fill(struct edge_conn *conn);
/* The request is whole.  True when it was answered at once. */
bool edge_conn_handle(struct edge_conn *conn);
void edge_conn_refuse(struct edge_conn *conn, enum edge_refusal refusal);

/* body.c: the step of CONN_BODY.  True: the next step may go on at once. */
bool edge_body_step(struct edge_conn *conn);

/* accept.c */
void edge_conn_accept(struct edge_loop *loop, int fd, const struct sockaddr_storage *peer,
		      bool is_private);
char *edge_in_take(struct edge_loop *loop);
/* NULL is fine. */
void edge_in_give(struct edge_loop *loop, char *in);

/* exchange.c */
struct edge_exchange *edge_exchange_begin(struct edge_conn *conn);
void edge_exchange_end(struct edge_exchange *x);
void edge_exchange_refuse(struct edge_exchange *x, enum edge_refusal refusal);

/* listen.c */
struct status edge_bind(struct edge *edge);
void edge_listen_start(struct edge_loop *loop);
void edge_listen_stop(struct edge_loop *loop);

/* loop.c */
void edge_loop_init(struct edge *edge, struct edge_loop *loop);
void *edge_loop_run(void *loop);
void edge_loop_wake(struct edge_loop *loop);
void edge_loop_fini(struct edge_loop *loop);

/* address.c: what each network (/24, /64) holds, for all loops */
struct edge_addresses *edge_addresses_new(const struct edge_limits *limits);
void edge_addresses_free(struct edge_addresses **addresses);
/* A connection more; false when the network of the address has its fill. */
bool edge_addresses_take(struct edge_addresses *addresses, const struct in6_addr *address);
void edge_addresses_give(struct edge_addresses *addresses, const struct in6_addr *address);
/* n bytes of an unfinished body more; false when the network of the address has its fill. */
bool edge_addresses_charge(struct edge_addresses *addresses, const struct in6_addr *address,
			   size_t n);
void edge_addresses_discharge(struct edge_addresses *addresses, const struct in6_addr *address,
			      size_t n);
