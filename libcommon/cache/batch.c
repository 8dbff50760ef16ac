/*
 * Questions of one turn in as few scripts as their keys allow: one for each
 * tenant and one for all addresses.
 */
#include <stdlib.h>
#include <string.h>

#include "base/fnv1a.h"
#include "base/log.h"
#include "cache/question.h"

#define QUESTIONS_USUAL 8
/* So that no script keeps Redis from others for long. */
#define QUESTIONS_MAX 64

/* The batches of a turn, while they are being filled. */
struct filling {
	struct cache *cache;
	struct batch *open[OPEN_SLOTS]; /* by tenant */
	struct batch *addresses;
	struct batch *first;
	struct batch **last;
};

static struct batch *batch_new(struct filling *filling, bool addresses, struct uuid tenant)
{
	struct questions *questions = &filling->cache->questions;
	struct batch *batch = questions->spare_batches;

	if (batch)
		questions->spare_batches = batch->next;
	else
		batch = calloc(1, sizeof *batch);
	if (!batch)
		abort();
	*batch = (struct batch){
		.cache = filling->cache,
		.addresses = addresses,
		.tenant = tenant,
		.questions = batch->questions,
		.room = batch->room,
	};
	*filling->last = batch;
	filling->last = &batch->next;
	return batch;
}

static void batch_add(struct batch *batch, struct question *q)
{
	if (batch->n == batch->room) {
		batch->room = batch->room ? 2 * batch->room : QUESTIONS_USUAL;
		batch->questions = reallocarray(batch->questions, batch->room, sizeof(void *));
		if (!batch->questions)
			abort();
	}
	batch->questions[batch->n++] = q;
	q->pending++;
}

static struct batch *batch_of_tenant(struct filling *filling, struct uuid tenant)
{
	struct batch **slot =
		&filling->open[fnv1a_32(tenant.bytes, sizeof tenant.bytes) % OPEN_SLOTS];

	if (!*slot || (*slot)->n == QUESTIONS_MAX || !uuid_eq((*slot)->tenant, tenant))
		*slot = batch_new(filling, false, tenant);
	return *slot;
}

static struct batch *batch_of_addresses(struct filling *filling)
{
	if (!filling->addresses || filling->addresses->n == QUESTIONS_MAX)
		filling->addresses = batch_new(filling, true, (struct uuid){});
	return filling->addresses;
}

/* Every question is answered; what this batch was about, nobody knows. */
static void batch_lose(const struct batch *batch)
{
	for (uint32_t i = 0; i < batch->n; i++)
		batch->questions[i]->failed = true;
}

static void batch_finish(struct batch *batch)
{
	struct questions *questions = &batch->cache->questions;

	for (uint32_t i = 0; i < batch->n; i++)
		question_answered(batch->questions[i]);
	batch->next = questions->spare_batches;
	questions->spare_batches = batch;
}

static void on_batch(redisAsyncContext *ac, void *answer, void *arg);

static bool batch_write(struct batch *batch, const char *sha)
{
	struct script_call *call = &batch->cache->questions.call;
	size_t n_keys = !batch->addresses, n_numbers = 1;

	for (uint32_t i = 0; i < batch->n; i++) {
		n_keys += script_n_keys(&batch->questions[i]->check, batch->addresses);
		n_numbers += script_n_numbers(&batch->questions[i]->check, batch->addresses);
	}
	script_begin(call, sha, n_keys, n_numbers);
	if (!batch->addresses)
		script_put_standing_key(call, batch->tenant);
	for (uint32_t i = 0; i < batch->n; i++)
		script_put_keys(call, &batch->questions[i]->check, batch->addresses);
	script_put_standing_number(call, !batch->addresses);
	for (uint32_t i = 0; i < batch->n; i++)
		script_put_numbers(call, &batch->questions[i]->check, batch->addresses,
				   batch->questions[i]->n_askers);
	return redisAsyncFormattedCommand(batch->cache->ac, on_batch, batch, call->text,
					  call->len) == REDIS_OK;
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

/* The parts of one question; false when they are not what the script answers. */
static bool take_parts(struct question *q, bool address, size_t n, redisReply *const *parts)
{
	if (parts[0]->type != REDIS_REPLY_INTEGER || parts[1]->type != REDIS_REPLY_STRING)
		return false;
	if (address)
		return take_aheads(&q->address_ahead, n, parts + 2);
	q->session = (enum cache_session)parts[0]->integer;
	q->epoch = strtoull(parts[1]->str, NULL, 10);
	return take_aheads(q->ahead, n, parts + 2);
}

static bool take_answer(const struct batch *batch, const redisReply *reply)
{
	size_t at = 0;

	if (reply->type != REDIS_REPLY_ARRAY)
		return false;
	for (uint32_t i = 0; i < batch->n; i++) {
		struct question *q = batch->questions[i];
		size_t n = batch->addresses ? 1 : q->check.n_limits;

		if (reply->elements - at < 2 + n ||
		    !take_parts(q, batch->addresses, n, reply->element + at))
			return false;
		at += 2 + n;
	}
	return at == reply->elements;
}

static void on_batch(redisAsyncContext *ac, void *answer, void *arg)
{
	struct batch *batch = arg;
	const redisReply *reply = answer;

	(void)ac;
	if (!reply) {
		batch->cache->up = false;
		batch_lose(batch);
	} else if (reply->type == REDIS_REPLY_ERROR) {
		if (!batch->again && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
			batch->again = true;
			if (batch_write(batch, NULL))
				return;
		}
		batch_lose(batch);
		log_warn("redis refused the script", KV("error", reply->str));
	} else if (!take_answer(batch, reply)) {
		batch_lose(batch);
		log_warn("redis answers the script with something else");
	}
	batch_finish(batch);
}

static void fill(struct filling *filling, struct question *q)
{
	const struct cache_check *check = &q->check;

	if (cache_check_has_tenant(check))
		batch_add(batch_of_tenant(filling, check->tenant), q);
	if (check->with_address)
		batch_add(batch_of_addresses(filling), q);
	question_list_add(&filling->cache->questions.sent, q);
}

void batches_send(struct cache *cache, struct question *questions)
{
	struct filling filling = {.cache = cache, .last = &filling.first};
	struct batch *batch;

	while (questions) {
		struct question *next = questions->next;

		fill(&filling, questions);
		questions = next;
	}
	while ((batch = filling.first)) {
		filling.first = batch->next;
		/* What cannot be sent is answered like what was lost. */
		if (!cache->ac || !batch_write(batch, cache->sha)) {
			batch_lose(batch);
			batch_finish(batch);
		}
	}
}

void batches_fini(struct cache *cache)
{
	struct batch *batch;

	while ((batch = cache->questions.spare_batches)) {
		cache->questions.spare_batches = batch->next;
		free(batch->questions);
		free(batch);
	}
	free(cache->questions.call.text);
}
