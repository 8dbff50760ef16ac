#include "svc/kit/pb.h"

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
