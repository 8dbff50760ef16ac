/* Greedy: leave out one member or element after the other, or put a rule's argument in its place.
 */
#include "shrink.h"

#include <stdlib.h>
#include <string.h>

struct shrinking {
	const struct trial_settings *settings;
	json_t *document, *tables;
	uint64_t seed;
	const char *kind;
	struct arena *arena;
	int tries; /* left */
};

static bool still_shows(struct shrinking *s)
{
	const char *kind = NULL;

	if (s->tries-- > 0) {
		kind = trial_run(s->settings, &(struct trial_counts){}, s->arena, s->document,
				 s->tables, s->seed, false, NULL);
		kind = kind && strcmp(kind, s->kind) == 0 ? kind : NULL;
	}
	arena_reset(s->arena, false);
	return kind != NULL;
}

static bool shrink_value(struct shrinking *s, json_t *json);

static bool shrink_object(struct shrinking *s, json_t *object)
{
	const char *names[32];
	bool changed = false;
	const char *name;
	json_t *value;
	size_t n = 0;

	json_object_foreach (object, name, value)
		if (n < 32)
			names[n++] = name;
	for (size_t i = 0; i < n; i++) {
		char *kept = strdup(names[i]);

		value = json_incref(json_object_get(object, kept));
		json_object_del(object, kept);
		if (still_shows(s)) {
			changed = true;
		} else {
			json_object_set(object, kept, value);
			changed = shrink_value(s, value) || changed;
		}
		json_decref(value);
		free(kept);
	}
	return changed;
}

/* {"or": [a, b]} -> a */
static bool put_argument(struct shrinking *s, json_t *array, size_t i)
{
	json_t *element = json_incref(json_array_get(array, i)), *args, *arg;
	bool changed = false;
	size_t k;

	args = json_object_iter_value(json_object_iter(element));
	if (json_object_size(element) == 1)
		json_array_foreach (args, k, arg) {
			json_array_set(array, i, arg);
			changed = still_shows(s);
			if (changed)
				break;
			json_array_set(array, i, element);
		}
	json_decref(element);
	return changed;
}

static bool shrink_array(struct shrinking *s, json_t *array)
{
	bool changed = false;

	for (size_t i = json_array_size(array); i-- > 0;) {
		json_t *element = json_incref(json_array_get(array, i));

		json_array_remove(array, i);
		if (still_shows(s)) {
			changed = true;
		} else {
			json_array_insert(array, i, element);
			changed = shrink_value(s, element) || put_argument(s, array, i) || changed;
		}
		json_decref(element);
	}
	return changed;
}

static bool shrink_value(struct shrinking *s, json_t *json)
{
	if (s->tries <= 0)
		return false;
	if (json_is_object(json))
		return shrink_object(s, json);
	return json_is_array(json) && shrink_array(s, json);
}

void shrink(const struct trial_settings *settings, json_t *document, json_t *tables, uint64_t seed,
	    const char *kind)
{
	struct shrinking s = {.settings = settings,
			      .document = document,
			      .tables = tables,
			      .seed = seed,
			      .kind = kind,
			      .arena = arena_new(SIZE_MAX),
			      .tries = 3000};

	while (shrink_value(&s, document) && s.tries > 0)
		;
	arena_free(&s.arena);
}
