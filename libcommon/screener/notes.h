#pragma once

/* Findings of the importers, in the shape the compiler reports its own. */
#include "screener/screener.h"

#define NOTES_MAX 1000 /* of further ones errors take the place of warnings; others are dropped */

struct notes {
	struct arena *arena;
	struct screener_findings findings;
	size_t capacity;
};

/* pointer is copied; code is a literal; the message is a plain sentence. */
void note_add(struct notes *notes, enum screener_severity severity, const char *code,
	      const char *pointer, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
