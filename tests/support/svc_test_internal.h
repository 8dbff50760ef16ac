#pragma once

/* Shared by the files of the harness. */
#include <stdatomic.h>

#include "support/svc_test.h"
#include "svc/config.h"
#include "svc/internal.h"

#define TEST_DAEMONS_MAX 8

struct test_daemon {
	struct svc svc;
	struct svc_config config;
	struct svc_worker *worker;
	bool serves;
};

struct test_world {
	struct arena *arena; /* everything handed out */
	char dir[64];	     /* secrets, sockets */
	const char *secrets;
	struct keyring *gateway; /* whose signature makes a principal believed */
	const char *conninfo;
	struct test_daemon *daemons[TEST_DAEMONS_MAX];
	struct svc_worker *abandoned[TEST_DAEMONS_MAX]; /* daemons_after_fork() */
	size_t n;
	instant now;
	struct uuid nonce; /* makes names of this test different from those of others */
	int log_fd;
};

extern struct test_world test_world;

/* svc_test.c: what the first daemon_start() makes; earlier for those that fork before it. */
void test_world_begin(const char *first);

/* svc_test_call.c: arenas that answers live in; any thread. */
void test_keep_arena(struct arena *arena);
void test_free_arenas(void);

/* svc_test_call.c: what the dispatcher is told of a caller. */
struct svc_route *test_route(struct svc *svc, const char *method);
struct principal test_principal(const struct caller *who, const struct rpc_policy *policy,
				const char **permission);

/* The principal as the gateway signs it for the daemon that is asked, good for a minute from now.
 */
struct str test_sign(struct arena *arena, const struct principal *p, const char *audience,
		     instant now);
struct str test_sign_by(struct arena *arena, const struct keyring *signer,
			const struct principal *p, const char *audience, instant now);

const char *test_audience(const struct caller *who, const char *target);

/* svc_test_more.c: a lane whose steps a test takes one by one. */
struct relay_lane;
struct relay_lane lane_new(struct test_daemon *from, const char *subscriber);
void lane_free(struct relay_lane *lane);

/* svc_test_wire.c */
void wires_close(void);
