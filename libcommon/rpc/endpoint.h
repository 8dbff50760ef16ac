#pragma once

/* What server and client share about nng streams: URLs and TLS.  Internal. */
#include <nng/nng.h>
#include <stdbool.h>

#include "base/status.h"
#include "rpc/tls.h"

/* ipc:// or tls+tcp://: nothing else leaves this process. */
bool endpoint_url_is_valid(const char *url);
bool endpoint_is_tls(const char *url);

/* FAILED_PRECONDITION/RPC_TLS, logged, when the files do not load or tls is NULL. */
struct status endpoint_tls_listener(nng_stream_listener *listener, const struct rpc_tls *tls);
/* The peer's certificate must name the daemon, wherever it runs. */
struct status endpoint_tls_dialer(nng_stream_dialer *dialer, const struct rpc_tls *tls,
				  const char *daemon);
