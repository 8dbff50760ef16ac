#pragma once

/*
 * Private to the cache: a connection, and the questions it carries.  Calls that
 * ask the same in one turn of the loop are one question.
 */
#include <hiredis/async.h>

#include "cache/cache.h"
#include "cache/login.h"
#include "cache/script.h"
#include "cache/url.h"

#define CACHE_SHA_TEXT 41
#define OPEN_SLOTS     64

struct asker {
	cache_check_fn done;
	void *arg;
};

/* Asked of its tenant's keys, of its address, or of both; then a verdict for each asker. */
struct question {
	struct question *next;
	struct cache *cache;
	struct cache_check check;
	struct asker *askers; /* kept when the question is used again */
	uint32_t n_askers, room;
	instant asked_at;
	int pending; /* batches that have not been answered */
	bool failed;
	enum cache_session session;
	uint64_t epoch;
	instant ahead[CACHE_LIMITS_MAX]; /* of the limits, as Redis found them */
	instant address_ahead;
};

/* Keys of one script share a tag, so it takes the questions of one tenant, or all addresses. */
struct batch {
	struct batch *next;
	struct cache *cache;
	bool addresses;
	struct uuid tenant;
	struct question **questions; /* kept when the batch is used again */
	uint32_t n, room;
	bool again; /* NOSCRIPT was answered by EVAL once */
};

struct question_list {
	struct question *first;
	struct question **last;
};

struct questions {
	struct question *open[OPEN_SLOTS]; /* of this turn, by hash: others may join */
	struct question_list asked;	   /* of this turn, not sent yet */
	struct question_list sent;	   /* the oldest first */
	struct question *spare;
	struct batch *spare_batches;
	struct script_call call;
};

struct cache {
	struct cache_url url;
	struct cache_login login;
	instant timeout;
	struct cache_loop loop;
	redisAsyncContext *ac;
	bool up;
	bool want_write;
	bool watching_write;
	bool told_down;
	char sha[CACHE_SHA_TEXT];
	instant connect_started;
	instant retry_at;
	instant backoff;
	struct questions questions;
};

/* question.c */
void questions_init(struct questions *questions);
/* Hands what was asked in this turn to the connection; without one it is refused. */
void questions_send(struct cache *cache);
/* The connection is gone: refuses what was not sent yet, frees. */
void questions_fini(struct cache *cache);
void question_list_add(struct question_list *list, struct question *q);
/* One of its batches was answered; after the last everyone is told. */
void question_answered(struct question *q);

/* batch.c */
/* Sends the questions in scripts of one tag each. */
void batches_send(struct cache *cache, struct question *questions);
void batches_fini(struct cache *cache);
