#pragma once

/*
 * The server the tests of the transport talk to, in their own process or, to be
 * killed or stopped, in one of its own (echo_main.c).  Criterion itself uses
 * nng, so such a process must be a fresh program: nng refuses to run after fork.
 */
#include <stdatomic.h>

#include "rpc/server.h"

/* What it does with a request, by method id. */
#define ECHO_ID	  11u /* answers with the payload */
#define HANG_ID	  12u /* never answers: for servers in a process of their own */
#define WHO_ID	  13u /* answers with the process id */
#define LATER_ID  14u /* answers with the payload from another thread */
#define LARGE_ID  15u /* answers with more than a frame takes */
#define HEADER_ID 16u /* answers with the header's text, joined by '|' */
#define FAIL_ID	  17u /* answers ALREADY_EXISTS with a field and a retry-after */
/* Hangs in the first process that runs it, answers in every other. */
#define FIRST_HANGS_ID 18u

/* Counters in a file that all processes of a test map. */
extern atomic_int *executed; /* requests that reached a handler */
extern atomic_int *first_pid;
bool map_counters(const char *path);

struct status echo_server_new(const char *url, struct rpc_server **out);
