#pragma once

/* Messages on an arena: they live and end with the call. */
#include <protobuf-c/protobuf-c.h>

#include "base/arena.h"
#include "base/str.h"
#include "rpc/pb_arena.h"

/* The wire form, in the arena. */
struct str pb_pack(struct arena *arena, const ProtobufCMessage *message);

/* What a repeated field points to: n messages as their init() leaves them. */
void *pb_array(struct arena *arena, const ProtobufCMessageDescriptor *descriptor, size_t n);

/* NULL when the bytes are no such message. */
ProtobufCMessage *pb_unpack(struct arena *arena, const ProtobufCMessageDescriptor *descriptor,
			    struct str wire);
