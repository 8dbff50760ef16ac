#include "svc/kit/list_page.h"

#include <stdlib.h>

#include "base/fnv1a.h"
#include "base/instant.h"
#include "svc/call.h"
#include "svc/kit/pb.h"

/* The field of a request, found by its name; every list has it. */
static void *field_of(ProtobufCMessage *request, const char *name, ProtobufCType type)
{
	const ProtobufCFieldDescriptor *field =
		protobuf_c_message_descriptor_get_field_by_name(request->descriptor, name);

	if (!field || field->type != type || field->label == PROTOBUF_C_LABEL_REPEATED)
		abort();
	return (char *)request + field->offset;
}

/* What was asked for besides the page: equal requests have equal bytes. */
static uint64_t filter_of(struct arena *arena, ProtobufCMessage *request)
{
	struct strbuf text = strbuf_new(arena);

	request->n_unknown_fields = 0;
	strbuf_add(&text, request->descriptor->name, strlen(request->descriptor->name) + 1);
	strbuf_add_str(&text, pb_pack(arena, request));
	return fnv1a_64(text.ptr, text.len);
}

struct status list_page_open(struct rpc_call *call, const ProtobufCMessage *request,
			     const struct page_key *first, size_t n_keys, struct list_page *out)
{
	ProtobufCMessage *copy =
		arena_memdup(call->arena, request, request->descriptor->sizeof_message);
	int32_t *page_size = field_of(copy, "page_size", PROTOBUF_C_TYPE_INT32);
	const char **page_token = field_of(copy, "page_token", PROTOBUF_C_TYPE_STRING);
	const char *token = *page_token;
	struct list_page page = {.n_keys = n_keys, .arena = call->arena};

	if (n_keys > PAGE_KEYS_MAX)
		abort();
	for (size_t i = 0; i < n_keys; i++)
		page.last[i] = first[i];
	TRY(page_size_of(*page_size, &page.size));
	*page_size = 0;
	*page_token = "";
	page.filter = filter_of(call->arena, copy);
	TRY(page_token_parse(call->arena, token, page.filter, page.last, n_keys));
	page.ask = (int64_t)page.size + 1;
	*out = page;
	return OK;
}

struct status list_page_open_newest(struct rpc_call *call, const ProtobufCMessage *request,
				    struct list_page *out)
{
	const struct page_key first[] = {PAGE_INT(INSTANT_MAX), PAGE_UUID((struct uuid){})};

	return list_page_open(call, request, first, 2, out);
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
