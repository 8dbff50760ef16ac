#pragma once

/*
 * A Redis of the test's own on a socket in a fresh directory, so that a test may
 * kill it.  Nothing is persisted.
 */
#include <sys/types.h>

struct redis_server {
	pid_t pid;
	char dir[64];
	char url[128]; /* unix:/… */
};

/* Starts it and waits until it answers; fails the test otherwise. */
void redis_server_start(struct redis_server *server);
/* kill -9 and wait; start again with redis_server_restart. */
void redis_server_kill(struct redis_server *server);
void redis_server_restart(struct redis_server *server);
/* Stops it and removes its directory. */
void redis_server_stop(struct redis_server *server);
