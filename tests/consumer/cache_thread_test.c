/*
 * Many threads, more screeners than the cache keeps: everybody gets the screener they asked
 * for, and nothing is freed while it is used.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "consumer/screener_cache.h"

#define THREADS	  8
#define SCREENERS 6
#define KEPT	  3
#define ROUNDS	  400

static struct screener_cache *cache;
static _Atomic unsigned failures;

static void must(bool condition)
{
	if (!condition)
		atomic_fetch_add(&failures, 1);
}

static struct screener_entry *get(int i)
{
	char hash[CONTENT_HASH_TEXT], document[512];
	struct screener_entry *entry;
	int n;

	snprintf(hash, sizeof hash, "hash-%d", i);
	entry = screener_cache_find(cache, hash);
	if (entry)
		return entry;
	n = snprintf(document, sizeof document,
		     "{\"format\":\"screener/1\",\"slug\":\"s-%d\",\"locales\":[\"en\"],"
		     "\"items\":[{\"id\":\"a\",\"type\":\"boolean\"}],"
		     "\"outcomes\":[{\"id\":\"no\",\"severity\":1}],\"hit_policy\":\"first\","
		     "\"rules\":[{\"id\":\"R\",\"else\":true,\"then\":\"no\"}],"
		     "\"on_unknown\":\"no\"}",
		     i);
	must(is_ok(screener_cache_add(cache, hash, (struct str){document, (size_t)n}, NULL, 0,
				      &entry)));
	return entry;
}

static void *use(void *arg)
{
	unsigned seed = (unsigned)(size_t)arg;

	for (int round = 0; round < ROUNDS; round++) {
		int i = rand_r(&seed) % SCREENERS;
		struct screener_entry *entry = get(i);
		char slug[16];

		snprintf(slug, sizeof slug, "s-%d", i);
		must(entry && strcmp(screener_slug(entry->program), slug) == 0);
		must(entry && json_object_get(entry->items, "a"));
		screener_release(&entry);
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[THREADS];
	struct screener_entry *entry = NULL;

	cache = screener_cache_new(KEPT);
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, use, (void *)(i + 1)) != 0)
			abort();
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	must(is_failed(screener_cache_add(cache, "bad", STR("{}"), NULL, 0, &entry)) && !entry);
	screener_cache_free(&cache);
	if (failures)
		fprintf(stderr, "%u checks failed\n", failures);
	return failures ? 1 : 0;
}
