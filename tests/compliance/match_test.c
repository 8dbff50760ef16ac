#include "compliance/leie_match.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"
#include "list_world.h"
#include "months.h"

#define TODAY	    20261130
#define N_MONTHS    2000
#define MAX_SAMPLES 32

static struct arena *arena;

static void set_up(void)
{
	arena = arena_new(256 << 20);
}

static void tear_down(void)
{
	arena_free(&arena);
}

TestSuite(months, .init = set_up, .fini = tear_down, .timeout = 120);

static struct leie_list read_list(const char *text)
{
	struct leie_list list;
	const char *why;

	cr_assert(leie_read(arena, str_of(text), TODAY, &list, &why), "%s", why);
	cr_assert_eq(list.damaged, 0);
	return list;
}

/* As changes.c does: rows that are alike first, then the pairs; indices into new. */
static struct tally fast_count(const struct leie_list *old, const struct leie_list *new,
			       size_t *partner)
{
	struct leie_row *a = arena_array_of(arena, struct leie_row, old->n + 1);
	struct leie_row *b = arena_array_of(arena, struct leie_row, new->n + 1);
	size_t *at_a = arena_array_of(arena, size_t, old->n + 1);
	size_t *at_b = arena_array_of(arena, size_t, new->n + 1), *found;
	size_t n_a = 0, n_b = 0, i = 0, k = 0;
	struct tally tally = {};

	while (i < old->n || k < new->n) {
		int order = i == old->n	  ? 1
			    : k == new->n ? -1
					  : strcmp(old->rows[i].hash, new->rows[k].hash);

		if (order < 0) {
			at_a[n_a] = i;
			a[n_a++] = old->rows[i];
		} else if (order > 0) {
			at_b[n_b] = k;
			b[n_b++] = new->rows[k];
		} else {
			partner[i] = k;
		}
		i += order <= 0;
		k += order >= 0;
	}
	found = leie_pair(arena, a, n_a, b, n_b);
	for (i = 0; i < n_a; i++) {
		partner[at_a[i]] = found[i] == LEIE_NO_PARTNER ? SIZE_MAX : at_b[found[i]];
		tally.changed += found[i] != LEIE_NO_PARTNER;
	}
	tally.removed = n_a - tally.changed;
	tally.added = n_b - tally.changed;
	return tally;
}

static struct tally expect_agreement(const struct leie_list *old, const struct leie_list *new,
				     const char *what)
{
	size_t *fast = arena_array_of(arena, size_t, old->n + 1);
	size_t *slow = arena_array_of(arena, size_t, old->n + 1);
	struct tally a = fast_count(old, new, fast), b = slow_count(old, new, slow);

	cr_assert_eq(a.added, b.added, "%s: %zu, %zu added", what, a.added, b.added);
	cr_assert_eq(a.removed, b.removed, "%s: %zu, %zu removed", what, a.removed, b.removed);
	cr_assert_eq(a.changed, b.changed, "%s: %zu, %zu changed", what, a.changed, b.changed);
	cr_assert_eq(memcmp(fast, slow, old->n * sizeof fast[0]), 0, "%s: other pairs", what);
	cr_assert_eq(old->n + a.added, new->n + a.removed, "%s: rows do not add up", what);
	return a;
}

Test(months, rows_and_changes_of_any_two_months_agree_with_the_slow_count)
{
	struct tally all = {};

	for (uint32_t seed = 1; seed <= N_MONTHS; seed++) {
		struct arena_mark mark = arena_mark(arena);
		struct months months = random_months(arena, seed);
		struct leie_list old = read_list(months.before), new = read_list(months.after);
		char what[32];
		struct tally one;

		snprintf(what, sizeof what, "months %u", seed);
		cr_assert_eq(old.n, slow_distinct(months.before), "%s: rows were lost", what);
		cr_assert_eq(new.n, slow_distinct(months.after), "%s: rows were lost", what);
		one = expect_agreement(&old, &new, what);
		all.added += one.added;
		all.removed += one.removed;
		all.changed += one.changed;
		arena_rewind(arena, mark);
	}
	printf("%d pairs of months: %zu added, %zu removed, %zu changed\n", N_MONTHS, all.added,
	       all.removed, all.changed);
	cr_assert(all.added && all.removed && all.changed, "the world is too simple");
}

Test(months, what_became_of_a_row_does_not_depend_on_the_order_of_the_file)
{
	struct months months = random_months(arena, 7);
	struct leie_list old = read_list(months.before), new = read_list(months.after);
	size_t *pairs = leie_pair(arena, old.rows, old.n, new.rows, new.n);
	struct leie_row *turned = arena_array_of(arena, struct leie_row, new.n);
	size_t *others;

	for (size_t i = 0; i < new.n; i++)
		turned[i] = new.rows[new.n - 1 - i];
	others = leie_pair(arena, old.rows, old.n, turned, new.n);
	for (size_t i = 0; i < old.n; i++)
		cr_assert_eq(others[i],
			     pairs[i] == LEIE_NO_PARTNER ? LEIE_NO_PARTNER : new.n - 1 - pairs[i]);
}

static const char *sample_text(const char *path)
{
	struct strbuf text = strbuf_new(arena);
	FILE *in = fopen(path, "r");
	char block[65536];
	size_t n;

	cr_assert(in, "%s", path);
	while ((n = fread(block, 1, sizeof block, in)) > 0)
		strbuf_add(&text, block, n);
	fclose(in);
	return text.ptr;
}

Test(months, any_two_published_supplements_agree_with_the_slow_count)
{
	const char *samples = getenv("AEGIS_SAMPLES");
	const char *folder = arena_printf(arena, "%s/leie", samples ? samples : ".");
	struct leie_list lists[MAX_SAMPLES];
	struct dirent *entry;
	DIR *dir = opendir(folder);
	size_t n = 0, pairs = 0;

	if (!dir) {
		printf("skipped: no %s\n", folder);
		return;
	}
	while ((entry = readdir(dir)) && n < MAX_SAMPLES) {
		const char *path = arena_printf(arena, "%s/%s", folder, entry->d_name);

		if (!str_has_suffix(str_of(entry->d_name), ".csv"))
			continue;
		lists[n] = read_list(sample_text(path));
		cr_assert_eq(lists[n].n, slow_distinct(sample_text(path)), "%s", path);
		n++;
	}
	closedir(dir);
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < n; k++, pairs++)
			expect_agreement(&lists[i], &lists[k], "supplements");
	printf("%zu pairs of supplements\n", pairs);
	cr_assert(pairs);
}
