#include "edge/io.h"

#include <errno.h>
#include <gnutls/gnutls.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

struct edge_tls {
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priority;
};

/* TLS 1.2 and 1.3, forward secrecy, AEAD. */
static const char priorities[] =
	"SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-RSA:-CIPHER-ALL:+AES-256-GCM:+AES-128-GCM"
	":+CHACHA20-POLY1305:%SERVER_PRECEDENCE";

struct status edge_tls_new(const char *certificate, const char *key, struct edge_tls **out)
{
	struct edge_tls *tls = calloc(1, sizeof *tls);
	int rc;

	if (!tls || gnutls_certificate_allocate_credentials(&tls->credentials) < 0)
		abort();
	rc = gnutls_certificate_set_x509_key_file(tls->credentials, certificate, key,
						  GNUTLS_X509_FMT_PEM);
	if (rc >= 0)
		rc = gnutls_priority_init(&tls->priority, priorities, NULL);
	if (rc < 0) {
		log_error("the certificate cannot be used", KV("certificate", certificate),
			  KV("key", key), KV("error", gnutls_strerror(rc)));
		edge_tls_free(&tls);
		return FAIL(BAD_CERTIFICATE);
	}
	*out = tls;
	return OK;
}

void edge_tls_free(struct edge_tls **tls)
{
	if (!*tls)
		return;
	if ((*tls)->priority)
		gnutls_priority_deinit((*tls)->priority);
	gnutls_certificate_free_credentials((*tls)->credentials);
	free(*tls);
	*tls = NULL;
}

bool edge_io_init(struct edge_io *io, int fd, struct edge_tls *tls)
{
	static const gnutls_datum_t protocols[] = {{(unsigned char *)"http/1.1", 8}};

	*io = (struct edge_io){.fd = fd};
	if (!tls)
		return true;
	if (gnutls_init(&io->session, GNUTLS_SERVER | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL) < 0) {
		io->session = NULL;
		return false;
	}
	gnutls_priority_set(io->session, tls->priority);
	gnutls_credentials_set(io->session, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	gnutls_alpn_set_protocols(io->session, protocols, 1, 0);
	gnutls_transport_set_int(io->session, fd);
	return true;
}

static enum edge_io_result from_gnutls(ssize_t rc)
{
	if (rc == GNUTLS_E_AGAIN || rc == GNUTLS_E_INTERRUPTED)
		return EDGE_IO_AGAIN;
	return rc == 0 || rc == GNUTLS_E_PREMATURE_TERMINATION ? EDGE_IO_EOF : EDGE_IO_BROKEN;
}

enum edge_io_result edge_io_handshake(struct edge_io *io)
{
	int rc;

	if (!io->session)
		return EDGE_IO_DONE;
	do
		rc = gnutls_handshake(io->session);
	while (rc < 0 && rc != GNUTLS_E_AGAIN && !gnutls_error_is_fatal(rc));
	return rc == GNUTLS_E_SUCCESS ? EDGE_IO_DONE : from_gnutls(rc);
}

enum edge_io_result edge_io_read(struct edge_io *io, void *buf, size_t size, size_t *n)
{
	ssize_t got;

	do
		got = io->session ? gnutls_record_recv(io->session, buf, size)
				  : recv(io->fd, buf, size, 0);
	while (io->session ? got == GNUTLS_E_INTERRUPTED : got < 0 && errno == EINTR);
	if (got > 0) {
		*n = (size_t)got;
		return EDGE_IO_DONE;
	}
	if (io->session)
		return from_gnutls(got);
	if (got == 0)
		return EDGE_IO_EOF;
	return errno == EAGAIN || errno == EWOULDBLOCK ? EDGE_IO_AGAIN : EDGE_IO_BROKEN;
}

static void advance(struct iovec *out, int n_out, size_t n)
{
	for (int i = 0; i < n_out && n; i++) {
		size_t take = out[i].iov_len < n ? out[i].iov_len : n;

		out[i].iov_base = (char *)out[i].iov_base + take;
		out[i].iov_len -= take;
		n -= take;
	}
}

static ssize_t write_some(struct edge_io *io, struct iovec *out, int n_out)
{
	struct msghdr msg = {.msg_iov = out, .msg_iovlen = (size_t)n_out};

	if (!io->session)
		return sendmsg(io->fd, &msg, MSG_NOSIGNAL);
	return gnutls_record_send(io->session, out[0].iov_base, out[0].iov_len);
}

enum edge_io_result edge_io_write(struct edge_io *io, struct iovec *out, int n_out)
{
	for (;;) {
		ssize_t sent;

		while (n_out && out->iov_len == 0) {
			out++;
			n_out--;
		}
		if (n_out == 0)
			return EDGE_IO_DONE;
		sent = write_some(io, out, n_out);
		if (sent >= 0)
			advance(out, n_out, (size_t)sent);
		else if (io->session ? sent == GNUTLS_E_INTERRUPTED : errno == EINTR)
			continue;
		else if (io->session ? sent == GNUTLS_E_AGAIN
				     : errno == EAGAIN || errno == EWOULDBLOCK)
			return EDGE_IO_AGAIN;
		else
			return EDGE_IO_BROKEN;
	}
}

void edge_io_shutdown(struct edge_io *io)
{
	if (io->session)
		(void)gnutls_bye(io->session, GNUTLS_SHUT_WR);
	shutdown(io->fd, SHUT_WR);
}

void edge_io_close(struct edge_io *io)
{
	if (io->session)
		gnutls_deinit(io->session);
	io->session = NULL;
	close(io->fd);
}
