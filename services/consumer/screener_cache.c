#include "consumer/screener_cache.h"

#include <pthread.h>
#include <stdlib.h>

/* What compiling the largest document may take besides the program. */
#define COMPILE_ARENA ((size_t)64 * 1024 * 1024)

struct screener_cache {
	pthread_mutex_t lock;
	unsigned long clock;
	size_t n;
	size_t capacity;
	struct screener_entry *entries[SCREENER_CACHE_MAX];
};

struct screener_cache *screener_cache_new(size_t capacity)
{
	struct screener_cache *cache = calloc(1, sizeof *cache);

	if (!cache || capacity > SCREENER_CACHE_MAX)
		abort();
	cache->capacity = capacity;
	pthread_mutex_init(&cache->lock, NULL);
	return cache;
}

void screener_release(struct screener_entry **entry)
{
	struct screener_entry *e = *entry;

	*entry = NULL;
	if (!e || atomic_fetch_sub(&e->refs, 1) != 1)
		return;
	screener_free(&e->program);
	json_decref(e->items);
	json_decref(e->document);
	free(e);
}

void screener_cache_free(struct screener_cache **cache)
{
	for (size_t i = 0; i < (*cache)->n; i++)
		screener_release(&(*cache)->entries[i]);
	pthread_mutex_destroy(&(*cache)->lock);
	free(*cache);
	*cache = NULL;
}

static struct screener_entry *find_locked(struct screener_cache *cache, const char *hash)
{
	for (size_t i = 0; i < cache->n; i++) {
		struct screener_entry *entry = cache->entries[i];

		if (strcmp(entry->hash, hash) != 0)
			continue;
		entry->used = ++cache->clock;
		atomic_fetch_add(&entry->refs, 1);
		return entry;
	}
	return NULL;
}

struct screener_entry *screener_cache_find(struct screener_cache *cache, const char *hash)
{
	struct screener_entry *entry;

	pthread_mutex_lock(&cache->lock);
	entry = find_locked(cache, hash);
	pthread_mutex_unlock(&cache->lock);
	return entry;
}

static void index_items(json_t *index, json_t *items)
{
	json_t *item;
	size_t i;

	json_array_foreach (items, i, item) {
		const char *id = json_string_value(json_object_get(item, "id"));

		if (id)
			json_object_set(index, id, item);
		index_items(index, json_object_get(item, "items"));
	}
}

static struct status compile(struct screener_entry *entry, struct str document,
			     const struct str *tables, size_t n_tables)
{
	struct arena *arena = arena_new(COMPILE_ARENA);
	struct screener_findings findings = {};
	struct status st =
		screener_compile(arena, document, tables, n_tables, &entry->program, &findings);

	arena_free(&arena);
	entry->document = json_loadb(document.ptr, document.len, 0, NULL);
	entry->items = json_object();
	if (is_failed(st) || !entry->document)
		return FAIL(SCREENER_CORRUPT);
	index_items(entry->items, json_object_get(entry->document, "items"));
	return OK;
}

/* Takes entry over; the place of the one used longest ago when it is full. */
static void put_locked(struct screener_cache *cache, struct screener_entry *entry)
{
	size_t oldest = 0;

	entry->used = ++cache->clock;
	if (cache->n < cache->capacity) {
		cache->entries[cache->n++] = entry;
		return;
	}
	for (size_t i = 1; i < cache->n; i++)
		if (cache->entries[i]->used < cache->entries[oldest]->used)
			oldest = i;
	screener_release(&cache->entries[oldest]);
	cache->entries[oldest] = entry;
}

struct status screener_cache_add(struct screener_cache *cache, const char *hash,
				 struct str document, const struct str *tables, size_t n_tables,
				 struct screener_entry **out)
{
	struct screener_entry *entry = calloc(1, sizeof *entry), *theirs;
	struct status st;

	if (!entry)
		abort();
	atomic_init(&entry->refs, 1);
	memcpy(entry->hash, hash, strnlen(hash, sizeof entry->hash - 1));
	st = compile(entry, document, tables, n_tables);
	if (is_failed(st)) {
		screener_release(&entry);
		return st;
	}
	pthread_mutex_lock(&cache->lock);
	theirs = find_locked(cache, hash);
	if (!theirs) {
		atomic_fetch_add(&entry->refs, 1);
		put_locked(cache, entry);
	}
	pthread_mutex_unlock(&cache->lock);
	if (theirs)
		screener_release(&entry);
	*out = theirs ? theirs : entry;
	return OK;
}
