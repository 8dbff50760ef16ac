/*
 * Free JSON: any value, checked and passed on without a tree.  What leaves here
 * is taken by PostgreSQL's jsonb and by a double-based reader alike.
 */
#include <math.h>
#include <stdlib.h>

#include "base/fnv1a.h"
#include "pbjson/reader.h"

#define KEYSET_FIRST   32
#define RAW_NUMBER_MAX 400

static void keyset_place(uint64_t *slots, size_t cap, uint64_t hash)
{
	size_t i = hash & (cap - 1);

	while (slots[i])
		i = (i + 1) & (cap - 1);
	slots[i] = hash;
}

static void keyset_grow(struct keyset *set)
{
	size_t cap = set->cap ? set->cap * 2 : KEYSET_FIRST;
	uint64_t *slots = arena_array_of(set->arena, uint64_t, cap);

	for (size_t i = 0; i < set->cap; i++)
		if (set->slots[i])
			keyset_place(slots, cap, set->slots[i]);
	set->slots = slots;
	set->cap = cap;
}

bool keyset_add(struct keyset *set, uint64_t hash)
{
	uint64_t key = hash ? hash : 1;

	if (set->n * 2 >= set->cap)
		keyset_grow(set);
	for (size_t i = key & (set->cap - 1); set->slots[i]; i = (i + 1) & (set->cap - 1))
		if (set->slots[i] == key)
			return false;
	keyset_place(set->slots, set->cap, key);
	set->n++;
	return true;
}

static struct status raw_value(struct reader *r, struct keyset *keys);

/* The key at the cursor; the same key in another object is another key. */
static struct status raw_key(struct reader *r, struct keyset *keys, uint32_t object)
{
	struct token key;
	uint64_t hash;

	TRY(reader_string(r, &key));
	hash = fnv1a_64(key.text.ptr, key.text.len) ^ (object * UINT64_C(0x9e3779b97f4a7c15));
	if (!keyset_add(keys, hash))
		return reader_fail(r, PBJSON_DUPLICATE, key.at);
	return reader_expect(r, ':');
}

static struct status raw_object(struct reader *r, struct keyset *keys)
{
	uint32_t object = ++r->objects;
	bool more;

	TRY(reader_enter(r));
	for (bool first = true;; first = false) {
		TRY(reader_next(r, '}', first, &more));
		if (!more)
			break;
		TRY(reader_count(r));
		TRY(raw_key(r, keys, object));
		TRY(raw_value(r, keys));
	}
	reader_leave(r);
	return OK;
}

static struct status raw_array(struct reader *r, struct keyset *keys)
{
	bool more;

	TRY(reader_enter(r));
	for (bool first = true;; first = false) {
		TRY(reader_next(r, ']', first, &more));
		if (!more)
			break;
		TRY(reader_count(r));
		TRY(raw_value(r, keys));
	}
	reader_leave(r);
	return OK;
}

static struct status raw_number(struct reader *r)
{
	char copy[RAW_NUMBER_MAX + 1];
	const char *at = r->at;
	struct str text;

	TRY(reader_number(r, &text));
	if (text.len > RAW_NUMBER_MAX)
		return reader_fail(r, PBJSON_RANGE, at);
	if (text.len < 300 && !memchr(text.ptr, 'e', text.len) && !memchr(text.ptr, 'E', text.len))
		return OK;
	memcpy(copy, text.ptr, text.len);
	copy[text.len] = '\0';
	if (isinf(strtod(copy, NULL)))
		return reader_fail(r, PBJSON_RANGE, at);
	return OK;
}

static struct status raw_value(struct reader *r, struct keyset *keys)
{
	struct token text;

	switch (reader_peek(r)) {
	case '{': return raw_object(r, keys);
	case '[': return raw_array(r, keys);
	case '"': return reader_string(r, &text);
	case 't': return reader_literal(r, "true");
	case 'f': return reader_literal(r, "false");
	case 'n': return reader_literal(r, "null");
	default: return raw_number(r);
	}
}

struct status raw_skip(struct reader *r, struct str *span)
{
	struct keyset keys = {.arena = r->arena};
	const char *from;

	reader_peek(r);
	from = r->at;
	TRY(raw_value(r, &keys));
	*span = (struct str){from, (size_t)(r->at - from)};
	return OK;
}

size_t raw_compact(char *out, struct str json)
{
	bool in_string = false;
	size_t n = 0;

	for (size_t i = 0; i < json.len; i++) {
		char c = json.ptr[i];

		if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r'))
			continue;
		out[n++] = c;
		if (c == '"')
			in_string = !in_string;
		else if (c == '\\' && i + 1 < json.len)
			out[n++] = json.ptr[++i];
	}
	return n;
}

struct status raw_copy(struct reader *r, size_t max, ProtobufCBinaryData *out)
{
	struct str span;
	char *copy;
	size_t len;

	TRY(raw_skip(r, &span));
	copy = arena_alloc(r->arena, span.len + 1);
	len = raw_compact(copy, span);
	if (max && len > max)
		return reader_fail(r, PBJSON_SIZE, span.ptr);
	copy[len] = '\0';
	*out = (ProtobufCBinaryData){.len = len, .data = (uint8_t *)copy};
	return OK;
}
