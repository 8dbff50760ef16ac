#include "auth/admission.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum verdict { WAITING, ADMITTED, TURNED_AWAY };

/* On the stack of who waits. */
struct waiter {
	struct waiter *next; /* in order of arrival */
	const struct admission_claim *claim;
	uint64_t turn; /* the least is served first */
	enum verdict verdict;
	pthread_cond_t decided;
};

/* A copy: of two claims alike, either may leave first. */
struct place {
	char network[ADMISSION_NETWORK_TEXT];
	bool is_known;
};

struct admission {
	pthread_mutex_t lock;
	unsigned places, n_held, n_strangers; /* held by strangers */
	struct place held[ADMISSION_PLACES_MAX];
	unsigned waiting_max, n_waiting;
	struct waiter *first;
	uint64_t turn; /* of the claim admitted last */
};

static bool is_same(const struct admission_claim *a, const struct admission_claim *b)
{
	return a->is_known == b->is_known && strcmp(a->network, b->network) == 0;
}

struct admission *admission_new(unsigned places, unsigned waiting)
{
	struct admission *a = calloc(1, sizeof *a);

	if (!a || places <= ADMISSION_RESERVE || places > ADMISSION_PLACES_MAX)
		abort();
	pthread_mutex_init(&a->lock, NULL);
	a->places = places;
	a->waiting_max = waiting;
	return a;
}

void admission_free(struct admission **admission)
{
	if (!*admission)
		return;
	pthread_mutex_destroy(&(*admission)->lock);
	free(*admission);
	*admission = NULL;
}

static bool may_hold(const struct admission *a, const struct admission_claim *claim)
{
	unsigned own = 0;

	if (a->n_held == a->places ||
	    (!claim->is_known && a->n_strangers >= a->places - ADMISSION_RESERVE))
		return false;
	for (unsigned i = 0; i < a->n_held; i++)
		own += strcmp(a->held[i].network, claim->network) == 0;
	return own < a->places / 2;
}

static void hold(struct admission *a, const struct admission_claim *claim)
{
	struct place *place = &a->held[a->n_held++];

	place->is_known = claim->is_known;
	snprintf(place->network, sizeof place->network, "%s", claim->network);
	a->n_strangers += !claim->is_known;
}

static void give_back(struct admission *a, const struct admission_claim *claim)
{
	for (unsigned i = 0; i < a->n_held; i++) {
		if (a->held[i].is_known != claim->is_known ||
		    strcmp(a->held[i].network, claim->network) != 0)
			continue;
		a->held[i] = a->held[--a->n_held];
		a->n_strangers -= !claim->is_known;
		return;
	}
	abort();
}

static unsigned queue_length(const struct admission *a, const struct admission_claim *claim)
{
	unsigned n = 0;

	for (const struct waiter *w = a->first; w; w = w->next)
		n += is_same(w->claim, claim);
	return n;
}

static void remove_waiter(struct admission *a, const struct waiter *gone)
{
	struct waiter **at = &a->first;

	while (*at != gone)
		at = &(*at)->next;
	*at = gone->next;
	a->n_waiting--;
}

static void decide(struct admission *a, struct waiter *waiter, enum verdict verdict)
{
	remove_waiter(a, waiter);
	waiter->verdict = verdict;
	pthread_cond_signal(&waiter->decided);
}

/* Behind the queue's own, but beside everybody else's. */
static uint64_t turn_of(const struct admission *a, const struct admission_claim *claim)
{
	uint64_t turn = a->turn;

	for (const struct waiter *w = a->first; w; w = w->next)
		if (is_same(w->claim, claim) && w->turn > turn)
			turn = w->turn;
	return turn + 1;
}

static struct waiter *next_waiter(const struct admission *a)
{
	struct waiter *best = NULL;

	for (struct waiter *w = a->first; w; w = w->next)
		if (may_hold(a, w->claim) && (!best || w->turn < best->turn))
			best = w;
	return best;
}

static void admit_waiting(struct admission *a)
{
	struct waiter *waiter;

	while ((waiter = next_waiter(a))) {
		a->turn = waiter->turn;
		hold(a, waiter->claim);
		decide(a, waiter, ADMITTED);
	}
}

/* Strangers go before known ones, then the longest queue; own: what the newcomer would add. */
static unsigned weight_of(const struct admission *a, const struct admission_claim *claim,
			  unsigned own)
{
	return (claim->is_known ? 0 : a->waiting_max + 2) + queue_length(a, claim) + own;
}

/* Whose last one makes room for the newcomer; NULL: the newcomer itself is turned away. */
static struct waiter *victim_of(const struct admission *a, const struct admission_claim *newcomer)
{
	unsigned most = weight_of(a, newcomer, 1);
	struct waiter *victim = NULL;

	for (struct waiter *w = a->first; w; w = w->next) {
		unsigned weight = weight_of(a, w->claim, 0);

		if (is_same(w->claim, newcomer))
			continue;
		/* Of the queue that was found, the last to come. */
		if (weight > most || (victim && is_same(w->claim, victim->claim))) {
			victim = w;
			most = weight;
		}
	}
	return victim;
}

static bool make_room(struct admission *a, const struct admission_claim *newcomer)
{
	struct waiter *victim;

	if (a->n_waiting < a->waiting_max)
		return true;
	victim = victim_of(a, newcomer);
	if (victim)
		decide(a, victim, TURNED_AWAY);
	return victim;
}

static bool wait_for_turn(struct admission *a, const struct admission_claim *claim,
			  instant deadline)
{
	struct waiter self = {.claim = claim, .turn = turn_of(a, claim)}, **last = &a->first;
	struct timespec until = {.tv_sec = deadline / SECONDS(1),
				 .tv_nsec = deadline % SECONDS(1) * 1000};

	while (*last)
		last = &(*last)->next;
	*last = &self;
	a->n_waiting++;
	pthread_cond_init(&self.decided, NULL);
	while (self.verdict == WAITING)
		if (pthread_cond_timedwait(&self.decided, &a->lock, &until) != 0)
			break;
	if (self.verdict == WAITING)
		remove_waiter(a, &self);
	pthread_cond_destroy(&self.decided);
	return self.verdict == ADMITTED;
}

bool admission_enter(struct admission *admission, const struct admission_claim *claim,
		     instant deadline)
{
	bool is_admitted = false;

	pthread_mutex_lock(&admission->lock);
	/* Whoever waits could not take a place either, or would have been admitted. */
	if (may_hold(admission, claim)) {
		hold(admission, claim);
		is_admitted = true;
	} else if (make_room(admission, claim)) {
		is_admitted = wait_for_turn(admission, claim, deadline);
	}
	pthread_mutex_unlock(&admission->lock);
	return is_admitted;
}

void admission_leave(struct admission *admission, const struct admission_claim *claim)
{
	pthread_mutex_lock(&admission->lock);
	give_back(admission, claim);
	admit_waiting(admission);
	pthread_mutex_unlock(&admission->lock);
}

unsigned admission_waiting(struct admission *admission)
{
	unsigned n;

	pthread_mutex_lock(&admission->lock);
	n = admission->n_waiting;
	pthread_mutex_unlock(&admission->lock);
	return n;
}
