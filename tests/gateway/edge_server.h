#pragma once

/* A raw client that sends the edge exact bytes. */
#include "gateway/edge_echo.h"

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
