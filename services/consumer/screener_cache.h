#pragma once

/*
 * Compiled screeners of the process by the hash of their document, the ones used
 * last.  An entry is immutable and counted: whoever got one releases it, also
 * after it was pushed out.  Thread-safe.  The hash says what the bytes are, so
 * tenants may share an entry; who may use it is decided before it is asked for.
 */
#include <jansson.h>
#include <stdatomic.h>
#include <stddef.h>

#include "base/str.h"
#include "screener/screener.h"

#define CONTENT_HASH_TEXT 65

struct screener_entry {
	atomic_uint refs;
	unsigned long used;
	char hash[CONTENT_HASH_TEXT];
	struct screener *program;
	json_t *document;
	json_t *items; /* id → the item in the document, children of groups too */
};

struct screener_cache;

/* capacity is at most SCREENER_CACHE_MAX (aborts). */
#define SCREENER_CACHE_MAX 64
struct screener_cache *screener_cache_new(size_t capacity);
/* No entry may be in use any more. */
void screener_cache_free(struct screener_cache **cache);

/* The entry, to be released, or NULL. */
struct screener_entry *screener_cache_find(struct screener_cache *cache, const char *hash);

/*
 * Compiles and keeps; the hash must be that of the document.  When another thread was faster,
 * theirs is returned.  DATA_LOSS/SCREENER_CORRUPT when it does not compile.
 */
struct status screener_cache_add(struct screener_cache *cache, const char *hash,
				 struct str document, const struct str *tables, size_t n_tables,
				 struct screener_entry **out);

/* NULL is fine; *entry becomes NULL. */
void screener_release(struct screener_entry **entry);
#define SCREENER_HELD __attribute__((cleanup(screener_release)))
