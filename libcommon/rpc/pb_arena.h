#pragma once

/* protobuf-c unpacks into an arena: nothing it makes is freed one by one. */
#include <protobuf-c/protobuf-c.h>

struct arena;

/* Lives as long as the arena. */
ProtobufCAllocator pb_arena_allocator(struct arena *arena);
