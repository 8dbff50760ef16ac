#pragma once

/*
 * The edge alone with a handler that says what it understood, and a raw client
 * to send it exact bytes.
 *
 *   /x          takes bodies up to 64 KiB with a length, answers "POST /x 5 hello"
 *   /chunked    the same, chunked too
 *   /none       takes no body
 *   /big        answers 1 MiB of 'x'
 *   /hold       answers when release_held() is called
 */
#include "edge.h"

#define EDGE_SERVER_BODY_MAX (64 * 1024)

struct edge_config edge_server_config(void);
struct edge *edge_server_start(const struct edge_config *config);
/* Exchanges of /hold that wait; all are answered by release_held(). */
unsigned edge_server_held(void);
void edge_server_release_held(void);

struct raw_answer {
	int status; /* 0: closed or silent before an answer */
	char *head;
	char *body; /* NUL-terminated */
	size_t body_len;
	bool closed_after; /* the server closed after this answer */
};

int raw_connect(uint16_t port);
void raw_send(int fd, const char *bytes, size_t len);
/* Reads one answer; keeps what follows in the socket.  HEAD: no body is read. */
struct raw_answer raw_read(int fd, bool head_only);
void raw_answer_free(struct raw_answer *answer);
/* Value of an answer's header in a static buffer, or NULL. */
const char *raw_header(const struct raw_answer *answer, const char *name);
/* True when the server closes within the time without another byte. */
bool raw_is_closed(int fd, int within_ms);
