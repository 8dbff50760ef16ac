#pragma once

/*
 * The patterns of aegis.field: a sequence of characters and classes, each with
 * an optional quantifier, matched against the whole string.  No alternation, no
 * groups, and never two ways to match, so one pass from left to right decides.
 *
 *   pattern  = *(atom [quantifier])
 *   atom     = "[" ["^"] 1*(char ["-" char]) "]" / "." / "\" char / char
 *   quantifier = "?" / "*" / "+" / "{" n "}" / "{" n "," [m] "}"
 *
 * Characters are bytes: a class cannot hold a non-ASCII character.
 */
#include <stdbool.h>

#include "base/str.h"

/* Is the pattern well-formed?  On false *why says what is wrong (a literal). */
bool field_pattern_is_valid(const char *pattern, const char **why);

/* Does the whole of text match?  The pattern must be valid. */
bool field_pattern_matches(const char *pattern, struct str text);
