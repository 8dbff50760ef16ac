#include "base/uuid.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "base/arena.h"
#include "base/encoding.h"

/* Random bytes are fetched from the kernel in batches: one system call for 25 ids. */
static void random_bytes(uint8_t *out, size_t len)
{
	static _Thread_local uint8_t pool[250];
	static _Thread_local size_t left;

	if (left < len) {
		while (getrandom(pool, sizeof pool, 0) != (ssize_t)sizeof pool)
			if (errno != EINTR)
				abort();
		left = sizeof pool;
	}
	left -= len;
	memcpy(out, pool + left, len);
	explicit_bzero(pool + left, len);
}

struct uuid uuid_v7(instant now)
{
	uint64_t ms = (uint64_t)(now / 1000);
	struct uuid id;

	for (int i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)(ms >> (40 - 8 * i));
	random_bytes(id.bytes + 6, 10);
	id.bytes[6] = (uint8_t)((id.bytes[6] & 0x0f) | 0x70);
	id.bytes[8] = (uint8_t)((id.bytes[8] & 0x3f) | 0x80);
	return id;
}

instant uuid_v7_instant(struct uuid id)
{
	uint64_t ms = 0;

	for (int i = 0; i < 6; i++)
		ms = ms << 8 | id.bytes[i];
	return MILLIS((instant)ms);
}

bool uuid_parse(struct str text, struct uuid *out)
{
	static const struct {
		size_t at, bytes;
	} groups[] = {{0, 4}, {9, 2}, {14, 2}, {19, 2}, {24, 6}};
	struct uuid id;
	size_t filled = 0;

	if (text.len != 36 || text.ptr[8] != '-' || text.ptr[13] != '-' || text.ptr[18] != '-' ||
	    text.ptr[23] != '-')
		return false;
	for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
		struct str hex = {text.ptr + groups[i].at, 2 * groups[i].bytes};

		if (!hex_decode(id.bytes + filled, groups[i].bytes, hex))
			return false;
		filled += groups[i].bytes;
	}
	*out = id;
	return true;
}

void uuid_format(char out[UUID_TEXT], struct uuid id)
{
	static const char digits[] = "0123456789abcdef";
	static const uint8_t places[16] = {0,  2,  4,  6,  9,  11, 14, 16,
					   19, 21, 24, 26, 28, 30, 32, 34};

	for (int i = 0; i < 16; i++) {
		out[places[i]] = digits[id.bytes[i] >> 4];
		out[places[i] + 1] = digits[id.bytes[i] & 15];
	}
	out[8] = out[13] = out[18] = out[23] = '-';
	out[36] = '\0';
}

char *uuid_text(struct arena *arena, struct uuid id)
{
	char *text = arena_alloc(arena, UUID_TEXT);

	uuid_format(text, id);
	return text;
}
