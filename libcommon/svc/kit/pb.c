#include "svc/kit/pb.h"

#include "base/encoding.h"
#include "base/log.h"
#include "pbjson/pb_info.h"

struct str pb_pack(struct arena *arena, const ProtobufCMessage *message)
{
	size_t size = protobuf_c_message_get_packed_size(message);
	uint8_t *bytes = arena_alloc(arena, size);

	protobuf_c_message_pack(message, bytes);
	return (struct str){(char *)bytes, size};
}

void *pb_array(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, size_t n)
{
	ProtobufCMessage **messages = arena_array_of(arena, ProtobufCMessage *, n);

	for (size_t i = 0; i < n; i++) {
		messages[i] = arena_alloc(arena, descriptor->sizeof_message);
		protobuf_c_message_init(descriptor, messages[i]);
	}
	return messages;
}

ProtobufCMessage *pb_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
			    struct str wire)
{
	ProtobufCAllocator allocator = pb_arena_allocator(arena);

	return protobuf_c_message_unpack(descriptor, &allocator, wire.len,
					 (const uint8_t *)wire.ptr);
}

struct uuid pb_uuid(const char *text)
{
	struct uuid id = {};

	(void)uuid_parse(str_of(text), &id);
	return id;
}

const struct uuid *pb_uuid_opt(struct arena *arena, const char *text)
{
	struct uuid *id = arena_new_of(arena, struct uuid);

	return uuid_parse(str_of(text), id) ? id : NULL;
}

date_days pb_date(const char *text)
{
	date_days day = 0;

	(void)date_parse(str_of(text), &day);
	return day;
}

const date_days *pb_date_opt(struct arena *arena, const char *text)
{
	date_days *day = arena_new_of(arena, date_days);

	return date_parse(str_of(text), day) ? day : NULL;
}

struct str pb_str(ProtobufCBinaryData bytes)
{
	return (struct str){(const char *)bytes.data, bytes.len};
}

const char *pb_uuid_text_opt(struct arena *arena, const struct uuid *id)
{
	return id ? uuid_text(arena, *id) : "";
}

const char *pb_date_text(struct arena *arena, date_days day)
{
	char text[DATE_TEXT];

	date_format(text, day);
	return arena_strdup(arena, text);
}

const char *pb_date_text_opt(struct arena *arena, const date_days *day)
{
	return day ? pb_date_text(arena, *day) : "";
}

char *pb_hex(struct arena *arena, struct str bytes)
{
	char *text = arena_alloc(arena, 2 * bytes.len + 1);

	hex_encode(text, bytes.ptr, bytes.len);
	return text;
}

char *pb_base64(struct arena *arena, struct str bytes)
{
	return base64_encode(arena, bytes.ptr, bytes.len);
}

char *pb_base64url(struct arena *arena, struct str bytes)
{
	return base64url_encode(arena, bytes.ptr, bytes.len);
}

ProtobufCBinaryData pb_bytes(struct str bytes)
{
	return (ProtobufCBinaryData){.len = bytes.len, .data = (uint8_t *)bytes.ptr};
}

const char **pb_uuid_texts(struct arena *arena, struct uuid_list ids)
{
	const char **texts = arena_array_of(arena, const char *, ids.n);

	for (size_t i = 0; i < ids.n; i++)
		texts[i] = uuid_text(arena, ids.items[i]);
	return texts;
}

Google__Protobuf__Timestamp **pb_timestamps(struct arena *arena, struct instant_list instants)
{
	Google__Protobuf__Timestamp **out =
		arena_array_of(arena, Google__Protobuf__Timestamp *, instants.n);

	for (size_t i = 0; i < instants.n; i++)
		out[i] = pb_timestamp(arena, instants.items[i]);
	return out;
}

ProtobufCBinaryData *pb_bytes_list(struct arena *arena, struct bytes_list list)
{
	ProtobufCBinaryData *out = arena_array_of(arena, ProtobufCBinaryData, list.n);

	for (size_t i = 0; i < list.n; i++)
		out[i] = pb_bytes(list.items[i]);
	return out;
}

struct status pb_enum_value(const struct pb_enum_info *info, const char *word, int *value)
{
	for (unsigned i = 0; i < info->descriptor->n_values; i++)
		if (strcmp(info->json_names[i], word) == 0) {
			*value = info->descriptor->values[i].value;
			return OK;
		}
	log_error("a table holds a word that the contract does not know",
		  KV("enum", info->descriptor->name));
	return FAIL(UNKNOWN_WORD);
}

struct status pb_enum_word(const struct pb_enum_info *info, int value, const char **word)
{
	for (unsigned i = 0; i < info->descriptor->n_values; i++)
		if (info->descriptor->values[i].value == value) {
			*word = info->json_names[i];
			return OK;
		}
	return FAIL(INVALID_FIELDS);
}
