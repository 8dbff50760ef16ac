/* Messages, lists and maps; recursion is bounded by the depth limit. */
#include <stdlib.h>

#include "base/fnv1a.h"
#include "pbjson/field.h"
#include "pbjson/reader.h"

#define SEEN_WORDS  4u
#define FIRST_ITEMS 4

static struct status parse_message(struct reader *r, const struct pb_info *info,
				   ProtobufCMessage **out);

static bool is_plain(const struct pb_info *info)
{
	return info->well_known == PB_WK_NONE || info->well_known == PB_WK_EMPTY;
}

static void collect(struct reader *r)
{
	struct pbjson_paths *paths = r->present;

	if (!paths || !r->frame)
		return;
	if (paths->n == paths->cap) {
		size_t cap = paths->cap ? paths->cap * 2 : 16;

		paths->items = arena_grow(r->arena, paths->items, paths->cap * sizeof(char *),
					  cap * sizeof(char *));
		paths->cap = cap;
	}
	paths->items[paths->n++] = frame_path(r->arena, r->frame, true);
}

static struct status parse_value(struct reader *r, const ProtobufCFieldDescriptor *field,
				 const struct pb_field_info *info, void *member)
{
	struct token token;

	if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
		r->body = info->body;
		return parse_message(r, info->message, member);
	}
	if (info->raw_json)
		return raw_copy(r, info->raw_json_max, member);
	TRY(reader_scalar(r, &token));
	return scalar_store(r, field, info, &token, member);
}

/* Room for item n of an array; doubles. */
static void *array_slot(struct arena *arena, void **array, size_t n, size_t *cap, size_t size)
{
	if (n == *cap) {
		size_t grown = *cap ? *cap * 2 : FIRST_ITEMS;

		*array = arena_grow(arena, *array, *cap * size, grown * size);
		*cap = grown;
	}
	return memset((char *)*array + n * size, 0, size);
}

static struct status check_items(struct reader *r, const struct pb_field_info *info, size_t n)
{
	uint32_t max = info->max_items ? info->max_items : r->max_items;

	TRY(reader_count(r));
	return n < max ? OK : reader_fail(r, PBJSON_TOO_MANY_ITEMS, r->at);
}

static struct status parse_items(struct reader *r, ProtobufCMessage *msg,
				 const ProtobufCFieldDescriptor *field,
				 const struct pb_field_info *info)
{
	size_t size = field_value_size(field->type), n = 0, cap = 0;
	struct frame frame = {.parent = r->frame};
	void *array = NULL;
	bool more;

	for (;; n++) {
		TRY(reader_next(r, ']', n == 0, &more));
		if (!more)
			break;
		TRY(check_items(r, info, n));
		frame.index = n;
		r->frame = &frame;
		if (reader_peek(r) == 'n' && !info->raw_json)
			return reader_fail(r, PBJSON_NULL_ITEM, r->at);
		TRY(parse_value(r, field, info, array_slot(r->arena, &array, n, &cap, size)));
		r->frame = frame.parent;
	}
	*(void **)field_member(msg, field) = array;
	*field_count(msg, field) = n;
	return OK;
}

static struct status parse_list(struct reader *r, ProtobufCMessage *msg,
				const ProtobufCFieldDescriptor *field,
				const struct pb_field_info *info)
{
	if (reader_peek(r) != '[')
		return reader_fail_shape(r, "must be a list");
	TRY(reader_enter(r));
	TRY(parse_items(r, msg, field, info));
	reader_leave(r);
	return OK;
}

/* Equal keys may be written in two ways ("1" and "1e0"): the stored value counts. */
static uint64_t map_key_hash(const ProtobufCFieldDescriptor *key, const ProtobufCMessage *entry)
{
	const void *member = field_member(entry, key);

	if (key->type == PROTOBUF_C_TYPE_STRING) {
		const char *text = *(char *const *)member;

		return fnv1a_64(text, strlen(text));
	}
	return fnv1a_64(member, field_value_size(key->type));
}

static struct status parse_entry(struct reader *r, const struct pb_info *info, struct keyset *keys,
				 void *slot)
{
	const ProtobufCFieldDescriptor *fields = info->descriptor->fields;
	ProtobufCMessage *entry = pbjson_new(r->arena, info);
	struct token key;

	TRY(reader_string(r, &key));
	key.kind = fields[0].type == PROTOBUF_C_TYPE_STRING ? TOKEN_STRING : TOKEN_BARE;
	TRY(scalar_store(r, &fields[0], &info->fields[0], &key, field_member(entry, &fields[0])));
	if (!keyset_add(keys, map_key_hash(&fields[0], entry)))
		return reader_fail(r, PBJSON_DUPLICATE, key.at);
	TRY(reader_expect(r, ':'));
	if (reader_peek(r) == 'n' && !info->fields[1].raw_json)
		return reader_fail(r, PBJSON_NULL_ITEM, r->at);
	TRY(parse_value(r, &fields[1], &info->fields[1], field_member(entry, &fields[1])));
	*(ProtobufCMessage **)slot = entry;
	return OK;
}

static struct status parse_map(struct reader *r, ProtobufCMessage *msg,
			       const ProtobufCFieldDescriptor *field,
			       const struct pb_field_info *info)
{
	struct keyset keys = {.arena = r->arena};
	struct frame frame = {.parent = r->frame};
	size_t n = 0, cap = 0;
	void *array = NULL;
	bool more;

	if (reader_peek(r) != '{')
		return reader_fail_shape(r, "must be an object");
	TRY(reader_enter(r));
	for (;; n++) {
		TRY(reader_next(r, '}', n == 0, &more));
		if (!more)
			break;
		TRY(check_items(r, info, n));
		reader_peek(r);
		frame.index = n;
		r->frame = &frame;
		TRY(parse_entry(r, info->message, &keys,
				array_slot(r->arena, &array, n, &cap, sizeof(void *))));
		r->frame = frame.parent;
	}
	reader_leave(r);
	*(void **)field_member(msg, field) = array;
	*field_count(msg, field) = n;
	return OK;
}

static struct status parse_singular(struct reader *r, ProtobufCMessage *msg,
				    const ProtobufCFieldDescriptor *field,
				    const struct pb_field_info *info)
{
	void *value;

	if (!field_in_oneof(field)) {
		TRY(parse_value(r, field, info, field_member(msg, field)));
		field_mark_set(msg, field);
		return OK;
	}
	if (*field_case(msg, field))
		return reader_fail(r, PBJSON_ONEOF_CONFLICT, r->at);
	/* The union of a oneof is touched only by a value that is right. */
	value = arena_calloc(r->arena, 1, sizeof(ProtobufCBinaryData));
	TRY(parse_value(r, field, info, value));
	memcpy(field_member(msg, field), value, field_value_size(field->type));
	field_mark_set(msg, field);
	return OK;
}

/* What is replaced whole: its inside is not collected, and null there is as if absent. */
static struct status parse_whole(struct reader *r, ProtobufCMessage *msg,
				 const ProtobufCFieldDescriptor *field,
				 const struct pb_field_info *info)
{
	struct pbjson_paths *present = r->present;
	bool null_clears = r->null_clears;
	struct status st;

	r->present = NULL;
	r->null_clears = false;
	if (!field_is_repeated(field))
		st = parse_singular(r, msg, field, info);
	else
		st = info->is_map ? parse_map(r, msg, field, info)
				  : parse_list(r, msg, field, info);
	r->present = present;
	r->null_clears = null_clears;
	return st;
}

/* Has the field a state without a value, which null can mean? */
static bool can_be_cleared(const ProtobufCFieldDescriptor *field, const struct pb_field_info *info)
{
	if (field_is_repeated(field))
		return false;
	if (field_in_oneof(field) || field->type == PROTOBUF_C_TYPE_MESSAGE)
		return true;
	return field->type == PROTOBUF_C_TYPE_STRING && !(info->rule && info->rule->required);
}

static struct status parse_member(struct reader *r, ProtobufCMessage *msg,
				  const ProtobufCFieldDescriptor *field,
				  const struct pb_field_info *info)
{
	bool whole = field_is_repeated(field) || r->body;
	bool leaf = whole || field->type != PROTOBUF_C_TYPE_MESSAGE || !is_plain(info->message);
	bool null = reader_peek(r) == 'n';

	if (r->present && (leaf || null))
		collect(r);
	if (null && r->null_clears && !can_be_cleared(field, info))
		return reader_fail(r, PBJSON_NULL_VALUE, r->at);
	if (null)
		return reader_literal(r, "null");
	if (whole)
		return parse_whole(r, msg, field, info);
	return parse_singular(r, msg, field, info);
}

/* May the body hold this member of its resource? */
static struct status check_writable(struct reader *r, const struct pb_field_info *info,
				    const char *at)
{
	if (r->body == PB_BODY_CREATE ? info->in_create : info->in_update)
		return OK;
	return reader_fail(r,
			   info->in_create   ? PBJSON_CREATE_ONLY
			   : info->in_update ? PBJSON_UPDATE_ONLY
					     : PBJSON_READ_ONLY,
			   at);
}

static struct status skip_unknown(struct reader *r, const struct pb_info *info, struct str name,
				  const char *at)
{
	struct str span;

	if (!r->ignore_unknown)
		return reader_fail_unknown(r, info, name, at);
	TRY(reader_expect(r, ':'));
	return raw_skip(r, &span);
}

static struct status parse_named(struct reader *r, const struct pb_info *info,
				 ProtobufCMessage *msg, uint64_t *seen, unsigned *hint)
{
	struct frame frame = {.parent = r->frame};
	enum pb_body body = r->body;
	struct token name;
	int index;

	reader_peek(r);
	TRY(reader_string(r, &name));
	index = field_find(info, name.text, *hint);
	if (index < 0)
		return skip_unknown(r, info, name.text, name.at);
	*hint = (unsigned)index + 1;
	frame.json_name = info->fields[index].json_name;
	frame.proto_name = info->descriptor->fields[index].name;
	r->frame = &frame;
	if (seen[index / 64] >> (index % 64) & 1)
		return reader_fail(r, PBJSON_DUPLICATE, name.at);
	seen[index / 64] |= UINT64_C(1) << (index % 64);
	if (body)
		TRY(check_writable(r, &info->fields[index], name.at));
	TRY(reader_expect(r, ':'));
	TRY(parse_member(r, msg, &info->descriptor->fields[index], &info->fields[index]));
	r->frame = frame.parent;
	r->body = body;
	return OK;
}

static struct status parse_members(struct reader *r, const struct pb_info *info,
				   ProtobufCMessage *msg)
{
	uint64_t words[SEEN_WORDS] = {};
	uint64_t *seen = words;
	unsigned hint = 0;
	bool more;

	if (info->descriptor->n_fields > SEEN_WORDS * 64)
		seen = arena_array_of(r->arena, uint64_t, info->descriptor->n_fields / 64 + 1);
	for (bool first = true;; first = false) {
		TRY(reader_next(r, '}', first, &more));
		if (!more) {
			/* An empty object is itself what was given. */
			if (first)
				collect(r);
			return OK;
		}
		TRY(reader_count(r));
		TRY(parse_named(r, info, msg, seen, &hint));
	}
}

static struct status parse_message(struct reader *r, const struct pb_info *info,
				   ProtobufCMessage **out)
{
	ProtobufCMessage *msg;
	struct token token;

	if (!is_plain(info)) {
		TRY(reader_scalar(r, &token));
		msg = pbjson_new(r->arena, info);
		TRY(scalar_store_wellknown(r, info, &token, msg));
		*out = msg;
		return OK;
	}
	if (reader_peek(r) != '{')
		return r->at == r->end ? reader_fail(r, PBJSON_SYNTAX, r->at)
				       : reader_fail_shape(r, "must be an object");
	TRY(reader_enter(r));
	TRY(reader_check_room(r));
	msg = pbjson_new(r->arena, info);
	TRY(parse_members(r, info, msg));
	reader_leave(r);
	*out = msg;
	return OK;
}

static struct status begin(struct reader *r, struct arena *arena, struct str json,
			   const struct pbjson_options *options, struct pbjson_error *error)
{
	size_t max = options && options->max_bytes ? options->max_bytes : PBJSON_BYTES_DEFAULT;

	*error = (struct pbjson_error){.path = ""};
	reader_init(r, arena, json, options, error);
	if (json.len > max)
		return reader_fail(r, PBJSON_SIZE, r->start);
	return reader_check_utf8(r);
}

static struct status finish(struct reader *r)
{
	reader_peek(r);
	return r->at == r->end ? OK : reader_fail(r, PBJSON_SYNTAX, r->at);
}

struct status pbjson_parse(struct arena *arena, const struct pb_info *info, struct str json,
			   const struct pbjson_options *options, ProtobufCMessage **msg,
			   struct pbjson_error *error)
{
	ProtobufCMessage *parsed;
	struct reader r;

	TRY(begin(&r, arena, json, options, error));
	TRY(parse_message(&r, info, &parsed));
	TRY(finish(&r));
	*msg = parsed;
	return OK;
}

struct status pbjson_parse_field(struct arena *arena, const struct pb_info *info,
				 ProtobufCMessage *msg, const char *field, struct str json,
				 const struct pbjson_options *options, struct pbjson_error *error)
{
	int index = field_find(info, str_of(field), 0);
	struct reader r;

	if (index < 0)
		abort();
	TRY(begin(&r, arena, json, options, error));
	TRY(parse_member(&r, msg, &info->descriptor->fields[index], &info->fields[index]));
	return finish(&r);
}
