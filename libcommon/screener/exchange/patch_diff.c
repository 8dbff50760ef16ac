/*
 * The difference of two documents.  Arrays are aligned first (which element of
 * one is which of the other), then matched pairs are compared, what only the
 * old one has is removed and what only the new one has is added, from front to
 * back with indices as they are at that moment.
 */
#include "screener/exchange/patch.h"

#include "base/fnv1a.h"
#include "base/str.h"
#include "screener/json/canon.h"

#define MAX_CELLS 1000000 /* of the alignment's table; beyond it, by position */
#define MAX_DEPTH 64	  /* deeper values are replaced as a whole */

struct diff {
	struct arena *arena;
	json_t *patch;
	struct strbuf path;
	int depth;
};

/* Sides of an array after the common ends were cut. */
struct side {
	const json_t *array;
	size_t from, n;
	uint64_t *tokens; /* equal tokens: may be the same element */
};

static void compare(struct diff *d, const json_t *from, const json_t *to);

static void emit(struct diff *d, const char *op, const json_t *value)
{
	json_t *operation = json_object();

	json_object_set_new(operation, "op", json_string(op));
	json_object_set_new(operation, "path", json_stringn(d->path.ptr, d->path.len));
	if (value)
		json_object_set_new(operation, "value", json_deep_copy(value));
	json_array_append_new(d->patch, operation);
}

static size_t enter_key(struct diff *d, const char *key)
{
	size_t before = d->path.len;

	strbuf_add_char(&d->path, '/');
	for (; *key; key++)
		if (*key == '~' || *key == '/')
			strbuf_add_c(&d->path, *key == '~' ? "~0" : "~1");
		else
			strbuf_add_char(&d->path, *key);
	return before;
}

static size_t enter_index(struct diff *d, size_t index)
{
	size_t before = d->path.len;

	strbuf_printf(&d->path, "/%zu", index);
	return before;
}

static void leave(struct diff *d, size_t before)
{
	d->path.len = before;
	d->path.ptr[before] = '\0';
}

static int compare_keys(const void *a, const void *b)
{
	return canon_compare(str_of(*(const char *const *)a), str_of(*(const char *const *)b));
}

static const char **sorted_keys(struct arena *arena, const json_t *object, size_t *n)
{
	const char **keys = arena_array_of(arena, const char *, json_object_size(object) + 1);
	json_t *own = (json_t *)object;

	*n = 0;
	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it))
		keys[(*n)++] = json_object_iter_key(it);
	qsort(keys, *n, sizeof *keys, compare_keys);
	return keys;
}

static void compare_objects(struct diff *d, const json_t *from, const json_t *to)
{
	size_t n;
	const char **keys = sorted_keys(d->arena, from, &n);

	for (size_t i = 0; i < n; i++) {
		const json_t *other = json_object_get(to, keys[i]);
		size_t before = enter_key(d, keys[i]);

		if (other)
			compare(d, json_object_get(from, keys[i]), other);
		else
			emit(d, "remove", NULL);
		leave(d, before);
	}
	keys = sorted_keys(d->arena, to, &n);
	for (size_t i = 0; i < n; i++) {
		if (json_object_get(from, keys[i]))
			continue;
		size_t before = enter_key(d, keys[i]);

		emit(d, "add", json_object_get(to, keys[i]));
		leave(d, before);
	}
}

static uint64_t hash_value(const json_t *value);

static uint64_t hash_pair(uint64_t a, uint64_t b)
{
	uint64_t words[2] = {a, b};

	return fnv1a_64(words, sizeof words);
}

/* Sums, so that the order of members does not matter. */
static uint64_t hash_object(const json_t *object)
{
	uint64_t hash = 0;
	json_t *own = (json_t *)object;

	for (void *it = json_object_iter(own); it; it = json_object_iter_next(own, it)) {
		const char *key = json_object_iter_key(it);

		hash += hash_pair(fnv1a_64(key, strlen(key)),
				  hash_value(json_object_iter_value(it)));
	}
	return hash;
}

static uint64_t hash_value(const json_t *value)
{
	uint64_t hash = 0;
	double number;

	switch (json_typeof(value)) {
	case JSON_OBJECT: hash = hash_object(value); break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(value); i++)
			hash = hash_pair(hash, hash_value(json_array_get(value, i)));
		break;
	case JSON_STRING:
		hash = fnv1a_64(json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL:
		number = json_number_value(value) + 0.0; /* -0 and 0 are one */
		hash = fnv1a_64(&number, sizeof number);
		return hash_pair(JSON_REAL, hash);
	case JSON_TRUE:
	case JSON_FALSE:
	case JSON_NULL: break;
	}
	return hash_pair(json_typeof(value), hash);
}

static int compare_hashes(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Has every element a text member `name`, all distinct?  Then their hashes are the tokens. */
static bool tokens_by_member(struct arena *arena, struct side *side, const char *name)
{
	uint64_t *sorted = arena_array_of(arena, uint64_t, side->n + 1);

	for (size_t i = 0; i < side->n; i++) {
		const json_t *key =
			json_object_get(json_array_get(side->array, side->from + i), name);

		if (!json_is_string(key))
			return false;
		side->tokens[i] = sorted[i] = hash_value(key);
	}
	qsort(sorted, side->n, sizeof *sorted, compare_hashes);
	for (size_t i = 1; i < side->n; i++)
		if (sorted[i] == sorted[i - 1])
			return false;
	return true;
}

static bool fill_tokens(struct arena *arena, struct side *a, struct side *b)
{
	static const char *const names[] = {"id", "code", "name"};

	a->tokens = arena_array_of(arena, uint64_t, a->n + 1);
	b->tokens = arena_array_of(arena, uint64_t, b->n + 1);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (tokens_by_member(arena, a, names[i]) && tokens_by_member(arena, b, names[i]))
			return true;
	for (size_t i = 0; i < a->n; i++)
		a->tokens[i] = hash_value(json_array_get(a->array, a->from + i));
	for (size_t i = 0; i < b->n; i++)
		b->tokens[i] = hash_value(json_array_get(b->array, b->from + i));
	return false;
}

/* lengths[i * (b->n + 1) + j] is the longest common subsequence of a[i..] and b[j..];
 * the shorter side has at most a thousand elements. */
static uint16_t *common_lengths(struct arena *arena, const struct side *a, const struct side *b)
{
	size_t width = b->n + 1;
	uint16_t *cell = arena_array_of(arena, uint16_t, (a->n + 1) * width);

	for (size_t i = a->n; i-- > 0;)
		for (size_t j = b->n; j-- > 0;) {
			uint16_t down = cell[(i + 1) * width + j], right = cell[i * width + j + 1];

			if (a->tokens[i] == b->tokens[j])
				cell[i * width + j] = (uint16_t)(cell[(i + 1) * width + j + 1] + 1);
			else
				cell[i * width + j] = down > right ? down : right;
		}
	return cell;
}

static const json_t *element(const struct side *side, size_t i)
{
	return json_array_get(side->array, side->from + i);
}

static void compare_element(struct diff *d, size_t at, const json_t *from, const json_t *to)
{
	size_t before = enter_index(d, at);

	compare(d, from, to);
	leave(d, before);
}

/*
 * A stretch without matches: removed elements a[i..i+gone) and new ones
 * b[j..j+come).  Unless elements have an identity, those at the same place are
 * taken for changed ones.  Returns the index after it.
 */
static size_t emit_gap(struct diff *d, size_t at, const struct side *a, size_t i, size_t gone,
		       const struct side *b, size_t j, size_t come, bool keyed)
{
	size_t pairs = keyed ? 0 : gone < come ? gone : come;

	for (size_t k = 0; k < pairs; k++)
		compare_element(d, at++, element(a, i + k), element(b, j + k));
	for (size_t k = pairs; k < gone; k++) {
		size_t before = enter_index(d, at);

		emit(d, "remove", NULL);
		leave(d, before);
	}
	for (size_t k = pairs; k < come; k++) {
		size_t before = enter_index(d, at++);

		emit(d, "add", element(b, j + k));
		leave(d, before);
	}
	return at;
}

static void emit_aligned(struct diff *d, struct side *a, struct side *b)
{
	struct arena *scratch = arena_new(SIZE_MAX); /* the path grows in the other one */
	bool keyed = fill_tokens(scratch, a, b);
	uint16_t *cell = common_lengths(scratch, a, b);
	size_t width = b->n + 1, i = 0, j = 0, at = a->from;

	while (i < a->n || j < b->n) {
		size_t gap_i = i, gap_j = j;

		while (i < a->n && j < b->n && a->tokens[i] != b->tokens[j])
			if (cell[(i + 1) * width + j] >= cell[i * width + j + 1])
				i++;
			else
				j++;
		bool matched = i < a->n && j < b->n;

		if (!matched) {
			i = a->n;
			j = b->n;
		}
		at = emit_gap(d, at, a, gap_i, i - gap_i, b, gap_j, j - gap_j, keyed);
		if (matched)
			compare_element(d, at++, element(a, i++), element(b, j++));
	}
	arena_free(&scratch);
}

static void compare_arrays(struct diff *d, const json_t *from, const json_t *to)
{
	size_t n = json_array_size(from), m = json_array_size(to), head = 0, tail = 0;

	while (head < n && head < m &&
	       patch_equal(json_array_get(from, head), json_array_get(to, head)))
		head++;
	while (tail < n - head && tail < m - head &&
	       patch_equal(json_array_get(from, n - 1 - tail), json_array_get(to, m - 1 - tail)))
		tail++;
	struct side a = {.array = from, .from = head, .n = n - head - tail};
	struct side b = {.array = to, .from = head, .n = m - head - tail};

	if ((a.n + 1) * (b.n + 1) > MAX_CELLS)
		emit_gap(d, head, &a, 0, a.n, &b, 0, b.n, false);
	else
		emit_aligned(d, &a, &b);
}

static void compare(struct diff *d, const json_t *from, const json_t *to)
{
	if (patch_equal(from, to))
		return;
	d->depth++;
	if (json_is_object(from) && json_is_object(to) && d->depth < MAX_DEPTH)
		compare_objects(d, from, to);
	else if (json_is_array(from) && json_is_array(to) && d->depth < MAX_DEPTH)
		compare_arrays(d, from, to);
	else
		emit(d, "replace", to);
	d->depth--;
}

json_t *patch_diff(struct arena *arena, const json_t *from, const json_t *to)
{
	struct diff d = {.arena = arena, .patch = json_array(), .path = strbuf_new(arena)};

	strbuf_add_c(&d.path, "");
	compare(&d, from, to);
	return d.patch;
}
