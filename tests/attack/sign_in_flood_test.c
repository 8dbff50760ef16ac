/*
 * Promise: whoever floods the door from one network delays only that network.  The flood
 * is the worst kind: right passwords of an account of the attacker's own, without a pause, as many
 * at once as fill every place that a network may hold and every queue.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "auth/lane.h"
#include "auth/world.h"
#include "support/svc_test_internal.h"

TEST_DATABASE

#define WRONG	   "wrong-harbour-17-lantern"
#define FLOODERS   (AUTH_HASH_PLACES / 2 + AUTH_HASH_WAITING)
#define SIGN_INS   12
#define PERCENT_OK 90

TestSuite(sign_in_flood, .init = world_start, .fini = daemons_stop, .timeout = 120);

struct flood {
	pthread_t threads[FLOODERS];
	struct svc_worker *workers[FLOODERS];
	const char *email;
	const struct caller *who;
	atomic_bool ends;
	atomic_int in, busy, other;
};

struct flooder {
	struct flood *flood;
	int i;
};

static const struct caller *nobody_from(const char *address)
{
	struct caller *caller = arena_memdup(test_world.arena, as_nobody(), sizeof *caller);

	caller->client_addr = address;
	return caller;
}

static void *flood_door(void *arg)
{
	Auth__LoginUserRequest request = AUTH__LOGIN_USER_REQUEST__INIT;
	const struct flooder *flooder = arg;
	struct flood *flood = flooder->flood;

	request.email = flood->email;
	request.password = GOOD_PASSWORD;
	while (!atomic_load(&flood->ends)) {
		struct status st =
			call_on(flood->workers[flooder->i], flood->who, "LoginUser", &request)
				.status;

		if (is_ok(st))
			atomic_fetch_add(&flood->in, 1);
		else if (st.reason == REASON_BUSY)
			atomic_fetch_add(&flood->busy, 1);
		else
			atomic_fetch_add(&flood->other, 1);
	}
	return NULL;
}

static bool flood_is_on(void *arg)
{
	const struct flood *flood = arg;

	return atomic_load(&flood->in) > 0 && admission_waiting(auth_state()->admission) > 0;
}

/* How many of SIGN_INS succeed, each by a person of their own from the network given for it. */
static int sign_in_all(const char *phase, bool from_known_network)
{
	instant began = instant_monotonic(), worst = 0;
	int ok = 0;

	for (int i = 0; i < SIGN_INS; i++) {
		const char *address = arena_printf(test_world.arena, "198.51.%d.%d",
						   (int)(began / MILLIS(1) % 200) + i % 50, i + 1);
		instant at = instant_monotonic(), took;
		struct answer answer = login_from(from_known_network ? "192.0.2.7" : address,
						  address_of("ann"), GOOD_PASSWORD);

		took = instant_monotonic() - at;
		worst = took > worst ? took : worst;
		ok += is_ok(answer.status);
	}
	fprintf(stderr, "%s: %d of %d sign-ins, %lld ms each, %lld ms at worst\n", phase, ok,
		SIGN_INS, (long long)((instant_monotonic() - began) / SIGN_INS / MILLIS(1)),
		(long long)(worst / MILLIS(1)));
	return ok;
}

Test(sign_in_flood, a_flood_from_one_network_leaves_others_their_sign_ins)
{
	struct flood flood = {.email = address_of("mallory"), .who = nobody_from("203.0.113.66")};
	struct flooder flooders[FLOODERS];
	int known, strange;

	registered("ann");
	registered("mallory");
	expect_ok(login_from("203.0.113.66", address_of("mallory"), GOOD_PASSWORD));
	cr_assert_eq(sign_in_all("before the flood", true), SIGN_INS);
	for (int i = 0; i < FLOODERS; i++) {
		flooders[i] = (struct flooder){&flood, i};
		flood.workers[i] = worker_new(auth_d);
		cr_assert(pthread_create(&flood.threads[i], NULL, flood_door, &flooders[i]) == 0);
	}
	expect_soon(flood_is_on, &flood);
	known = sign_in_all("in the flood, from a known network", true);
	strange = sign_in_all("in the flood, from new networks", false);
	atomic_store(&flood.ends, true);
	for (int i = 0; i < FLOODERS; i++) {
		pthread_join(flood.threads[i], NULL);
		svc_worker_free(&flood.workers[i]);
	}
	fprintf(stderr, "the flood: %d in, %d busy, %d other\n", flood.in, flood.busy, flood.other);
	cr_assert_geq(known * 100, SIGN_INS * PERCENT_OK);
	cr_assert_geq(strange * 100, SIGN_INS * PERCENT_OK);
}

Test(sign_in_flood, one_password_against_many_accounts_ends_at_the_networks_limit)
{
	struct answer answer;
	uint64_t before;
	char name[32];

	registered("ann");
	registered("last");
	for (int i = 0; i < LANE_NETWORK_FAILURES_MAX; i++) {
		snprintf(name, sizeof name, "victim%d", i);
		answer =
			login_from(i % 2 ? "203.0.113.9" : "203.0.113.77", address_of(name), WRONG);
		expect_fail(answer, UNAUTHENTICATED, "BAD_CREDENTIALS");
	}
	before = hashes_done();
	answer = login_from("203.0.113.10", address_of("last"), WRONG);
	expect_fail(answer, RESOURCE_EXHAUSTED, "NETWORK_LOCKED");
	cr_assert_gt(answer.retry_after_ms, 0);
	cr_assert_eq(hashes_done(), before);
	for (int i = 0; i < LANE_FAILURES_MAX; i++)
		expect_fail(login_from("203.0.113.10", address_of("last"), WRONG),
			    RESOURCE_EXHAUSTED, "NETWORK_LOCKED");
	/* A locked network locks no account, and other networks and known ones go on. */
	expect_ok(login_from("198.51.100.1", address_of("last"), GOOD_PASSWORD));
	expect_ok(login(address_of("ann"), GOOD_PASSWORD));
}

Test(sign_in_flood, people_who_sign_in_rightly_never_lock_their_network)
{
	registered("ann");
	for (int i = 0; i < LANE_NETWORK_FAILURES_MAX + 5; i++) {
		test_sql("DELETE FROM auth.known_network WHERE network = '203.0.113.0/24'");
		expect_ok(login_from("203.0.113.5", address_of("ann"), GOOD_PASSWORD));
	}
}
