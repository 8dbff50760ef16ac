#pragma once

/* Items and texts of a screener as a consumer sees them: no rules, one language. */
#include "base/arena.h"
#include "consumer/screener_cache.h"

/*
 * The locale of the screener that is nearest to the one that was asked for.  When none was asked
 * for ("") it is the one that the client prefers by its Accept-Language (RFC 9110, 12.5.4).  The
 * first locale of the screener when neither names one that it has.
 */
const char *locale_choose(const struct screener_entry *entry, const char *asked,
			  const char *accept_language);

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
