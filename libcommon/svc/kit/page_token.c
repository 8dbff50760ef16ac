#include "svc/kit/page_token.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "base/fnv1a.h"
#include "base/utf8.h"

/*
 * version (1 byte) | filter (8, little-endian) | keys: kind (1 byte), then
 * 8 bytes little-endian, 16 bytes, or length (2, little-endian) and text.
 */
#define VERSION 1

struct status page_size_of(int32_t asked, uint32_t *out)
{
	if (asked < 0)
		return FAIL(INVALID_PAGE_SIZE);
	*out = asked == 0	       ? PAGE_SIZE_DEFAULT
	       : asked > PAGE_SIZE_MAX ? PAGE_SIZE_MAX
				       : (uint32_t)asked;
	return OK;
}

static void put_little(struct strbuf *buf, uint64_t n, int bytes)
{
	for (int i = 0; i < bytes; i++)
		strbuf_add_char(buf, (char)(n >> (8 * i)));
}

static size_t cut_at_character(const char *text)
{
	size_t len = strlen(text);

	if (len <= PAGE_KEY_TEXT_MAX)
		return len;
	len = PAGE_KEY_TEXT_MAX;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void put_key(struct strbuf *buf, const struct page_key *key)
{
	size_t len;

	strbuf_add_char(buf, (char)key->kind);
	switch (key->kind) {
	case PAGE_KEY_INT: put_little(buf, (uint64_t)key->n, 8); break;
	case PAGE_KEY_UUID: strbuf_add(buf, (const char *)key->id.bytes, 16); break;
	case PAGE_KEY_TEXT:
		len = cut_at_character(key->text);
		put_little(buf, len, 2);
		strbuf_add(buf, key->text, len);
		break;
	}
}

char *page_token_format(struct arena *arena, uint64_t filter, const struct page_key *keys, size_t n)
{
	struct strbuf buf = strbuf_new(arena);

	if (n > PAGE_KEYS_MAX)
		abort();
	strbuf_add_char(&buf, VERSION);
	put_little(&buf, filter, 8);
	for (size_t i = 0; i < n; i++)
		put_key(&buf, &keys[i]);
	return base64url_encode(arena, buf.ptr, buf.len);
}

struct cursor {
	const uint8_t *at;
	size_t left;
};

/* The next n bytes, NULL if there are fewer. */
static const uint8_t *take(struct cursor *c, size_t n)
{
	const uint8_t *at = c->at;

	if (c->left < n)
		return NULL;
	c->at += n;
	c->left -= n;
	return at;
}

static bool take_little(struct cursor *c, int bytes, uint64_t *out)
{
	const uint8_t *p = take(c, (size_t)bytes);

	*out = 0;
	for (int i = 0; p && i < bytes; i++)
		*out |= (uint64_t)p[i] << (8 * i);
	return p != NULL;
}

static bool take_text(struct arena *arena, struct cursor *c, struct page_key *key)
{
	const char *text;
	uint64_t len;

	if (!take_little(c, 2, &len) || len > PAGE_KEY_TEXT_MAX)
		return false;
	text = (const char *)take(c, (size_t)len);
	if (!text || memchr(text, '\0', (size_t)len) || !utf8_is_valid(text, (size_t)len))
		return false;
	key->text = arena_strndup(arena, text, (size_t)len);
	return true;
}

static bool take_key(struct arena *arena, struct cursor *c, struct page_key *key)
{
	const uint8_t *kind = take(c, 1), *id;
	uint64_t n;

	if (!kind || *kind != key->kind)
		return false;
	switch (key->kind) {
	case PAGE_KEY_INT:
		if (!take_little(c, 8, &n))
			return false;
		key->n = (int64_t)n;
		return true;
	case PAGE_KEY_UUID:
		id = take(c, 16);
		if (id)
			memcpy(key->id.bytes, id, 16);
		return id != NULL;
	case PAGE_KEY_TEXT: return take_text(arena, c, key);
	}
	return false;
}

static bool read_token(struct arena *arena, struct str text, uint64_t filter, struct page_key *keys,
		       size_t n)
{
	struct page_key read[PAGE_KEYS_MAX];
	struct cursor c;
	uint64_t version, asked;
	uint8_t *bytes;

	if (text.len > PAGE_TOKEN_TEXT_MAX || !base64url_decode(arena, text, &bytes, &c.left))
		return false;
	c.at = bytes;
	memcpy(read, keys, n * sizeof read[0]);
	if (!take_little(&c, 1, &version) || version != VERSION || !take_little(&c, 8, &asked) ||
	    asked != filter)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!take_key(arena, &c, &read[i]))
			return false;
	if (c.left != 0)
		return false;
	memcpy(keys, read, n * sizeof read[0]);
	return true;
}

struct status page_token_parse(struct arena *arena, const char *token, uint64_t filter,
			       struct page_key *keys, size_t n)
{
	if (n > PAGE_KEYS_MAX)
		abort();
	if (!token || !*token)
		return OK;
	if (!read_token(arena, str_of(token), filter, keys, n))
		return FAIL(PAGE_TOKEN_MISMATCH);
	return OK;
}
