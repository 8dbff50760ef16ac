/*
 * Questions: asked, joined by others of the same turn, sent, answered.  Why one
 * question may stand for several calls: adr-0001-joined-questions.md.
 */
#include "cache/question.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "cache/gcra.h"
#include "cache/script.h"

#define ASKERS_USUAL 8

static const struct cache_verdict unknown = {
	.status = {STATUS_UNAVAILABLE, "CACHE_DOWN"},
};

static void list_add(struct question_list *list, struct question *q)
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

/* The limits of one script, as it found them. */
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

		verdict.allowed = q->session != CACHE_SESSION_ENDED;
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

static bool take_aheads(instant *out, size_t n, redisReply *const *parts)
{
	for (size_t i = 0; i < n; i++) {
		if (parts[i]->type != REDIS_REPLY_INTEGER)
			return false;
		out[i] = parts[i]->integer;
	}
	return true;
}

/* False when this is no answer of the script. */
static bool take_answer(struct question *q, const redisReply *reply, bool address)
{
	redisReply *const *parts = reply->element;
	size_t n = address ? 1 : q->check.n_limits;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements < 2 ||
	    parts[0]->type != REDIS_REPLY_INTEGER || parts[1]->type != REDIS_REPLY_STRING)
		return false;
	if (!address) {
		q->session = (enum cache_session)parts[0]->integer;
		q->epoch = strtoull(parts[1]->str, NULL, 10);
		if (q->session == CACHE_SESSION_ENDED)
			return true;
	}
	return reply->elements == 2 + n &&
	       take_aheads(address ? &q->address_ahead : q->ahead, n, parts + 2);
}

static void on_tenant(redisAsyncContext *ac, void *reply, void *arg);
static void on_address(redisAsyncContext *ac, void *reply, void *arg);

static bool send_script(struct question *q, bool address, const char *sha)
{
	struct script_call call;

	if (address)
		script_call_address(&call, &q->check, q->n_askers, sha);
	else
		script_call_tenant(&call, &q->check, q->n_askers, sha);
	return redisAsyncFormattedCommand(q->cache->ac, address ? on_address : on_tenant, q,
					  call.text, call.len) == REDIS_OK;
}

static void on_answer(struct question *q, redisReply *reply, bool address)
{
	bool *again = address ? &q->again_address : &q->again_tenant;

	if (!reply) {
		q->cache->up = false;
		q->failed = true;
	} else if (reply->type == REDIS_REPLY_ERROR) {
		if (!*again && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
			*again = true;
			if (send_script(q, address, NULL))
				return;
		}
		q->failed = true;
		log_warn("redis refused the script", KV("error", reply->str));
	} else if (!take_answer(q, reply, address)) {
		q->failed = true;
		log_warn("redis answers the script with something else");
	}
	if (--q->pending > 0)
		return;
	list_remove(&q->cache->questions.sent, q);
	question_finish(q);
}

static void on_tenant(redisAsyncContext *ac, void *reply, void *arg)
{
	(void)ac;
	on_answer(arg, reply, false);
}

static void on_address(redisAsyncContext *ac, void *reply, void *arg)
{
	(void)ac;
	on_answer(arg, reply, true);
}

struct status cache_check(struct cache *cache, const struct cache_check *check, cache_check_fn done,
			  void *arg)
{
	struct questions *questions = &cache->questions;
	struct question **slot;

	if (!cache->up || !cache->ac)
		return unknown.status;
	slot = &questions->open[cache_check_hash(check) % OPEN_SLOTS];
	if (!*slot || !cache_check_is_same(&(*slot)->check, check)) {
		*slot = question_new(cache, check);
		list_add(&questions->asked, *slot);
	}
	add_asker(*slot, done, arg);
	return OK;
}

static void question_send(struct question *q)
{
	struct cache *cache = q->cache;
	bool tenant = q->check.with_session || q->check.n_limits, address = q->check.with_address;

	if (!cache->up || !cache->ac || !(tenant || address)) {
		q->failed = true;
		question_finish(q);
		return;
	}
	list_add(&cache->questions.sent, q);
	q->pending = tenant + address;
	/* What cannot be sent is answered like what was lost; the last answer ends the question. */
	if (tenant && !send_script(q, false, cache->sha))
		on_answer(q, NULL, false);
	if (address && !send_script(q, true, cache->sha))
		on_answer(q, NULL, true);
}

void questions_send(struct cache *cache)
{
	struct questions *questions = &cache->questions;
	struct question *q;

	if (!questions->asked.first)
		return;
	/* Nobody joins a question that is on its way: how many ask is already written. */
	memset(questions->open, 0, sizeof questions->open);
	while ((q = questions->asked.first)) {
		list_remove(&questions->asked, q);
		question_send(q);
	}
}

void questions_fini(struct cache *cache)
{
	struct question *q;

	questions_send(cache);
	while ((q = cache->questions.spare)) {
		cache->questions.spare = q->next;
		free(q->askers);
		free(q);
	}
}
