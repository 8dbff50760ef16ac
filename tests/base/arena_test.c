#include <criterion/criterion.h>

#include "base/arena.h"

Test(arena, hands_out_aligned_memory_that_does_not_overlap)
{
	struct arena *arena = arena_new(1 << 20);
	char *a = arena_alloc(arena, 3);
	char *b = arena_alloc(arena, 5);

	cr_assert_eq((size_t)b % _Alignof(max_align_t), 0);
	cr_assert_geq(b - a, 3);
	arena_free(&arena);
	cr_assert_null(arena);
}

Test(arena, past_the_cap_it_still_serves_and_says_so)
{
	struct arena *arena = arena_new(1024);

	memset(arena_alloc(arena, 1000), 1, 1000);
	cr_assert_not(arena_is_exhausted(arena));
	memset(arena_alloc(arena, 100000), 1, 100000);
	cr_assert(arena_is_exhausted(arena));
	arena_reset(arena, true);
	cr_assert_not(arena_is_exhausted(arena));
	arena_free(&arena);
}

Test(arena, grows_the_last_allocation_in_place)
{
	struct arena *arena = arena_new(1 << 20);
	char *a = arena_strdup(arena, "abc");
	char *grown = arena_grow(arena, a, 4, 400);
	char *other = arena_alloc(arena, 16);
	char *moved = arena_grow(arena, grown, 400, 800);

	cr_assert_eq(a, grown);
	cr_assert_neq(moved, grown);
	cr_assert_str_eq(moved, "abc");
	cr_assert_neq(other, moved);
	arena_free(&arena);
}

Test(arena, rewinds_to_a_mark_across_chunks)
{
	struct arena *arena = arena_new(1 << 24);
	struct arena_mark mark;
	size_t used;

	arena_alloc(arena, 100);
	used = arena_used(arena);
	mark = arena_mark(arena);
	for (int i = 0; i < 100; i++)
		arena_alloc(arena, 10000);
	arena_rewind(arena, mark);
	cr_assert_eq(arena_used(arena), used);
	arena_free(&arena);
}
