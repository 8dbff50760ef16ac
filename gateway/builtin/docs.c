#include "builtin/docs.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "crypto/hash.h"

extern const char docs_html[];
extern const size_t docs_html_len;

static char policy[512];

/* What stands between the tags, hashed as CSP wants it. */
static void hash_of(struct arena *arena, const char *open, const char *close, const char **out)
{
	uint8_t digest[SHA256_BYTES];
	const char *from = memmem(docs_html, docs_html_len, open, strlen(open));
	const char *to;

	if (!from)
		abort();
	from += strlen(open);
	to = memmem(from, docs_html_len - (size_t)(from - docs_html), close, strlen(close));
	if (!to)
		abort();
	crypto_sha256(digest, from, (size_t)(to - from));
	*out = base64_encode(arena, digest, sizeof digest);
}

void docs_init(void)
{
	struct arena *arena = arena_new(1 << 16);
	const char *script, *style;

	hash_of(arena, "<script>", "</script>", &script);
	hash_of(arena, "<style>", "</style>", &style);
	snprintf(policy, sizeof policy,
		 "default-src 'none'; connect-src 'self'; script-src 'sha256-%s'; "
		 "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
		 "frame-ancestors 'none'",
		 script, style);
	arena_free(&arena);
}

struct str docs_page(void)
{
	return (struct str){docs_html, docs_html_len};
}

struct str docs_policy(void)
{
	return str_of(policy);
}
