#include "rpc/endpoint.h"

#include <nng/supplemental/tls/tls.h>
#include <string.h>

#include "base/log.h"
#define TLS_SCHEME "tls+tcp://"
#define IPC_SCHEME "ipc://"

bool endpoint_is_tls(const char *url)
{
	return strncmp(url, TLS_SCHEME, sizeof TLS_SCHEME - 1) == 0;
}

bool endpoint_url_is_valid(const char *url)
{
	return endpoint_is_tls(url) || strncmp(url, IPC_SCHEME, sizeof IPC_SCHEME - 1) == 0;
}

static struct status tls_failed(const char *what, int err)
{
	log_error("rpc tls", KV("what", what), KV("error", nng_strerror(err)));
	return FAIL(RPC_TLS);
}

static struct status load(nng_tls_config *config, const struct rpc_tls *tls)
{
	int err = nng_tls_config_ca_file(config, tls->ca_file);

	if (err != 0)
		return tls_failed(tls->ca_file, err);
	err = nng_tls_config_cert_key_file(config, tls->cert_key_file, NULL);
	if (err != 0)
		return tls_failed(tls->cert_key_file, err);
	err = nng_tls_config_auth_mode(config, NNG_TLS_AUTH_MODE_REQUIRED);
	return err == 0 ? OK : tls_failed("auth mode", err);
}

static struct status config_new(const struct rpc_tls *tls, nng_tls_mode mode, nng_tls_config **out)
{
	nng_tls_config *config;
	struct status st;
	int err;

	if (!tls || !tls->ca_file || !tls->cert_key_file) {
		log_error("tls+tcp:// needs a CA file and a certificate", KV("what", "rpc tls"));
		return FAIL(RPC_TLS);
	}
	err = nng_tls_config_alloc(&config, mode);
	if (err != 0)
		return tls_failed("config", err);
	st = load(config, tls);
	if (is_failed(st))
		nng_tls_config_free(config);
	else
		*out = config;
	return st;
}

struct status endpoint_tls_listener(nng_stream_listener *listener, const struct rpc_tls *tls)
{
	nng_tls_config *config;
	int err;

	TRY(config_new(tls, NNG_TLS_MODE_SERVER, &config));
	err = nng_stream_listener_set_ptr(listener, NNG_OPT_TLS_CONFIG, config);
	nng_tls_config_free(config); /* the listener holds its own reference */
	return err == 0 ? OK : tls_failed("listener", err);
}

struct status endpoint_tls_dialer(nng_stream_dialer *dialer, const struct rpc_tls *tls,
				  const char *daemon)
{
	nng_tls_config *config;
	int err;

	TRY(config_new(tls, NNG_TLS_MODE_CLIENT, &config));
	err = nng_tls_config_server_name(config, daemon);
	if (err == 0)
		err = nng_stream_dialer_set_ptr(dialer, NNG_OPT_TLS_CONFIG, config);
	nng_tls_config_free(config);
	return err == 0 ? OK : tls_failed("dialer", err);
}
