#pragma once

/* JSON texts as trees of jansson, read by the scanner of answers. */
#include <jansson.h>

#include "base/str.h"

/*
 * What json_loadb(JSON_REJECT_DUPLICATES) gives, with its verdicts and errors,
 * in less than half of its time.  A new reference, or NULL with *error (which may be NULL).
 */
json_t *json_tree_read(struct str text, json_error_t *error);

/*
 * json_loadb, except that a NUL byte is an error everywhere: jansson skips the one that follows a
 * number.
 */
json_t *json_any_read(struct str text, size_t flags, json_error_t *error);

/* The text of a JSON string, which it belongs to. */
struct str json_str(const json_t *string);
