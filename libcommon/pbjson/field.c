#include "pbjson/field.h"

size_t field_value_size(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
	case PROTOBUF_C_TYPE_FLOAT:
	case PROTOBUF_C_TYPE_ENUM: return sizeof(uint32_t);
	case PROTOBUF_C_TYPE_BOOL: return sizeof(protobuf_c_boolean);
	case PROTOBUF_C_TYPE_BYTES: return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE: return sizeof(void *);
	default: return sizeof(uint64_t);
	}
}

/* name holds no NUL: the reader refuses it. */
static bool is_name(const char *candidate, struct str name)
{
	return candidate[0] == name.ptr[0] && strncmp(candidate, name.ptr, name.len) == 0 &&
	       candidate[name.len] == '\0';
}

static int find_proto_name(const ProtobufCMessageDescriptor *descriptor, struct str name)
{
	unsigned low = 0, high = descriptor->n_fields;

	while (low < high) {
		unsigned middle = low + (high - low) / 2;
		unsigned index = descriptor->fields_sorted_by_name[middle];
		const char *candidate = descriptor->fields[index].name;
		int order = strncmp(candidate, name.ptr, name.len);

		if (order == 0 && candidate[name.len] == '\0')
			return (int)index;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return -1;
}

int field_find(const struct pb_info *info, struct str name, unsigned hint)
{
	unsigned n = info->descriptor->n_fields;

	if (name.len == 0 || memchr(name.ptr, '\0', name.len))
		return -1;
	for (unsigned k = 0, i = hint < n ? hint : 0; k < n; k++, i = i + 1 == n ? 0 : i + 1)
		if (is_name(info->fields[i].json_name, name))
			return (int)i;
	return find_proto_name(info->descriptor, name);
}

ProtobufCMessage *pbjson_new(struct arena *arena, const struct pb_info *info)
{
	ProtobufCMessage *msg = arena_alloc(arena, info->descriptor->sizeof_message);

	protobuf_c_message_init(info->descriptor, msg);
	return msg;
}
