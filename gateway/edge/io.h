#pragma once

/*
 * Bytes of one connection, plain or through GnuTLS, never blocking.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/status.h"

struct edge_tls;
struct gnutls_session_int;

struct edge_io {
	int fd;
	struct gnutls_session_int *session; /* NULL: plain */
};

enum edge_io_result { EDGE_IO_DONE, EDGE_IO_AGAIN, EDGE_IO_EOF, EDGE_IO_BROKEN };

/* FAILED_PRECONDITION/BAD_CERTIFICATE, with the reason in the log. */
struct status edge_tls_new(const char *certificate, const char *key, struct edge_tls **out);
void edge_tls_free(struct edge_tls **tls);

/* tls may be NULL. */
bool edge_io_init(struct edge_io *io, int fd, struct edge_tls *tls);
/* DONE when the handshake is complete (at once when plain). */
enum edge_io_result edge_io_handshake(struct edge_io *io);
/* DONE: *n > 0 bytes. */
enum edge_io_result edge_io_read(struct edge_io *io, void *buf, size_t size, size_t *n);
/* Writes what fits and advances the vector; DONE when all of it is gone. */
enum edge_io_result edge_io_write(struct edge_io *io, struct iovec *out, int n_out);
/* No more output; input may still come. */
void edge_io_shutdown(struct edge_io *io);
void edge_io_close(struct edge_io *io);
