#include "auth/admission.h"

#include <criterion/criterion.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>

#define PLACES	6
#define WAITING 4

static struct admission *door;
static atomic_int n_in, n_away;
static atomic_int order[16];

static void open_door(void)
{
	door = admission_new(PLACES, WAITING);
}

static void close_door(void)
{
	admission_free(&door);
}

TestSuite(admission, .init = open_door, .fini = close_door, .timeout = 20);

static struct admission_claim from(const char *network, bool is_known)
{
	return (struct admission_claim){network, is_known};
}

static bool enters(const struct admission_claim *claim)
{
	return admission_enter(door, claim, instant_now());
}

struct guest {
	pthread_t thread;
	struct admission_claim claim;
	int mark;
	atomic_bool is_done, is_in;
};

static void *wait_inside(void *arg)
{
	struct guest *guest = arg;
	bool is_in = admission_enter(door, &guest->claim, instant_now() + SECONDS(15));

	if (is_in)
		atomic_store(&order[atomic_fetch_add(&n_in, 1)], guest->mark);
	else
		atomic_fetch_add(&n_away, 1);
	atomic_store(&guest->is_in, is_in);
	atomic_store(&guest->is_done, true);
	if (is_in)
		admission_leave(door, &guest->claim);
	return NULL;
}

static void expect_waiting(unsigned n)
{
	instant end = instant_monotonic() + SECONDS(10);

	while (admission_waiting(door) != n) {
		cr_assert(instant_monotonic() < end, "%u wait, not %u", admission_waiting(door), n);
		sched_yield();
	}
}

static void queue(struct guest *guest, const char *network, bool is_known, int mark)
{
	*guest = (struct guest){.claim = from(network, is_known), .mark = mark};
	cr_assert(pthread_create(&guest->thread, NULL, wait_inside, guest) == 0);
}

/* Every place that strangers may have, by networks of their own. */
static void fill(struct admission_claim held[PLACES], unsigned n, bool is_known)
{
	static char names[PLACES][32];

	for (unsigned i = 0; i < n; i++) {
		snprintf(names[i], sizeof names[i], "10.0.%u.0/24", i);
		held[i] = from(names[i], is_known);
		cr_assert(enters(&held[i]));
	}
}

static void empty(const struct admission_claim *held, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		admission_leave(door, &held[i]);
}

Test(admission, a_network_holds_half_of_the_places_and_gets_them_back)
{
	struct admission_claim one = from("192.0.2.0/24", true),
			       other = from("198.51.100.0/24", true);

	for (int i = 0; i < PLACES / 2; i++)
		cr_assert(enters(&one));
	cr_assert_not(enters(&one));
	for (int i = 0; i < PLACES / 2; i++)
		cr_assert(enters(&other));
	admission_leave(door, &one);
	cr_assert(enters(&one));
	cr_assert_eq(admission_waiting(door), 0);
}

Test(admission, strangers_never_hold_the_reserve_of_the_known)
{
	struct admission_claim held[PLACES], stranger = from("192.0.2.0/24", false);
	struct admission_claim known = from("192.0.2.0/24", true);

	fill(held, PLACES - ADMISSION_RESERVE, false);
	cr_assert_not(enters(&stranger));
	cr_assert(enters(&known));
	cr_assert(enters(&known));
	cr_assert_not(enters(&known));
}

Test(admission, who_waits_is_admitted_when_a_place_comes_free_and_queues_take_turns)
{
	struct guest greedy[3], modest;
	struct admission_claim held[PLACES];
	int at = -1;

	fill(held, PLACES, true);
	for (int i = 0; i < 3; i++) {
		queue(&greedy[i], "192.0.2.0/24", true, 1);
		expect_waiting((unsigned)i + 1);
	}
	queue(&modest, "198.51.100.0/24", true, 9);
	expect_waiting(4);
	/* One place only: each is admitted after the one before has left. */
	admission_leave(door, &held[0]);
	for (int i = 0; i < 3; i++)
		pthread_join(greedy[i].thread, NULL);
	pthread_join(modest.thread, NULL);
	for (int i = 0; i < 4; i++)
		if (order[i] == 9)
			at = i;
	cr_assert(at == 0 || at == 1, "admitted as number %d", at + 1);
	cr_assert_eq(n_away, 0);
}

Test(admission, when_the_queues_are_full_the_last_of_the_longest_is_turned_away)
{
	struct guest greedy[3], lone, newcomer;
	struct admission_claim held[PLACES];

	fill(held, PLACES - ADMISSION_RESERVE, false);
	for (int i = 0; i < 3; i++) {
		queue(&greedy[i], "192.0.2.0/24", false, 1);
		expect_waiting((unsigned)i + 1);
	}
	queue(&lone, "198.51.100.0/24", false, 2);
	expect_waiting(4);
	queue(&newcomer, "203.0.113.0/24", false, 3);
	pthread_join(greedy[2].thread, NULL);
	cr_assert_not(greedy[2].is_in);
	expect_waiting(4);
	/* Now nobody has more than the newcomer would: a further one is turned away itself. */
	cr_assert_not(enters(&greedy[0].claim));
	expect_waiting(4);
	empty(held, PLACES - ADMISSION_RESERVE);
	for (int i = 0; i < 2; i++)
		pthread_join(greedy[i].thread, NULL);
	pthread_join(lone.thread, NULL);
	pthread_join(newcomer.thread, NULL);
	cr_assert_eq(n_in, 4);
}

Test(admission, a_known_network_is_not_turned_away_while_a_stranger_waits)
{
	struct guest strangers[WAITING], known;
	struct admission_claim held[PLACES], late = from("203.0.113.0/24", false);
	char names[WAITING][32];
	int away = 0;

	fill(held, PLACES, true);
	for (int i = 0; i < WAITING; i++) {
		snprintf(names[i], sizeof names[i], "172.16.%d.0/24", i);
		queue(&strangers[i], names[i], false, 1);
		expect_waiting((unsigned)i + 1);
	}
	queue(&known, "192.0.2.0/24", true, 2);
	while (atomic_load(&n_away) < 1)
		sched_yield();
	expect_waiting(WAITING);
	cr_assert_not(enters(&late), "a botnet's next one finds no room");
	cr_assert_not(known.is_done);
	empty(held, PLACES);
	for (int i = 0; i < WAITING; i++) {
		pthread_join(strangers[i].thread, NULL);
		away += !strangers[i].is_in;
	}
	pthread_join(known.thread, NULL);
	cr_assert(known.is_in);
	cr_assert_eq(away, 1);
}

Test(admission, waiting_ends_with_the_deadline)
{
	struct admission_claim held[PLACES], claim = from("192.0.2.0/24", true);
	instant began = instant_monotonic();

	fill(held, PLACES, true);
	cr_assert_not(admission_enter(door, &claim, instant_now() + MILLIS(200)));
	cr_assert_geq(instant_monotonic() - began, MILLIS(150));
	cr_assert_eq(admission_waiting(door), 0);
	empty(held, PLACES);
	cr_assert(enters(&claim));
}
