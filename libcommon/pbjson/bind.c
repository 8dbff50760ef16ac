/* Fields from path variables and query parameters, and the update mask. */
#include "pbjson/field.h"
#include "pbjson/reader.h"

/* A place in a message: the field to set, and the message it is in. */
struct place {
	ProtobufCMessage *msg;
	const ProtobufCFieldDescriptor *field;
	const struct pb_field_info *info;
};

/* Frames of a dotted path, oldest first. */
struct trail {
	struct frame frames[PBJSON_DEPTH_MAX];
	size_t n;
};

static void trail_push(struct trail *trail, struct reader *r, const struct pb_info *info, int index)
{
	struct frame *frame = &trail->frames[trail->n++];

	*frame = (struct frame){.parent = r->frame,
				.json_name = info->fields[index].json_name,
				.proto_name = info->descriptor->fields[index].name};
	r->frame = frame;
}

/* The message in a singular message field, made if it is not there. */
static struct status step_into(struct reader *r, const struct place *at, ProtobufCMessage **out)
{
	ProtobufCMessage **slot = field_member(at->msg, at->field);

	if (field_in_oneof(at->field)) {
		uint32_t set = *field_case(at->msg, at->field);

		if (set && set != at->field->id)
			return reader_fail(r, PBJSON_ONEOF_CONFLICT, r->start);
		if (!set)
			*slot = NULL;
	}
	if (!*slot)
		*slot = pbjson_new(r->arena, at->info->message);
	field_mark_set(at->msg, at->field);
	*out = *slot;
	return OK;
}

static bool can_enter(const struct place *at)
{
	return at->field->type == PROTOBUF_C_TYPE_MESSAGE && !field_is_repeated(at->field) &&
	       at->info->message->well_known == PB_WK_NONE;
}

static struct status locate(struct reader *r, struct trail *trail,
			    const struct pbjson_binder *binder, struct str path, struct place *out)
{
	const struct pb_info *info = binder->info;
	struct place at = {.msg = binder->msg};

	for (bool more = true; more;) {
		more = path.len && memchr(path.ptr, '.', path.len);
		struct str name = str_take_until(&path, '.');
		int index = field_find(info, name, 0);

		/* A resource comes in the body alone: its members must not stand in a URL. */
		if (index < 0 || info->fields[index].body)
			return reader_fail_unknown(r, info, name, r->start);
		if (trail->n == r->max_depth)
			return reader_fail(r, PBJSON_DEPTH, r->start);
		trail_push(trail, r, info, index);
		at.field = &info->descriptor->fields[index];
		at.info = &info->fields[index];
		if (more) {
			if (!can_enter(&at))
				return reader_fail(r, PBJSON_TYPE, r->start);
			TRY(step_into(r, &at, &at.msg));
			info = at.info->message;
		}
	}
	*out = at;
	return OK;
}

/* A field's address in its message tells it apart from every other. */
static bool is_bound(const struct pbjson_binder *binder, const void *member)
{
	for (size_t i = 0; i < binder->n_bound; i++)
		if (binder->bound[i] == member)
			return true;
	return false;
}

static void remember(struct pbjson_binder *binder, const void *member)
{
	if (binder->n_bound == binder->cap_bound) {
		size_t cap = binder->cap_bound ? binder->cap_bound * 2 : 8;

		binder->bound =
			arena_grow(binder->arena, binder->bound, binder->cap_bound * sizeof(void *),
				   cap * sizeof(void *));
		binder->cap_bound = cap;
	}
	binder->bound[binder->n_bound++] = member;
}

static struct status store(struct reader *r, const struct place *at, const struct token *token,
			   void *member)
{
	ProtobufCMessage *msg;

	if (at->info->raw_json)
		return reader_fail(r, PBJSON_TYPE, r->start);
	if (at->field->type != PROTOBUF_C_TYPE_MESSAGE)
		return scalar_store(r, at->field, at->info, token, member);
	if (at->info->message->well_known == PB_WK_NONE ||
	    at->info->message->well_known == PB_WK_EMPTY)
		return reader_fail(r, PBJSON_TYPE, r->start);
	msg = pbjson_new(r->arena, at->info->message);
	TRY(scalar_store_wellknown(r, at->info->message, token, msg));
	*(ProtobufCMessage **)member = msg;
	return OK;
}

static struct status append(struct reader *r, const struct place *at, const struct token *token)
{
	uint32_t max = at->info->max_items ? at->info->max_items : r->max_items;
	size_t size = field_value_size(at->field->type);
	size_t *n = field_count(at->msg, at->field);
	void **array = field_member(at->msg, at->field);
	void *value = arena_calloc(r->arena, 1, sizeof(ProtobufCBinaryData));

	if (*n >= max)
		return reader_fail(r, PBJSON_TOO_MANY_ITEMS, r->start);
	TRY(store(r, at, token, value));
	*array = arena_grow(r->arena, *array, *n * size, (*n + 1) * size);
	memcpy((char *)*array + *n * size, value, size);
	++*n;
	return OK;
}

static bool conflicts(const struct place *at)
{
	uint32_t other = field_in_oneof(at->field) ? *field_case(at->msg, at->field) : 0;

	return other && other != at->field->id;
}

static struct status set(struct pbjson_binder *binder, struct reader *r, const struct place *at,
			 const struct token *token)
{
	void *member = field_member(at->msg, at->field);
	void *value = arena_calloc(r->arena, 1, sizeof(ProtobufCBinaryData));

	if (conflicts(at))
		return reader_fail(r, PBJSON_ONEOF_CONFLICT, r->start);
	if (is_bound(binder, member))
		return reader_fail(r, PBJSON_DUPLICATE, r->start);
	TRY(store(r, at, token, value));
	memcpy(member, value, field_value_size(at->field->type));
	field_mark_set(at->msg, at->field);
	remember(binder, member);
	return OK;
}

static struct status check_text(struct reader *r, struct str text)
{
	if (text.len && memchr(text.ptr, '\0', text.len))
		return reader_fail(r, PBJSON_NUL, r->start);
	return reader_check_utf8(r);
}

struct status pbjson_bind(struct pbjson_binder *binder, struct str path, struct str text)
{
	struct token token = {.kind = TOKEN_BARE, .text = text};
	struct trail trail = {.n = 0};
	struct place at;
	struct reader r;

	if (!text.ptr)
		text.ptr = "";
	binder->error = (struct pbjson_error){.path = ""};
	reader_init(&r, binder->arena, text, binder->options, &binder->error);
	r.present = NULL;
	token.at = r.start;
	TRY(locate(&r, &trail, binder, path, &at));
	TRY(check_text(&r, text));
	if (at.info->is_map)
		return reader_fail(&r, PBJSON_TYPE, r.start);
	if (field_is_repeated(at.field))
		return append(&r, &at, &token);
	return set(binder, &r, &at, &token);
}

void pbjson_fill_mask(struct arena *arena, const struct pb_info *info, ProtobufCMessage *msg,
		      const struct pbjson_paths *present)
{
	int index = field_find(info, STR("update_mask"), 0);
	const ProtobufCFieldDescriptor *field, *paths;
	const struct pb_info *mask_info;
	ProtobufCMessage **slot;
	char **items;
	size_t n = 0;

	if (index < 0)
		return;
	field = &info->descriptor->fields[index];
	mask_info = info->fields[index].message;
	slot = field_member(msg, field);
	if (!mask_info || mask_info->well_known != PB_WK_FIELD_MASK || *slot)
		return;
	items = arena_array_of(arena, char *, present->n + 1);
	for (size_t i = 0; i < present->n; i++)
		if (strcmp(present->items[i], "update_mask") != 0)
			items[n++] = (char *)(uintptr_t)present->items[i];
	*slot = pbjson_new(arena, mask_info);
	paths = &mask_info->descriptor->fields[0];
	*(char ***)field_member(*slot, paths) = items;
	*field_count(*slot, paths) = n;
}
