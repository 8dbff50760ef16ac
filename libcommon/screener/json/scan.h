#pragma once

/*
 * A strict JSON pull reader (RFC 8259) without heap: strings without escapes
 * are views of the input, others are unescaped into the arena.  The first error
 * sticks; every later call then fails.
 */
#include "base/arena.h"
#include "base/str.h"

#define SCAN_MAX_DEPTH 64

struct scan {
	const char *at;
	const char *end;
	struct arena *arena;
	int depth;
	bool failed;
	bool too_deep;
};

struct scan scan_new(struct arena *arena, struct str json);

/* What comes next: '{' '[' '"' 't' 'f' 'n', '0' for any number, 0 for an error or the end. */
char scan_peek(struct scan *s);

bool scan_string(struct scan *s, struct str *out);
/* The characters of a number, grammar checked. */
bool scan_number(struct scan *s, struct str *out);
bool scan_bool(struct scan *s, bool *out);
bool scan_null(struct scan *s);
/* Any value, checked and passed over. */
bool scan_skip(struct scan *s);

/* '{' or '[': true when the container has begun. */
bool scan_enter(struct scan *s, char bracket);
/*
 * The next member of the container entered last; false at its end (which is
 * consumed) or after an error.  *first is true before the first call.
 */
bool scan_member(struct scan *s, bool *first, struct str *name);
bool scan_element(struct scan *s, bool *first);

/* Only white space is left, and nothing failed. */
bool scan_is_done(struct scan *s);
