#pragma once

/*
 * The pages of a list call (AIP-158; tokens: svc/kit/page_token.h).  A handler
 * opens its page, asks its query for `ask` rows behind the keys in `last`, shows
 * at most `size` of them and, when there are more, names the last one it shows:
 *
 *   TRY(list_page_open_newest(call, &req->base, &page));
 *   TRY(q_member_page(call->tx, page.last[0].n, page.last[1].id, page.ask, &rows, &n));
 *   n = list_page_cut(&page, n);
 *   TRY(q_member_list(call->arena, rows, n, &resp->n_users, &resp->users));
 *   if (page.has_more)
 *           resp->next_page_token = list_page_token(&page, PAGE_INT(rows[n - 1].created_at),
 *                                                   PAGE_UUID(rows[n - 1].id));
 *
 * A token belongs to the request that it was made for: a request of another type, or with another
 * value in any field but page_size and page_token, is refused with it.
 */
#include <protobuf-c/protobuf-c.h>

#include "svc/kit/page_token.h"

struct rpc_call;

struct list_page {
	struct page_key last[PAGE_KEYS_MAX]; /* the row it begins behind */
	size_t n_keys;
	uint32_t size;
	int64_t ask; /* one more than size: it tells of a further page */
	bool has_more;
	uint64_t filter;
	struct arena *arena;
};

/*
 * request has the fields page_size (int32) and page_token (string); one without them is a mistake
 * in the contract, and the process ends.  first are the n_keys keys before the first row, of the
 * kinds the tokens carry.  The page lives as long as the call's arena.  INVALID_ARGUMENT:
 * INVALID_PAGE_SIZE, PAGE_TOKEN_MISMATCH (the token of another list or of other parameters, or
 * damaged).
 */
struct status list_page_open(struct rpc_call *call, const ProtobufCMessage *request,
			     const struct page_key *first, size_t n_keys, struct list_page *out);

/* For rows ordered by created_at and id, both descending: last[0].n and last[1].id. */
struct status list_page_open_newest(struct rpc_call *call, const ProtobufCMessage *request,
				    struct list_page *out);

/* How many of the n rows that came are shown; sets has_more. */
size_t list_page_cut(struct list_page *page, size_t n);

/* The token of the page behind the row with these keys: as many and of the kinds as at opening. */
#define list_page_token(page, ...)                                                                 \
	list_page_token_of(page, (const struct page_key[]){__VA_ARGS__},                           \
			   sizeof((const struct page_key[]){__VA_ARGS__}) /                        \
				   sizeof(struct page_key))
char *list_page_token_of(const struct list_page *page, const struct page_key *keys, size_t n);
