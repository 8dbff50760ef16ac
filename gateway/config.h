#pragma once

/* Settings of the gateway (libcommon/cfg): AEGIS_GATEWAY_<KEY> or `key = value`. */
#include "cfg/cfg.h"

#define GATEWAY_SETTINGS(X)                                                                        \
	X(TEXT, http_address, "127.0.0.1", 2, 45, "numeric address of the public port")            \
	X(NUMBER, http_port, "8080", 0, 65535, "public port")                                      \
	X(TEXT, private_address, "127.0.0.1", 2, 45, "numeric address of the private port")        \
	X(NUMBER, private_port, "9080", 0, 65535, "port of livez, readyz and metrics")             \
	X(NUMBER, loops, "0", 0, 64, "event loops; 0: one a core")                                 \
	X(TEXT, https_certificate, "", 0, 4096, "PEM file; empty: plain HTTP, on this host alone") \
	X(TEXT, https_key, "", 0, 4096, "PEM file of its private key")                             \
	X(TEXT, secrets_dir, CFG_REQUIRED, 1, 255, "where keys and services.pub are")              \
	X(TEXT, data_dir, "", 0, 255, "where the gateway may keep files: it keeps none")           \
	X(TEXT, lock, "", 0, 4096, "lock file, so that two never share a port; empty: none")       \
	X(TEXT, redis, "", 0, 255, "unix:/path or redis://host:port; empty: limits in memory")     \
	X(TEXT, redis_user, "", 0, 64, "the gateway's name in Redis; empty: the default user")     \
	X(SECRET, redis_password, "", 0, 255, "empty: what the gateway's secrets have for Redis")  \
	X(MAP, peer, NULL, 0, 0,                                                                   \
	  "address of a daemon: peer_auth = ipc:///path, replicas by spaces")                      \
	X(TEXT, tls_ca, "", 0, 255, "PEM of who signs the daemons, for tls+tcp")                   \
	X(TEXT, tls_cert, "", 0, 255, "PEM of our certificate and key, for tls+tcp")               \
	X(TEXT, cors_origins, "", 0, 4096, "exact origins that browsers may call from, by spaces") \
	X(TEXT, trusted_proxies, "", 0, 4096,                                                      \
	  "addresses and ranges (CIDR) of proxies whose word counts")                              \
	X(CHOICE, forwarded_by, "x-forwarded-for", 0, 0,                                           \
	  "x-forwarded-for|forwarded: how they say it")                                            \
	X(SIZE, body_max, "1m", 1024, 1048576, "largest request body")                             \
	X(NUMBER, head_timeout_ms, "10000", 50, 120000, "first byte to end of the head")           \
	X(NUMBER, body_timeout_ms, "30000", 50, 600000, "whole body")                              \
	X(NUMBER, idle_timeout_ms, "75000", 50, 600000, "between requests of a connection")        \
	X(NUMBER, write_timeout_ms, "30000", 50, 600000, "whole answer")                           \
	X(NUMBER, requests_per_conn, "1000", 1, 1000000, "then the connection is closed")          \
	X(NUMBER, conns, "10000", 10, 1000000, "connections of the process")                       \
	X(NUMBER, conns_per_network, "1024", 0, 1000000, "of one network; 0: no limit")            \
	X(SIZE, body_bytes, "64m", 1048576, 17179869184,                                           \
	  "bytes of unfinished bodies in the process")                                             \
	X(SIZE, body_bytes_per_network, "16m", 1048576, 17179869184, "the same of one network")    \
	X(NUMBER, in_flight, "4096", 1, 1000000, "requests in the process")                        \
	X(NUMBER, drain_ms, "30000", 0, 300000, "longest wait for requests at the end")            \
	X(NUMBER, unknown_key_ms, "10000", 10, 600000, "between fetches that unknown keys cause")  \
	X(NUMBER, rate_percent, "100", 1, 1000000, "scales every rate limit")                      \
	X(FLAG, access_log, "true", 0, 0, "one line for every request")                            \
	X(CHOICE, log_level, "info", 0, 0, "debug|info|warn|error: least level that is logged")

struct gateway_config {
	GATEWAY_SETTINGS(CFG_MEMBER)
};

extern const struct cfg_setting gateway_settings[];
extern const size_t gateway_n_settings;
