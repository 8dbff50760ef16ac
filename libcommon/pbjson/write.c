/*
 * Messages to JSON.  Room is reserved once per piece and bytes are stored
 * directly; buf->ptr gets its NUL at the end.
 */
#include <stdlib.h>

#include "pbjson/field.h"
#include "pbjson/reader.h"
#include "pbjson/writer.h"

static struct status write_message(struct writer *w, const struct pb_info *info,
				   const ProtobufCMessage *msg);

static struct status unwritable(void)
{
	return FAIL(UNWRITABLE_MESSAGE);
}

/* What a service put into a free JSON field must still be JSON when it leaves. */
static struct status put_raw(struct writer *w, const ProtobufCBinaryData *bytes)
{
	static const struct pbjson_options whole = {.max_depth = PBJSON_DEPTH_MAX,
						    .max_elements = UINT32_MAX};
	struct str json = {(const char *)bytes->data, bytes->len};
	struct pbjson_error error;
	struct reader r;
	struct str span;

	reader_init(&r, w->buf->arena, json, &whole, &error);
	if (is_failed(reader_check_utf8(&r)) || is_failed(raw_skip(&r, &span)) ||
	    (reader_peek(&r), r.at != r.end))
		return unwritable();
	w->buf->len += raw_compact(room(w, span.len), span);
	return OK;
}

static void put_enum(struct writer *w, const struct pb_enum_info *info, int value)
{
	const ProtobufCEnumDescriptor *descriptor = info->descriptor;
	const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(descriptor, value);
	const char *name;

	if (!known) {
		put_signed(w, value);
		return;
	}
	name = info->json_names ? info->json_names[known - descriptor->values] : NULL;
	put_string(w, name ? name : known->name);
}

static struct status put_mask(struct writer *w, const struct pb_info *info,
			      const ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *field = &info->descriptor->fields[0];
	const char *const *paths = *(const char *const **)field_member(msg, field);
	size_t n = *field_count(msg, field), len;

	put_char(w, '"');
	for (size_t i = 0; i < n; i++) {
		if (i)
			put_char(w, ',');
		if (!wellknown_mask_path(paths[i], room(w, strlen(paths[i])), &len))
			return unwritable();
		w->buf->len += len;
	}
	put_char(w, '"');
	return OK;
}

static struct status put_wellknown(struct writer *w, const struct pb_info *info,
				   const ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *fields = info->descriptor->fields;
	int64_t seconds;
	int32_t nanos;
	size_t len;
	char *out;

	if (info->well_known == PB_WK_FIELD_MASK)
		return put_mask(w, info, msg);
	seconds = *(const int64_t *)field_member(msg, &fields[0]);
	nanos = *(const int32_t *)field_member(msg, &fields[1]);
	out = room(w, TIMESTAMP_TEXT + 2);
	out[0] = '"';
	len = info->well_known == PB_WK_TIMESTAMP
		      ? wellknown_timestamp_text(out + 1, seconds, nanos)
		      : wellknown_duration_text(out + 1, seconds, nanos);
	if (len == 0)
		return unwritable();
	out[len + 1] = '"';
	w->buf->len += len + 2;
	return OK;
}

static struct status put_value(struct writer *w, const ProtobufCFieldDescriptor *field,
			       const struct pb_field_info *info, const void *member)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32: put_signed(w, *(const int32_t *)member); break;
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: put_quoted_signed(w, *(const int64_t *)member); break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: put_unsigned(w, *(const uint32_t *)member); break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64: put_quoted_unsigned(w, *(const uint64_t *)member); break;
	case PROTOBUF_C_TYPE_FLOAT: put_double(w, (double)*(const float *)member, true); break;
	case PROTOBUF_C_TYPE_DOUBLE: put_double(w, *(const double *)member, false); break;
	case PROTOBUF_C_TYPE_BOOL:
		if (*(const protobuf_c_boolean *)member)
			put(w, "true", 4);
		else
			put(w, "false", 5);
		break;
	case PROTOBUF_C_TYPE_ENUM: put_enum(w, info->enumeration, *(const int *)member); break;
	case PROTOBUF_C_TYPE_STRING: put_string(w, *(const char *const *)member); break;
	case PROTOBUF_C_TYPE_BYTES:
		if (info->raw_json)
			return put_raw(w, member);
		put_base64(w, member);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		return write_message(w, info->message, *(ProtobufCMessage *const *)member);
	}
	return OK;
}

static struct status put_list(struct writer *w, const ProtobufCFieldDescriptor *field,
			      const struct pb_field_info *info, const ProtobufCMessage *msg)
{
	const char *items = *(const char *const *)field_member(msg, field);
	size_t size = field_value_size(field->type), n = *field_count(msg, field);

	put_char(w, '[');
	for (size_t i = 0; i < n; i++) {
		if (i)
			put_char(w, ',');
		TRY(put_value(w, field, info, items + i * size));
	}
	put_char(w, ']');
	return OK;
}

/* A key is always text; numbers and booleans get quotes. */
static struct status put_key(struct writer *w, const ProtobufCFieldDescriptor *field,
			     const struct pb_field_info *info, const void *member)
{
	bool bare = field_value_size(field->type) == sizeof(uint32_t);

	if (bare)
		put_char(w, '"');
	TRY(put_value(w, field, info, member));
	if (bare)
		put_char(w, '"');
	return OK;
}

static struct status put_map(struct writer *w, const ProtobufCFieldDescriptor *field,
			     const struct pb_field_info *info, const ProtobufCMessage *msg)
{
	const ProtobufCMessage *const *entries =
		*(const ProtobufCMessage *const **)field_member(msg, field);
	const ProtobufCFieldDescriptor *fields = info->message->descriptor->fields;
	const struct pb_field_info *infos = info->message->fields;
	size_t n = *field_count(msg, field);

	put_char(w, '{');
	for (size_t i = 0; i < n; i++) {
		if (i)
			put_char(w, ',');
		TRY(put_key(w, &fields[0], &infos[0], field_member(entries[i], &fields[0])));
		put_char(w, ':');
		TRY(put_value(w, &fields[1], &infos[1], field_member(entries[i], &fields[1])));
	}
	put_char(w, '}');
	return OK;
}

/* Is the value at member the default of its type? */
static bool is_default(const ProtobufCFieldDescriptor *field, const void *member)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: {
		const char *s = *(const char *const *)member;

		return !s || !*s;
	}
	case PROTOBUF_C_TYPE_BYTES: return ((const ProtobufCBinaryData *)member)->len == 0;
	case PROTOBUF_C_TYPE_MESSAGE: return *(void *const *)member == NULL;
	default: {
		static const uint64_t zero = 0;

		return memcmp(member, &zero, field_value_size(field->type)) == 0;
	}
	}
}

static bool is_left_out(const struct writer *w, const ProtobufCFieldDescriptor *field,
			const struct pb_field_info *info, const ProtobufCMessage *msg)
{
	const struct pbjson_write_options *o = w->options;
	const void *member = field_member(msg, field);

	if (o->redact && (info->sensitivity != PB_PLAIN || info->raw_json))
		return true;
	if (field_is_repeated(field))
		return o->omit_defaults && *field_count(msg, field) == 0;
	if (field_in_oneof(field))
		return *field_case(msg, field) != field->id ||
		       (info->raw_json && is_default(field, member));
	if (field_has_flag(field))
		return !*field_flag(msg, field);
	if (field->type == PROTOBUF_C_TYPE_MESSAGE || info->raw_json)
		return is_default(field, member);
	/* A member that is never answered, or only once, is no empty text in other answers. */
	return (o->omit_defaults || info->is_hidden) && is_default(field, member);
}

static struct status put_member(struct writer *w, const ProtobufCFieldDescriptor *field,
				const struct pb_field_info *info, const ProtobufCMessage *msg)
{
	if (info->is_map)
		return put_map(w, field, info, msg);
	if (field_is_repeated(field))
		return put_list(w, field, info, msg);
	return put_value(w, field, info, field_member(msg, field));
}

static struct status write_members(struct writer *w, const struct pb_info *info,
				   const ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *fields = info->descriptor->fields;
	char separator = '{';

	for (unsigned i = 0; i < info->descriptor->n_fields; i++) {
		const char *name = info->fields[i].json_name;
		size_t len;
		char *out;

		if (is_left_out(w, &fields[i], &info->fields[i], msg))
			continue;
		len = strlen(name);
		out = room(w, len + 4);
		out[0] = separator;
		out[1] = '"';
		memcpy(out + 2, name, len);
		out[len + 2] = '"';
		out[len + 3] = ':';
		w->buf->len += len + 4;
		separator = ',';
		TRY(put_member(w, &fields[i], &info->fields[i], msg));
	}
	if (separator == '{')
		put_char(w, '{');
	put_char(w, '}');
	return OK;
}

static struct status write_message(struct writer *w, const struct pb_info *info,
				   const ProtobufCMessage *msg)
{
	struct status st;

	/* A map entry without its message stands for an empty one. */
	if (!msg) {
		put(w, "{}", 2);
		return OK;
	}
	if (info->well_known != PB_WK_NONE && info->well_known != PB_WK_EMPTY)
		return put_wellknown(w, info, msg);
	if (w->depth == PBJSON_DEPTH_MAX)
		return unwritable();
	w->depth++;
	st = write_members(w, info, msg);
	w->depth--;
	return st;
}

static struct status end(struct writer *w, size_t before, struct status st)
{
	if (is_failed(st))
		w->buf->len = before;
	*room(w, 0) = '\0';
	return st;
}

static const struct pbjson_write_options write_defaults;

struct status pbjson_write(struct strbuf *buf, const struct pb_info *info,
			   const ProtobufCMessage *msg, const struct pbjson_write_options *options)
{
	struct writer w = {.buf = buf, .options = options ? options : &write_defaults};
	size_t before = buf->len;

	return end(&w, before, write_message(&w, info, msg));
}

struct status pbjson_write_field(struct strbuf *buf, const struct pb_info *info,
				 const ProtobufCMessage *msg, const char *field,
				 const struct pbjson_write_options *options)
{
	struct writer w = {.buf = buf, .options = options ? options : &write_defaults};
	int i = field_find(info, str_of(field), 0);
	struct pbjson_write_options whole = *w.options;
	size_t before = buf->len;

	if (i < 0)
		abort();
	whole.omit_defaults = false;
	w.options = &whole;
	if (is_left_out(&w, &info->descriptor->fields[i], &info->fields[i], msg)) {
		strbuf_add_c(buf, "null");
		return OK;
	}
	w.options = options ? options : &write_defaults;
	return end(&w, before, put_member(&w, &info->descriptor->fields[i], &info->fields[i], msg));
}
