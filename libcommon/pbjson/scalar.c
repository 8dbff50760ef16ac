/* One scalar from its JSON or bare text form, ranges exact. */
#include "base/encoding.h"
#include "pbjson/field.h"
#include "pbjson/reader.h"

static bool is_text(const struct token *token)
{
	return token->kind == TOKEN_STRING || token->kind == TOKEN_BARE;
}

static struct status to_integer(struct reader *r, const struct token *token, bool *negative,
				uint64_t *magnitude)
{
	struct str text = token->text;
	enum pbjson_reason reason;

	if (token->kind != TOKEN_NUMBER &&
	    (!is_text(token) || text.len == 0 ||
	     number_length(text.ptr, text.ptr + text.len) != text.len))
		return reader_fail(r, PBJSON_TYPE, token->at);
	reason = number_integer(text, negative, magnitude);
	return reason ? reader_fail(r, reason, token->at) : OK;
}

static struct status to_signed(struct reader *r, const struct token *token, int64_t min,
			       int64_t max, int64_t *out)
{
	uint64_t magnitude = 0;
	bool negative = false;

	TRY(to_integer(r, token, &negative, &magnitude));
	if (negative ? magnitude > 0 - (uint64_t)min : magnitude > (uint64_t)max)
		return reader_fail(r, PBJSON_RANGE, token->at);
	*out = (int64_t)(negative ? 0 - magnitude : magnitude);
	return OK;
}

static struct status to_unsigned(struct reader *r, const struct token *token, uint64_t max,
				 uint64_t *out)
{
	uint64_t magnitude = 0;
	bool negative = false;

	TRY(to_integer(r, token, &negative, &magnitude));
	if (magnitude > max || (negative && magnitude))
		return reader_fail(r, PBJSON_RANGE, token->at);
	*out = magnitude;
	return OK;
}

static struct status store_signed(struct reader *r, const struct token *token, bool wide,
				  void *member)
{
	int64_t n;

	TRY(to_signed(r, token, wide ? INT64_MIN : INT32_MIN, wide ? INT64_MAX : INT32_MAX, &n));
	if (wide)
		*(int64_t *)member = n;
	else
		*(int32_t *)member = (int32_t)n;
	return OK;
}

static struct status store_unsigned(struct reader *r, const struct token *token, bool wide,
				    void *member)
{
	uint64_t n;

	TRY(to_unsigned(r, token, wide ? UINT64_MAX : UINT32_MAX, &n));
	if (wide)
		*(uint64_t *)member = n;
	else
		*(uint32_t *)member = (uint32_t)n;
	return OK;
}

static struct status store_bool(struct reader *r, const struct token *token, void *member)
{
	bool is_true = token->kind == TOKEN_TRUE ||
		       (token->kind == TOKEN_BARE && str_eq(token->text, STR("true")));
	bool is_false = token->kind == TOKEN_FALSE ||
			(token->kind == TOKEN_BARE && str_eq(token->text, STR("false")));

	if (!is_true && !is_false)
		return reader_fail(r, PBJSON_TYPE, token->at);
	*(protobuf_c_boolean *)member = is_true;
	return OK;
}

static struct status store_float(struct reader *r, const struct token *token, bool wide,
				 void *member)
{
	enum pbjson_reason reason;

	if (token->kind == TOKEN_TRUE || token->kind == TOKEN_FALSE)
		return reader_fail(r, PBJSON_TYPE, token->at);
	/* The specials are text only, and the number grammar keeps them out of NUMBER. */
	reason = wide ? number_double(r->arena, token->text, member)
		      : number_float(r->arena, token->text, member);
	return reason ? reader_fail(r, reason, token->at) : OK;
}

static bool enum_by_name(const struct pb_enum_info *info, struct str name, int *out)
{
	const ProtobufCEnumDescriptor *descriptor = info->descriptor;

	for (unsigned i = 0; i < descriptor->n_values; i++) {
		const char *api = info->json_names ? info->json_names[i] : NULL;

		if (api && str_eq_c(name, api)) {
			*out = descriptor->values[i].value;
			return true;
		}
	}
	for (unsigned i = 0; i < descriptor->n_value_names; i++) {
		if (str_eq_c(name, descriptor->values_by_name[i].name)) {
			*out = descriptor->values[descriptor->values_by_name[i].index].value;
			return true;
		}
	}
	return false;
}

static bool starts_number(struct str text)
{
	return text.len && (text.ptr[0] == '-' || (text.ptr[0] >= '0' && text.ptr[0] <= '9'));
}

static struct status store_enum(struct reader *r, const struct pb_enum_info *info,
				const struct token *token, void *member)
{
	int64_t n;
	int value;

	if (is_text(token) && !(token->kind == TOKEN_BARE && starts_number(token->text))) {
		if (!enum_by_name(info, token->text, &value))
			return reader_fail(r, PBJSON_UNKNOWN_ENUM, token->at);
		*(int *)member = value;
		return OK;
	}
	if (!is_text(token) && token->kind != TOKEN_NUMBER)
		return reader_fail(r, PBJSON_TYPE, token->at);
	TRY(to_signed(r, token, INT32_MIN, INT32_MAX, &n));
	if (!r->open_enums && !protobuf_c_enum_descriptor_get_value(info->descriptor, (int)n))
		return reader_fail(r, PBJSON_UNKNOWN_ENUM, token->at);
	*(int *)member = (int)n;
	return OK;
}

/*
 * protobuf-c takes its shared empty string for "not set" in a oneof and would
 * not pack it: there the text gets an address of its own.
 */
static struct status store_string(struct reader *r, const ProtobufCFieldDescriptor *field,
				  const struct token *token, void *member)
{
	char **out = member;

	if (!is_text(token))
		return reader_fail(r, PBJSON_TYPE, token->at);
	if (token->text.len == 0 && !field_in_oneof(field))
		*out = (char *)(uintptr_t)protobuf_c_empty_string;
	else if (token->in_arena)
		*out = (char *)(uintptr_t)token->text.ptr;
	else
		*out = arena_strndup(r->arena, token->text.ptr, token->text.len);
	return OK;
}

static struct status store_bytes(struct reader *r, const struct token *token, void *member)
{
	ProtobufCBinaryData *out = member;
	uint8_t *data;
	size_t len;

	if (!is_text(token))
		return reader_fail(r, PBJSON_TYPE, token->at);
	if (!base64_decode_any(r->arena, token->text, &data, &len))
		return reader_fail(r, PBJSON_NOT_BASE64, token->at);
	*out = (ProtobufCBinaryData){.len = len, .data = len ? data : NULL};
	return OK;
}

static struct status store(struct reader *r, const ProtobufCFieldDescriptor *field,
			   const struct pb_field_info *info, const struct token *token,
			   void *member)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32: return store_signed(r, token, false, member);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64: return store_signed(r, token, true, member);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32: return store_unsigned(r, token, false, member);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64: return store_unsigned(r, token, true, member);
	case PROTOBUF_C_TYPE_FLOAT: return store_float(r, token, false, member);
	case PROTOBUF_C_TYPE_DOUBLE: return store_float(r, token, true, member);
	case PROTOBUF_C_TYPE_BOOL: return store_bool(r, token, member);
	case PROTOBUF_C_TYPE_ENUM: return store_enum(r, info->enumeration, token, member);
	case PROTOBUF_C_TYPE_STRING: return store_string(r, field, token, member);
	case PROTOBUF_C_TYPE_BYTES: return store_bytes(r, token, member);
	case PROTOBUF_C_TYPE_MESSAGE: break;
	}
	return reader_fail(r, PBJSON_TYPE, token->at);
}

struct status scalar_store(struct reader *r, const ProtobufCFieldDescriptor *field,
			   const struct pb_field_info *info, const struct token *token,
			   void *member)
{
	struct status st = store(r, field, info, token, member);

	if (is_failed(st))
		expect_scalar(r, field, info, token);
	return st;
}

static struct status store_time(struct reader *r, const struct pb_info *info,
				const struct token *token, ProtobufCMessage *msg)
{
	bool timestamp = info->well_known == PB_WK_TIMESTAMP;
	const ProtobufCFieldDescriptor *fields = info->descriptor->fields;
	int64_t *seconds = field_member(msg, &fields[0]);
	int32_t *nanos = field_member(msg, &fields[1]);

	if (timestamp ? wellknown_timestamp(token->text, seconds, nanos)
		      : wellknown_duration(token->text, seconds, nanos))
		return OK;
	return reader_fail(r, timestamp ? PBJSON_NOT_TIMESTAMP : PBJSON_NOT_DURATION, token->at);
}

static struct status store_wellknown(struct reader *r, const struct pb_info *info,
				     const struct token *token, ProtobufCMessage *msg)
{
	const ProtobufCFieldDescriptor *fields = info->descriptor->fields;

	if (!is_text(token))
		return reader_fail(r, PBJSON_TYPE, token->at);
	if (info->well_known != PB_WK_FIELD_MASK)
		return store_time(r, info, token, msg);
	if (!wellknown_mask(r->arena, token->text, field_member(msg, &fields[0]),
			    field_count(msg, &fields[0])))
		return reader_fail(r, PBJSON_NOT_FIELD_MASK, token->at);
	return OK;
}

struct status scalar_store_wellknown(struct reader *r, const struct pb_info *info,
				     const struct token *token, ProtobufCMessage *msg)
{
	struct status st = store_wellknown(r, info, token, msg);

	if (is_failed(st))
		expect_wellknown(r, info);
	return st;
}
