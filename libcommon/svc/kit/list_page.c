#include "svc/kit/list_page.h"

#include <stdlib.h>

#include "base/instant.h"

struct status list_page_open(struct arena *arena, int32_t page_size, const char *page_token,
			     uint64_t filter, const struct page_key *first, size_t n_keys,
			     struct list_page *out)
{
	struct list_page page = {.n_keys = n_keys, .filter = filter, .arena = arena};

	if (n_keys > PAGE_KEYS_MAX)
		abort();
	for (size_t i = 0; i < n_keys; i++)
		page.last[i] = first[i];
	TRY(page_size_of(page_size, &page.size));
	TRY(page_token_parse(arena, page_token, filter, page.last, n_keys));
	page.ask = (int64_t)page.size + 1;
	*out = page;
	return OK;
}

struct status list_page_open_newest(struct arena *arena, int32_t page_size, const char *page_token,
				    uint64_t filter, struct list_page *out)
{
	const struct page_key first[] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};

	return list_page_open(arena, page_size, page_token, filter, first, 2, out);
}

size_t list_page_cut(struct list_page *page, size_t n)
{
	page->has_more = n > page->size;
	return page->has_more ? page->size : n;
}

char *list_page_token_of(const struct list_page *page, const struct page_key *keys, size_t n)
{
	if (n != page->n_keys)
		abort();
	for (size_t i = 0; i < n; i++)
		if (keys[i].kind != page->last[i].kind)
			abort();
	return page_token_format(page->arena, page->filter, keys, n);
}
