#pragma once

/*
 * Page tokens of list calls (AIP-158): base64url of the hash of what was asked
 * for and the sort keys of the last row, so that the next page starts behind
 * that row.  Opaque to clients, not secret and not signed: keys only ever become
 * bound parameters of a query that names its tenant.
 * Handlers go through svc/kit/list_page.h.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"
#include "base/uuid.h"

struct arena;

#define PAGE_SIZE_DEFAULT   50
#define PAGE_SIZE_MAX	    200
#define PAGE_KEYS_MAX	    4
#define PAGE_KEY_TEXT_MAX   512
#define PAGE_TOKEN_TEXT_MAX 3072

/* 0 is the default, more than the most is the most; INVALID_ARGUMENT/INVALID_PAGE_SIZE below 0. */
struct status page_size_of(int32_t asked, uint32_t *out);

enum page_key_kind { PAGE_KEY_INT, PAGE_KEY_UUID, PAGE_KEY_TEXT };

struct page_key {
	enum page_key_kind kind;
	union {
		int64_t n; /* numbers, instants, dates */
		struct uuid id;
		const char *text; /* NUL-terminated, at most PAGE_KEY_TEXT_MAX bytes */
	};
};

#define PAGE_INT(value)	 ((struct page_key){.kind = PAGE_KEY_INT, .n = (value)})
#define PAGE_UUID(value) ((struct page_key){.kind = PAGE_KEY_UUID, .id = (value)})
#define PAGE_TEXT(value) ((struct page_key){.kind = PAGE_KEY_TEXT, .text = (value)})

/*
 * filter is a hash of all that selects and orders the rows.
 * The token for "behind the row with these keys", in the arena.  Longer text
 * keys are cut at a character: rows that share the cut text come again rather
 * than being lost.
 */
char *page_token_format(struct arena *arena, uint64_t filter, const struct page_key *keys,
			size_t n);

/*
 * keys comes with the kinds expected and the values of a first page; an empty
 * token (or NULL) leaves them, a good one replaces them.
 * INVALID_ARGUMENT/PAGE_TOKEN_MISMATCH for a token of another list, of other
 * parameters, or damaged; keys untouched.
 */
struct status page_token_parse(struct arena *arena, const char *token, uint64_t filter,
			       struct page_key *keys, size_t n);
