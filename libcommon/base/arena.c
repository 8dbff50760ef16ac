#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define ALIGNMENT   _Alignof(max_align_t)
#define FIRST_CHUNK ((size_t)16 * 1024)
#define MAX_CHUNK   ((size_t)1024 * 1024)

struct chunk {
	struct chunk *prev;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

struct arena {
	struct chunk *top;
	size_t cap;
	size_t total;
};

static struct chunk *chunk_new(size_t size, struct chunk *prev)
{
	struct chunk *chunk = malloc(sizeof *chunk + size);

	if (!chunk)
		abort();
	chunk->prev = prev;
	chunk->size = size;
	chunk->used = 0;
	return chunk;
}

struct arena *arena_new(size_t cap)
{
	struct arena *arena = malloc(sizeof *arena);

	if (!arena)
		abort();
	arena->top = chunk_new(FIRST_CHUNK, NULL);
	arena->cap = cap;
	arena->total = 0;
	return arena;
}

static void chunk_pop(struct arena *arena, bool wipe)
{
	struct chunk *chunk = arena->top;

	arena->top = chunk->prev;
	if (wipe)
		explicit_bzero(chunk->data, chunk->used);
	free(chunk);
}

void arena_free(struct arena **arena)
{
	if (!*arena)
		return;
	while ((*arena)->top)
		chunk_pop(*arena, false);
	free(*arena);
	*arena = NULL;
}

void arena_reset(struct arena *arena, bool wipe)
{
	while (arena->top->prev)
		chunk_pop(arena, wipe);
	if (wipe)
		explicit_bzero(arena->top->data, arena->top->used);
	arena->top->used = 0;
	arena->total = 0;
}

static size_t align_up(size_t n)
{
	if (n > SIZE_MAX - ALIGNMENT)
		abort();
	return (n + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

static void push_chunk(struct arena *arena, size_t need)
{
	size_t size = arena->top->size * 2;

	if (size > MAX_CHUNK)
		size = MAX_CHUNK;
	if (size < need)
		size = need;
	arena->top = chunk_new(size, arena->top);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	size_t need = align_up(size ? size : 1);
	void *p;

	if (need > arena->top->size - arena->top->used)
		push_chunk(arena, need);
	p = arena->top->data + arena->top->used;
	arena->top->used += need;
	arena->total += need;
	return p;
}

void *arena_calloc(struct arena *arena, size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		abort();
	p = arena_alloc(arena, bytes);
	return memset(p, 0, bytes);
}

void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size)
{
	struct chunk *top = arena->top;
	size_t old_need = align_up(old_size ? old_size : 1);
	size_t new_need = align_up(new_size ? new_size : 1);
	void *p;

	if (!ptr)
		return arena_alloc(arena, new_size);
	if (new_size <= old_size)
		return ptr;
	if ((unsigned char *)ptr + old_need == top->data + top->used &&
	    new_need - old_need <= top->size - top->used) {
		top->used += new_need - old_need;
		arena->total += new_need - old_need;
		return ptr;
	}
	p = arena_alloc(arena, new_size);
	return memcpy(p, ptr, old_size);
}

void *arena_memdup(struct arena *arena, const void *p, size_t len)
{
	void *copy = arena_alloc(arena, len);

	if (len)
		memcpy(copy, p, len);
	return copy;
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len)
		memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
{
	va_list again;
	char *s;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, ap);
	if (len < 0)
		abort();
	s = arena_alloc(arena, (size_t)len + 1);
	vsnprintf(s, (size_t)len + 1, fmt, again);
	va_end(again);
	return s;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	s = arena_vprintf(arena, fmt, ap);
	va_end(ap);
	return s;
}

bool arena_is_exhausted(const struct arena *arena)
{
	return arena->total > arena->cap;
}

size_t arena_used(const struct arena *arena)
{
	return arena->total;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){
		.chunk = arena->top, .used = arena->top->used, .total = arena->total};
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->top != mark.chunk)
		chunk_pop(arena, false);
	arena->top->used = mark.used;
	arena->total = mark.total;
}
