#pragma once

/*
 * A bump allocator: one per call, owned by whoever runs the call, freed or
 * reset as a whole.  Allocation never returns NULL.  Past the cap the arena
 * keeps serving (messages are bounded before they reach it) but is marked
 * exhausted, which the dispatcher turns into RESOURCE_EXHAUSTED; out of memory
 * aborts.  Not thread-safe; pointers never enter longer-lived structures.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct arena;

/* cap is the number of bytes after which the arena counts as exhausted. */
struct arena *arena_new(size_t cap);

/* Frees the arena and everything in it; *arena becomes NULL.  NULL is fine. */
void arena_free(struct arena **arena);

/*
 * Forgets every allocation and clears the exhausted mark.  One chunk is kept
 * for the next use; with wipe its used part, and every freed chunk, is zeroed
 * first (for methods with secret fields).
 */
void arena_reset(struct arena *arena, bool wipe);

/* size bytes aligned for any type, not zeroed; size 0 gives a unique pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* As arena_alloc, zeroed; n * size must not overflow (aborts). */
void *arena_calloc(struct arena *arena, size_t n, size_t size);

/*
 * Grows ptr (from this arena, old_size bytes) to new_size, in place when it was
 * the last allocation.  ptr may be NULL.
 */
void *arena_grow(struct arena *arena, void *ptr, size_t old_size, size_t new_size);

char *arena_strdup(struct arena *arena, const char *s);
char *arena_strndup(struct arena *arena, const char *s, size_t len);
void *arena_memdup(struct arena *arena, const void *p, size_t len);
char *arena_printf(struct arena *arena, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *arena_vprintf(struct arena *arena, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* Has more than the cap been asked for since the last reset? */
bool arena_is_exhausted(const struct arena *arena);

/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *arena);

/* A position to which arena_rewind can go back, e.g. around a speculative parse. */
struct arena_mark {
	void *chunk;
	size_t used;
	size_t total;
};
struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

#define arena_new_of(arena, type)      ((type *)arena_calloc((arena), 1, sizeof(type)))
#define arena_array_of(arena, type, n) ((type *)arena_calloc((arena), (n), sizeof(type)))
