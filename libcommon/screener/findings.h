#pragma once

/* What is wrong with a document: a growing list of findings, in the order of their discovery. */
#include "base/arena.h"
#include "screener/screener.h"

/* Past this many, an error takes the place of the last warning; whatever else comes is dropped. */
#define FINDINGS_MAX 1000

/* A JSON pointer as a chain on the C stack. */
struct path {
	const struct path *up;
	const char *name; /* NULL: index */
	size_t index;
};

#define AT_NAME(up, name)   (&(const struct path){(up), (name), 0})
#define AT_INDEX(up, index) (&(const struct path){(up), NULL, (index)})

/* The pointer as text in the arena; "" for NULL, the whole document. */
const char *path_text(struct arena *arena, const struct path *at);

/* Initialised with its arena; everything a finding says is in that arena. */
struct findings {
	struct arena *arena;
	bool quiet;			/* nothing is added, nothing counted */
	struct screener_findings found; /* n_errors counts dropped errors, too */
	size_t n_warnings;		/* of the list */
	size_t capacity;
};

/* code is a literal; the message is a plain sentence. */
void finding_add(struct findings *findings, const struct path *at, enum screener_severity severity,
		 const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));
/* The same at a pointer that is text already; the text is copied. */
void finding_add_at(struct findings *findings, const char *pointer, enum screener_severity severity,
		    const char *code, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

/* For an owner whose list is its member "findings". */
#define ERROR_AT(owner, at, code, ...)                                                             \
	finding_add(&(owner)->findings, (at), SCREENER_ERROR, (code), __VA_ARGS__)
#define WARNING_AT(owner, at, code, ...)                                                           \
	finding_add(&(owner)->findings, (at), SCREENER_WARNING, (code), __VA_ARGS__)
