#include "stage/precondition.h"

#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>

#include "call.h"
#include "pbjson/pbjson.h"

#define ETAG_TEXT 40

static void *member_of(const struct pb_info *info, const ProtobufCMessage *message, unsigned i)
{
	return (char *)(uintptr_t)message + info->descriptor->fields[i].offset;
}

/* The member that is the body, be it of a request or of an answer; -1 when all of it is. */
static int part_of(const struct pb_info *info, const char *body)
{
	for (unsigned i = 0; body && i < info->descriptor->n_fields; i++)
		if (strcmp(info->descriptor->fields[i].name, body) == 0)
			return (int)i;
	return -1;
}

static bool has_version(const struct pb_info *info, const char *body)
{
	int part = part_of(info, body);

	if (part >= 0)
		info = info->fields[part].message;
	return info && info->has_version;
}

/* The version of the resource that the body is; NULL when there is none. */
static int64_t *find_version(const struct pb_info *info, const ProtobufCMessage *message,
			     const char *body)
{
	int part = part_of(info, body);

	if (!has_version(info, body))
		return NULL;
	if (part >= 0) {
		message = *(ProtobufCMessage **)member_of(info, message, (unsigned)part);
		info = info->fields[part].message;
	}
	return message ? member_of(info, message, info->version) : NULL;
}

/* All lines of a list field as one list (RFC 9110, 5.3); ptr NULL when there is none. */
static struct str list_field(const struct gw_call *call, const char *name)
{
	const struct edge_head *head = &call->x->head;
	struct strbuf all = strbuf_new(call->x->arena);
	bool found = false;

	for (size_t i = 0; i < head->n_fields; i++) {
		if (!str_eq_nocase(head->fields[i].name, str_of(name)))
			continue;
		if (found)
			strbuf_add_char(&all, ',');
		strbuf_add_str(&all, head->fields[i].value);
		found = true;
	}
	return found ? strbuf_str(&all) : (struct str){};
}

/*
 * The next entity tag of a list, with its quotes; a weak one without its W/ (*is_weak).  False at
 * the end and when what comes is no tag (*is_broken).  A tag may hold a comma.
 */
static bool next_tag(struct str *list, struct str *tag, bool *is_weak, bool *is_broken)
{
	const char *end;

	while (list->len && (*list->ptr == ',' || *list->ptr == ' ' || *list->ptr == '\t')) {
		list->ptr++;
		list->len--;
	}
	if (list->len == 0)
		return false;
	*is_weak = list->len > 2 && list->ptr[0] == 'W' && list->ptr[1] == '/';
	if (*is_weak) {
		list->ptr += 2;
		list->len -= 2;
	}
	end = list->len > 1 && *list->ptr == '"' ? memchr(list->ptr + 1, '"', list->len - 1) : NULL;
	*is_broken = !end;
	if (!end)
		return false;
	*tag = (struct str){list->ptr, (size_t)(end + 1 - list->ptr)};
	list->len -= tag->len;
	list->ptr += tag->len;
	*is_broken = list->len && *list->ptr != ',' && *list->ptr != ' ' && *list->ptr != '\t';
	return !*is_broken;
}

static bool is_list(struct str list)
{
	bool weak, broken = false;
	struct str tag;
	size_t n = 0;

	while (next_tag(&list, &tag, &weak, &broken))
		n++;
	return n > 0 && !broken;
}

/* Weak comparison takes W/"1" for "1"; the strong one that writes need does not. */
static bool list_has(struct str list, struct str etag, bool strong)
{
	bool weak, broken = false;
	struct str tag;

	while (next_tag(&list, &tag, &weak, &broken))
		if (str_eq(tag, etag) && !(strong && weak))
			return true;
	return false;
}

/*
 * "<version>-<of the tenant>": one path, such as /api/tenants/me, is another resource for another
 * tenant, and may have the same version there.
 */
static struct str etag_text(const struct gw_call *call, int64_t version)
{
	static const uint8_t none[16];
	const uint8_t *tenant = call->principal ? call->principal->tenant.bytes : none;
	uint32_t mark = 2166136261u; /* FNV-1a, 32 bit */

	for (size_t i = 0; i < sizeof none; i++)
		mark = (mark ^ tenant[i]) * 16777619u;
	return str_of(arena_printf(call->x->arena, "\"%lld-%08x\"", (long long)version, mark));
}

/* The version that an entity tag of ours stands for; 0 when it is none of ours. */
static int64_t version_of(const struct gw_call *call, struct str tag)
{
	struct str digits = {tag.ptr + 1, tag.len - 1};
	uint64_t version = 0;

	digits = str_take_until(&digits, '-');
	if (!str_to_u64(digits, &version) || version > INT64_MAX ||
	    !str_eq(tag, etag_text(call, (int64_t)version)))
		return 0;
	return (int64_t)version;
}

static bool refuse(struct gw_call *call, const char *detail)
{
	gw_fail(call, FAIL(PRECONDITION_UNSUPPORTED), detail);
	return false;
}

static bool fail_precondition(struct gw_call *call)
{
	gw_fail(call, FAIL(PRECONDITION_FAILED), NULL);
	return false;
}

static bool is_read(const struct gw_call *call)
{
	return call->x->head.method == EDGE_GET || call->x->head.method == EDGE_HEAD;
}

/* If-Match of a write: one tag, whose version the handler will compare, or "*". */
static bool take_expected(struct gw_call *call)
{
	struct str list = call->if_match, tag;
	bool weak, broken;

	if (str_eq_c(list, "*"))
		return true;
	if (!next_tag(&list, &tag, &weak, &broken) || str_trim(list).len)
		return refuse(call, "If-Match takes one entity tag here, or *.");
	call->expected_version = weak ? 0 : version_of(call, tag);
	return call->expected_version ? true : fail_precondition(call);
}

static bool check_read(struct gw_call *call)
{
	const struct gw_route *route = call->route;

	if (!has_version(route_method(route)->response, route->response_body))
		return refuse(call, "This resource has no ETag to compare with.");
	return true;
}

static bool is_update(const struct gw_route *route)
{
	const struct pb_info *info = route_method(route)->request;
	int part = part_of(info, route->body);

	return part >= 0 && info->fields[part].body == PB_BODY_UPDATE;
}

static bool check_write(struct gw_call *call)
{
	const struct gw_route *route = call->route;

	if (call->if_none_match.ptr)
		return refuse(call, "If-None-Match is for GET.");
	if (!is_update(route) || !has_version(route_method(route)->request, route->body))
		return refuse(call, "This call cannot compare If-Match with anything.");
	return take_expected(call);
}

bool gw_take_preconditions(struct gw_call *call)
{
	static const char *const dates[] = {"if-modified-since", "if-unmodified-since", "if-range"};

	for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++)
		if (edge_head_field(&call->x->head, dates[i]).ptr)
			return refuse(call,
				      "Resources have no modification date to compare with: use "
				      "If-Match or If-None-Match.");
	call->if_match = list_field(call, "if-match");
	call->if_none_match = list_field(call, "if-none-match");
	if (!call->if_match.ptr && !call->if_none_match.ptr)
		return true;
	if ((call->if_match.ptr && !str_eq_c(call->if_match, "*") && !is_list(call->if_match)) ||
	    (call->if_none_match.ptr && !str_eq_c(call->if_none_match, "*") &&
	     !is_list(call->if_none_match)))
		return refuse(call, "Entity tags are written in double quotes, as ETag gave them.");
	return is_read(call) ? check_read(call) : check_write(call);
}

bool gw_bind_precondition(struct gw_call *call)
{
	int64_t *version;

	if (!call->expected_version)
		return true;
	version =
		find_version(route_method(call->route)->request, call->request, call->route->body);
	if (version && *version && *version != call->expected_version) {
		gw_fail(call, FAIL(PRECONDITION_CONFLICT), NULL);
		return false;
	}
	/* A body that is not there has no member to hold the version: validation says so. */
	if (version)
		*version = call->expected_version;
	return true;
}

struct str gw_etag_of(const struct gw_call *call, const struct pb_info *info,
		      const struct ProtobufCMessage *message)
{
	enum edge_method method = call->x->head.method;
	const int64_t *version;

	if (!is_read(call) && method != EDGE_PATCH && method != EDGE_PUT)
		return (struct str){};
	version = find_version(info, message, call->route->response_body);
	return version && *version ? etag_text(call, *version) : (struct str){};
}

bool gw_preconditions_hold(struct gw_call *call, struct str etag)
{
	bool any = str_eq_c(call->if_match, "*");

	if (!is_read(call))
		return true;
	if (call->if_match.ptr && !any && !list_has(call->if_match, etag, true))
		return fail_precondition(call);
	if (!call->if_none_match.ptr ||
	    (!str_eq_c(call->if_none_match, "*") && !list_has(call->if_none_match, etag, false)))
		return true;
	gw_answer_not_modified(call, etag);
	return false;
}
