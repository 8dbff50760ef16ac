#include "svc/kit/list_page.h"

#include <criterion/criterion.h>
#include <signal.h>

#include "aegis/audit/v1/audit.aegis.h"
#include "aegis/svc/v1/svc.aegis.h"
#include "base/arena.h"
#include "base/instant.h"
#include "svc/call.h"
#include "svc/kit/pb.h"

#define NOTES 23

/* A table of notes, the newest first; two of them were made in each instant. */
static struct uuid id_of(size_t i)
{
	return (struct uuid){.bytes = {[15] = (uint8_t)(NOTES - i)}};
}

static int64_t created(size_t i)
{
	return 1000 - (int64_t)(i + 1) / 2;
}

/* As a query would: the first rows behind the keys of the page, at most as many as it asks for. */
static size_t read_rows(const struct list_page *page, size_t *first)
{
	int64_t n = 0;
	size_t i = 0;

	while (i < NOTES && (created(i) > page->last[0].n ||
			     (created(i) == page->last[0].n &&
			      memcmp(id_of(i).bytes, page->last[1].id.bytes, 16) >= 0)))
		i++;
	*first = i;
	for (; i < NOTES && n < page->ask; i++)
		n++;
	return (size_t)n;
}

/* Reads all pages; every row comes once and in order. */
static size_t pages_of(struct arena *arena, int32_t size)
{
	Audit__ListCheckpointsRequest req = AUDIT__LIST_CHECKPOINTS_REQUEST__INIT;
	struct rpc_call call = {.arena = arena};
	size_t seen = 0, pages = 0;
	struct list_page page;

	do {
		size_t first, n;

		req.page_size = size;
		cr_assert(is_ok(list_page_open_newest(&call, &req.base, &page)));
		n = list_page_cut(&page, read_rows(&page, &first));
		cr_assert_eq(first, seen);
		cr_assert_leq(n, (size_t)size);
		seen += n;
		pages++;
		if (page.has_more)
			req.page_token = list_page_token(&page, PAGE_INT(created(seen - 1)),
							 PAGE_UUID(id_of(seen - 1)));
	} while (page.has_more);
	cr_assert_eq(seen, NOTES);
	return pages;
}

Test(list_page, shows_every_row_once_whatever_the_size)
{
	struct arena *arena = arena_new(1 << 20);

	for (int32_t size = 1; size <= NOTES + 1; size++)
		cr_expect_eq(pages_of(arena, size), (size_t)(NOTES + size - 1) / (size_t)size,
			     "%d a page", size);
	arena_free(&arena);
}

static struct status open_newest(struct arena *arena, int32_t size, const char *token,
				 struct list_page *page)
{
	Audit__ListCheckpointsRequest req = AUDIT__LIST_CHECKPOINTS_REQUEST__INIT;
	struct rpc_call call = {.arena = arena};

	req.page_size = size;
	req.page_token = token;
	return list_page_open_newest(&call, &req.base, page);
}

/* The events of one action between two instants; 0 for no instant. */
static struct status open_events(struct arena *arena, const char *token, const char *action,
				 instant after, instant before, struct list_page *page)
{
	Audit__ListEventsRequest req = AUDIT__LIST_EVENTS_REQUEST__INIT;
	struct rpc_call call = {.arena = arena};

	req.page_size = 5;
	req.page_token = token;
	req.action = action;
	req.occurred_after = after ? pb_timestamp(arena, after) : NULL;
	req.occurred_before = before ? pb_timestamp(arena, before) : NULL;
	return list_page_open(&call, &req.base, &PAGE_INT(0), 1, page);
}

Test(list_page, asks_for_one_row_more_than_it_shows)
{
	struct arena *arena = arena_new(1 << 20);
	struct list_page page;

	cr_assert(is_ok(open_newest(arena, 0, "", &page)));
	cr_expect(page.size == PAGE_SIZE_DEFAULT && page.ask == PAGE_SIZE_DEFAULT + 1);
	cr_expect_eq(page.last[0].n, INSTANT_MAX);
	cr_expect(list_page_cut(&page, PAGE_SIZE_DEFAULT) == PAGE_SIZE_DEFAULT && !page.has_more);
	cr_expect(list_page_cut(&page, PAGE_SIZE_DEFAULT + 1) == PAGE_SIZE_DEFAULT &&
		  page.has_more);
	cr_expect(list_page_cut(&page, 0) == 0 && !page.has_more);
	cr_assert(is_ok(open_newest(arena, INT32_MAX, "", &page)));
	cr_expect(page.size == PAGE_SIZE_MAX && page.ask == PAGE_SIZE_MAX + 1);
	arena_free(&arena);
}

Test(list_page, refuses_a_size_below_zero_and_the_token_of_another_list)
{
	struct arena *arena = arena_new(1 << 20);
	struct list_page page = {.size = 7}, other;
	char *token;

	cr_expect_str_eq(reason_name(open_newest(arena, -1, "", &page).reason),
			 "INVALID_PAGE_SIZE");
	cr_assert(is_ok(open_events(arena, "", "", 0, 0, &other)));
	token = list_page_token(&other, PAGE_INT(9));
	cr_expect_str_eq(reason_name(open_newest(arena, 5, token, &page).reason),
			 "PAGE_TOKEN_MISMATCH");
	cr_expect_eq(page.size, 7);
	cr_assert(is_ok(open_events(arena, token, "", 0, 0, &page)));
	cr_expect(page.last[0].n == 9 && page.size == 5);
	arena_free(&arena);
}

/* Every field but those of the page is part of the question. */
Test(list_page, refuses_the_token_of_other_parameters_and_takes_another_size)
{
	static const struct {
		const char *action;
		instant after, before;
	} others[] = {{"", 1, 0}, {"", 0, 1}, {"a", 1, 0}, {"ab", 1, 0}, {"a", 0, 1}, {"a", 2, 1}};
	Audit__ListEventsRequest req = AUDIT__LIST_EVENTS_REQUEST__INIT;
	struct arena *arena = arena_new(1 << 20);
	struct rpc_call call = {.arena = arena};
	struct list_page page;
	char *token;

	cr_assert(is_ok(open_events(arena, "", "a", 1, 1, &page)));
	token = list_page_token(&page, PAGE_INT(9));
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		cr_expect_str_eq(reason_name(open_events(arena, token, others[i].action,
							 others[i].after, others[i].before, &page)
						     .reason),
				 "PAGE_TOKEN_MISMATCH", "%zu", i);
	req.action = "a";
	req.occurred_after = req.occurred_before = pb_timestamp(arena, 1);
	req.page_size = 100;
	req.page_token = token;
	cr_expect(is_ok(list_page_open(&call, &req.base, &PAGE_INT(0), 1, &page)));
	cr_expect_eq(page.size, 100);
	cr_expect_eq(req.page_token, token);
	arena_free(&arena);
}

Test(list_page, a_token_of_too_few_keys_is_never_made, .signal = SIGABRT)
{
	struct arena *arena = arena_new(1 << 20);
	struct list_page page;

	if (is_ok(open_newest(arena, 5, "", &page)))
		list_page_token(&page, PAGE_INT(1));
}

Test(list_page, a_token_of_other_keys_is_never_made, .signal = SIGABRT)
{
	struct arena *arena = arena_new(1 << 20);
	struct list_page page;

	if (is_ok(open_newest(arena, 5, "", &page)))
		list_page_token(&page, PAGE_INT(1), PAGE_INT(2));
}

Test(pb_array, holds_messages_as_their_init_leaves_them)
{
	struct arena *arena = arena_new(1 << 20);
	Svc__CheckHealthResponse **messages =
		pb_array(arena, &svc__check_health_response__descriptor, 3);

	for (int i = 0; i < 3; i++)
		cr_expect_eq(messages[i]->base.descriptor, &svc__check_health_response__descriptor);
	cr_expect_neq(messages[0], messages[1]);
	cr_expect_not_null(pb_array(arena, &svc__check_health_response__descriptor, 0));
	arena_free(&arena);
}
