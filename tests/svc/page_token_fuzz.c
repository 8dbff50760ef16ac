/* Any text as a page token: refused, or keys that make the same token again. */
#include <stdlib.h>

#include "base/arena.h"
#include "base/encoding.h"
#include "svc/kit/page_token.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 20);
	struct page_key keys[] = {PAGE_INT(0), PAGE_TEXT(""), PAGE_UUID((struct uuid){})};
	char *text = arena_strndup(arena, (const char *)data, size);
	/* The bytes themselves, encoded, reach further than random text. */
	char *encoded = base64url_encode(arena, data, size);
	uint64_t filter = 0;

	if (size >= 9)
		memcpy(&filter, data + 1, 8);
	(void)!is_ok(page_token_parse(arena, text, filter, keys, 3));
	if (size && is_ok(page_token_parse(arena, encoded, filter, keys, 3)) &&
	    strcmp(page_token_format(arena, filter, keys, 3), encoded) != 0)
		abort();
	arena_free(&arena);
	return 0;
}
