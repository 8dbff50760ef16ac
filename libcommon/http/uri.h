#pragma once

/* Pieces of a request target after the edge has checked its characters. */
#include <stdbool.h>

#include "base/str.h"

struct arena;

/*
 * Percent-decodes one path segment or query name or value (RFC 3986); plus turns
 * "+" into a space, as forms send it.  *out is raw itself when there is nothing
 * to decode, else in the arena.  False for a bad escape, an encoded NUL, or text
 * that is not UTF-8.  "%2F" becomes "/": a segment is split from its neighbours
 * before it is decoded, never after.
 */
bool uri_decode(struct arena *arena, struct str raw, bool plus, struct str *out);

/*
 * Cuts the next "name=value" from *query (without "?"), both still encoded;
 * empty pieces ("&&") are skipped, "name" alone has an empty value.  False at
 * the end.
 */
bool uri_query_next(struct str *query, struct str *name, struct str *value);
