#pragma once

/* One edge that answers by itself (edge_echo.h), for the tests of connections. */
#include "gateway/edge_server.h"

#define GET_X "GET /x HTTP/1.1\r\nHost: a\r\n\r\n"

extern struct edge *edge;

void edge_up(struct edge_config config);
void edge_down(void);

void send_text(int fd, const char *text);
/* Sends the bytes of a request; the status of its answer. */
int get(int fd, const char *bytes);
/* Until that many requests are held by the handler. */
void wait_until_held(unsigned n);
