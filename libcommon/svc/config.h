#pragma once

/* Settings that every daemon has; its own stand in its descriptor. */
#include "cfg/cfg.h"

#define SVC_SETTINGS(X)                                                                            \
	X(TEXT, listen, CFG_REQUIRED, 1, 1000,                                                     \
	  "where calls arrive: ipc:///path or tls+tcp://host:port, several by spaces")             \
	X(MAP, peer, NULL, 0, 0,                                                                   \
	  "address of another daemon: peer_audit = ipc:///path, replicas by spaces")               \
	X(TEXT, db, "", 0, 500, "libpq connection string without user and password")               \
	X(TEXT, redis, "", 0, 255, "unix:/path or host:port")                                      \
	X(TEXT, redis_user, "", 0, 64, "the daemon's name in Redis; empty: Redis's default user")  \
	X(SECRET, redis_password, "", 0, 255, "empty: what the daemon's secrets have for Redis")   \
	X(TEXT, secrets_dir, CFG_REQUIRED, 1, 255, "keys and database passwords")                  \
	X(TEXT, data_dir, "", 0, 255, "where the daemon may keep files")                           \
	X(TEXT, tls_ca, "", 0, 255, "PEM of who signs the daemons, for tls+tcp")                   \
	X(TEXT, tls_cert, "", 0, 255, "PEM of our certificate and key, for tls+tcp")               \
	X(CHOICE, log_level, "info", 0, 0, "debug|info|warn|error: least level that is logged")    \
	X(FLAG, access_log, "true", 0, 0, "one line for every call")                               \
	X(NUMBER, read_conns, "0", 0, 64, "workers for reads; 0: the daemon's own choice")         \
	X(NUMBER, write_conns, "0", 0, 64, "workers for writes; 0: the daemon's own choice")       \
	X(NUMBER, job_threads, "2", 1, 16, "jobs that run side by side")                           \
	X(NUMBER, read_queue, "384", 1, 10000, "reads that may wait")                              \
	X(NUMBER, write_queue, "512", 1, 10000, "writes that may wait")                            \
	X(NUMBER, read_target_ms, "50", 1, 10000, "a read should not wait longer under load")      \
	X(NUMBER, write_target_ms, "500", 1, 10000, "a write should not wait longer under load")   \
	X(NUMBER, drain_ms, "30000", 0, 300000, "longest wait for running calls at the end")

struct svc_config {
	SVC_SETTINGS(CFG_MEMBER)
};
