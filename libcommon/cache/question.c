/*
 * Questions: asked, joined by others of the same turn, sent, answered.  Why one
 * question may stand for several calls: adr-0001-joined-questions.md.
 */
#include "cache/question.h"

#include <stdlib.h>
#include <string.h>

#include "cache/gcra.h"

#define ASKERS_USUAL 8

static const struct cache_verdict unknown = {
	.status = FAIL_AS(REASON_CACHE_DOWN),
};

void question_list_add(struct question_list *list, struct question *q)
{
	q->next = NULL;
	*list->last = q;
	list->last = &q->next;
}

/* Answers are in order, so the finished question is nearly always the first. */
static void list_remove(struct question_list *list, struct question *q)
{
	struct question **at = &list->first;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	if (list->last == &q->next)
		list->last = at;
}

void questions_init(struct questions *questions)
{
	questions->asked.last = &questions->asked.first;
	questions->sent.last = &questions->sent.first;
}

static struct question *question_new(struct cache *cache, const struct cache_check *check)
{
	struct question *q = cache->questions.spare;

	if (q)
		cache->questions.spare = q->next;
	else
		q = calloc(1, sizeof *q);
	if (!q)
		abort();
	*q = (struct question){
		.cache = cache,
		.check = *check,
		.askers = q->askers,
		.room = q->room,
		.asked_at = instant_monotonic(),
	};
	return q;
}

static void add_asker(struct question *q, cache_check_fn done, void *arg)
{
	if (q->n_askers == q->room) {
		q->room = q->room ? 2 * q->room : ASKERS_USUAL;
		q->askers = reallocarray(q->askers, q->room, sizeof *q->askers);
		if (!q->askers)
			abort();
	}
	q->askers[q->n_askers++] = (struct asker){done, arg};
}

/* Those of one script, as it found them. */
static struct gcra_buckets buckets_of(const struct question *q, bool address)
{
	struct gcra_buckets buckets = {.n = address ? q->check.with_address : q->check.n_limits};

	for (size_t i = 0; i < buckets.n; i++) {
		buckets.rates[i] = address ? &q->check.address.rate : &q->check.limits[i].rate;
		buckets.tats[i] = address ? q->address_ahead : q->ahead[i];
	}
	return buckets;
}

/* Each asker in turn takes the step that the script took for it; now is 0 as tats lie ahead. */
static void tell(const struct question *q)
{
	struct gcra_buckets tenant = buckets_of(q, false), address = buckets_of(q, true);

	for (uint32_t i = 0; i < q->n_askers; i++) {
		struct cache_verdict verdict = {.session = q->session, .epoch = q->epoch};

		verdict.allowed =
			q->session != CACHE_SESSION_ENDED && q->session != CACHE_SESSION_SUSPENDED;
		if (verdict.allowed)
			gcra_take(&tenant, 0, &verdict);
		gcra_take(&address, 0, &verdict);
		q->askers[i].done(q->askers[i].arg, &verdict);
	}
}

static void refuse(const struct question *q)
{
	for (uint32_t i = 0; i < q->n_askers; i++)
		q->askers[i].done(q->askers[i].arg, &unknown);
}

/* It is on no list any more. */
static void question_finish(struct question *q)
{
	struct questions *questions = &q->cache->questions;

	if (q->failed)
		refuse(q);
	else
		tell(q);
	q->next = questions->spare;
	questions->spare = q;
}

void question_answered(struct question *q)
{
	if (--q->pending > 0)
		return;
	list_remove(&q->cache->questions.sent, q);
	question_finish(q);
}

struct status cache_check(struct cache *cache, const struct cache_check *check, cache_check_fn done,
			  void *arg)
{
	struct questions *questions = &cache->questions;
	struct question **slot;

	if (!cache->up || !cache->ac || !(cache_check_has_tenant(check) || check->with_address))
		return unknown.status;
	slot = &questions->open[cache_check_hash(check) % OPEN_SLOTS];
	if (!*slot || !cache_check_is_same(&(*slot)->check, check)) {
		*slot = question_new(cache, check);
		question_list_add(&questions->asked, *slot);
	}
	add_asker(*slot, done, arg);
	return OK;
}

void questions_send(struct cache *cache)
{
	struct questions *questions = &cache->questions;
	struct question *asked = questions->asked.first;

	if (!asked)
		return;
	/* Nobody joins a question that is on its way: how many ask is already written. */
	memset(questions->open, 0, sizeof questions->open);
	questions->asked.first = NULL;
	questions->asked.last = &questions->asked.first;
	if (cache->up && cache->ac) {
		batches_send(cache, asked);
		return;
	}
	while (asked) {
		struct question *next = asked->next;

		asked->failed = true;
		question_finish(asked);
		asked = next;
	}
}

void questions_fini(struct cache *cache)
{
	struct question *q;

	questions_send(cache);
	batches_fini(cache);
	while ((q = cache->questions.spare)) {
		cache->questions.spare = q->next;
		free(q->askers);
		free(q);
	}
}
