#pragma once

/*
 * The edge alone with a handler that says what it understood, in tests and as a
 * program beside other servers.
 *
 *   /x          takes bodies up to 64 KiB with a length, answers "POST /x 5 hello"
 *   /chunked    the same, chunked too
 *   /none       takes no body
 *   /big        answers 1 MiB of 'x'
 *   /hold       answers when release_held() is called
 */
#include "edge/edge.h"

#define EDGE_SERVER_BODY_MAX	   ((size_t)64 * 1024)
#define EDGE_SERVER_LARGE_BODY_MAX ((size_t)1 << 20) /* of /large */

struct edge_config edge_server_config(void);
/* Listens and serves; aborts when it cannot. */
struct edge *edge_server_start(const struct edge_config *config);
/* Exchanges of /hold that wait; all are answered by release_held(). */
unsigned edge_server_held(void);
void edge_server_release_held(void);
