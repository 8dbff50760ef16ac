#include "rpc/pb_arena.h"

#include "base/arena.h"

static void *take(void *arena, size_t size)
{
	return arena_alloc(arena, size);
}

static void give_back(void *arena, void *p)
{
	(void)arena, (void)p;
}

ProtobufCAllocator pb_arena_allocator(struct arena *arena)
{
	return (ProtobufCAllocator){.alloc = take, .free = give_back, .allocator_data = arena};
}
