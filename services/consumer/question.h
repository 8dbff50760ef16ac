#pragma once

/* Items and texts of a screener as a consumer sees them: no rules, one language. */
#include "base/arena.h"
#include "consumer/screener_cache.h"

/* The locale of the screener that comes nearest to the one asked for; its first otherwise. */
const char *locale_choose(const struct screener_entry *entry, const char *asked);

/*
 * A text of the document ("outcome.ok.title"; the key is up to three parts, NULL for none) in the
 * locale, else in the first one, else "".  Lives as long as the entry.
 */
const char *consumer_text(const struct screener_entry *entry, const char *locale, const char *a,
			  const char *b, const char *c);

/* A JSON array of the questions with these ids, in the arena; cut off at QUESTIONS_MAX bytes. */
#define QUESTIONS_MAX ((size_t)240 * 1024)
struct str questions_json(struct arena *arena, const struct screener_entry *entry,
			  const char *locale, const char *const *ids, size_t n);
