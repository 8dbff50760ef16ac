#pragma once

/* Servers and clients for the tests of the transport, with short names for calls. */
#include <sys/types.h>

#include "echo_server.h"
#include "rpc/client.h"

extern const struct rpc_method echo, hang, who, later, large, header_back, failing, first_hangs;
/* hang, but repeating it does no harm. */
extern const struct rpc_method hang_retryable;

/* A fresh folder for sockets and files, and its removal. */
void fixture_up(void);
void fixture_down(void);
const char *fixture_dir(void);
/* "ipc://<dir>/<n>.sock"; static storage of four. */
const char *socket_url(int n);

/* In a process of its own, killed by fixture_down() at the latest. */
pid_t spawn_server(const char *url);
void kill_server(pid_t pid);

struct rpc_server *start_server(const char *url);
struct rpc_client *start_client(const char *const *urls, size_t n);

/* A blocking call with a deadline from now; 0: the method's. */
struct rpc_result *call(struct rpc_client *client, const struct rpc_method *method,
			struct str payload, unsigned ms);
/* The status alone. */
struct status call_status(struct rpc_client *client, const struct rpc_method *method, unsigned ms);

/* Polls until the condition holds, at most ms. */
#define WAIT_UNTIL(condition, ms)                                                                  \
	do {                                                                                       \
		instant wait_end_ = instant_monotonic() + MILLIS(ms);                              \
		bool wait_ok_;                                                                     \
		while (!(wait_ok_ = (condition)) && instant_monotonic() < wait_end_)               \
			poll(NULL, 0, 2);                                                          \
		cr_assert(wait_ok_, "not within " #ms " ms");                                      \
	} while (0)
