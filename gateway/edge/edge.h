#pragma once

/*
 * The seam between HTTP and the gateway: a server of a few event loops that
 * hands over strict, complete requests and takes answers.  Nothing above it
 * knows how bytes arrive; nothing below it knows what a route is.  Why it reads
 * the sockets itself: adr-0001-raw-heads.md.
 *
 * Threads: everything about an exchange happens on the thread of its loop.
 * Other threads only call edge_post().
 */
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/instant.h"
#include "base/status.h"
#include "base/str.h"
#include "edge/head.h"

struct edge;
struct edge_loop;
struct edge_conn;

#define EDGE_ADDRESS_TEXT      46
#define EDGE_ANSWER_FIELDS_MAX 24

/* One request and its answer.  Lives from its first byte until it was answered. */
struct edge_exchange {
	struct arena *arena; /* reset after the answer is sent */
	struct edge_loop *loop;
	struct edge_conn *conn; /* NULL once the client is gone */
	struct edge_head head;
	struct str body; /* whole, in on_request */
	char peer[EDGE_ADDRESS_TEXT];
	bool on_private_port;
	bool is_tls;
	instant started; /* monotonic, first byte of the head */
	/* Set in on_head: what may follow the head. */
	size_t body_max;
	bool takes_chunked;
	bool wipe;   /* the request or answer holds secrets: the arena is zeroed */
	void *state; /* the handler's */
	/* The edge's. */
	char *head_bytes; /* taken over when the client goes first */
	size_t charged;	  /* bytes of the body that count against the budgets */
	struct in6_addr charged_to;
	bool answered;
	int status;
	size_t bytes_out;
	struct edge_exchange *next;
};

struct edge_answer {
	int status;
	struct str body; /* must live in the exchange's arena, or for ever */
	const char *content_type;
	struct edge_field fields[EDGE_ANSWER_FIELDS_MAX];
	size_t n_fields;
	bool close;
};

void edge_answer_add(struct edge_answer *answer, const char *name, struct str value);

/* Ends the exchange; exactly once each, also when the client is gone. */
void edge_reply(struct edge_exchange *x, struct edge_answer *answer);

struct edge_handler {
	void *arg;
	/* A loop starts and ends: its state for edge_loop_state(). */
	void *(*loop_start)(void *arg, struct edge_loop *loop);
	void (*loop_stop)(void *arg, void *state);
	/* At the end of each turn, and every 50 ms. */
	void (*turn)(void *state);
	void (*tick)(void *state, instant monotonic_now);
	/*
	 * The head is lawful.  Either answers at once (the body is not read), or
	 * sets body_max and takes_chunked and returns.
	 */
	void (*on_head)(void *state, struct edge_exchange *x);
	/* The body is there.  Answers now or later. */
	void (*on_request)(void *state, struct edge_exchange *x);
	/* The edge refuses; must answer now.  The head may be incomplete. */
	void (*on_refused)(void *state, struct edge_exchange *x, enum edge_refusal refusal);
	/* After the answer was handed to the kernel, or dropped (status 499). */
	void (*on_done)(void *state, struct edge_exchange *x);
};

struct edge_limits {
	instant head_timeout; /* first byte (or accept) to end of head */
	instant body_timeout;
	instant idle_timeout;
	instant write_timeout;
	uint32_t requests_per_conn;
	uint32_t conns;		       /* of the process */
	uint32_t conns_per_network;    /* 0: no limit */
	uint32_t in_flight;	       /* of the process */
	size_t body_bytes;	       /* of bodies in memory, all of them; 0: no limit */
	size_t body_bytes_per_network; /* 0: no limit */
};

struct edge_config {
	const char *address; /* numeric, "127.0.0.1" or "::" */
	uint16_t port;	     /* 0: any, see edge_port() */
	const char *private_address;
	uint16_t private_port;
	bool with_private;
	uint32_t n_loops;
	const char *tls_certificate; /* PEM files; NULL: plain HTTP */
	const char *tls_key;
	struct edge_limits limits;
};

/*
 * Binds.  UNAVAILABLE/PORT_TAKEN when another process listens there,
 * INVALID_ARGUMENT/BAD_ADDRESS, FAILED_PRECONDITION/BAD_CERTIFICATE.
 */
struct status edge_new(const struct edge_config *config, const struct edge_handler *handler,
		       struct edge **out);
/* Starts one thread per loop. */
void edge_start(struct edge *edge);
/*
 * No new connections, idle ones are closed, answers say "Connection: close".
 * Returns when all are gone or at the deadline (monotonic); blocks.
 */
void edge_drain(struct edge *edge, instant deadline);
/* Stops the loops, closes what is left, joins, frees. */
void edge_free(struct edge **edge);

uint16_t edge_port(const struct edge *edge);
uint16_t edge_private_port(const struct edge *edge);

struct edge_counts {
	uint64_t accepted;
	uint64_t refused_conns; /* over a limit */
	uint64_t requests;
	uint64_t refused; /* by the guard */
	uint64_t timeouts;
	uint32_t open;
	uint32_t in_flight;
};
void edge_count(const struct edge *edge, struct edge_counts *counts);

/* The loops of a running edge; NULL past the last. */
struct edge_loop *edge_loop_at(const struct edge *edge, unsigned index);

/* Work for a loop from any thread; run(task) is called on the loop's thread. */
struct edge_task {
	struct edge_task *next;
	void (*run)(struct edge_task *task);
};
void edge_post(struct edge_loop *loop, struct edge_task *task);

/* A descriptor of the handler's in the loop's epoll set. */
struct edge_source {
	void (*ready)(struct edge_source *source, uint32_t events);
};
void edge_loop_watch(struct edge_loop *loop, struct edge_source *source, int fd, uint32_t events);
void edge_loop_unwatch(struct edge_loop *loop, int fd);

void *edge_loop_state(const struct edge_loop *loop);
/* Monotonic time of this turn. */
instant edge_loop_now(const struct edge_loop *loop);
/* "Sat, 21 Nov 2026 07:00:00 GMT" of this second. */
struct str edge_loop_date(struct edge_loop *loop);
