/* Free text of an open choice: which option it names, by the names that the compiler kept. */
#include "screener/eval/answer.h"
#include "screener/value/unicode.h"

int32_t domain_option_named(const struct domain *d, struct arena *arena, struct str text)
{
	struct arena_mark mark = arena_mark(arena);
	struct str wanted = unicode_fold(arena, text);
	uint32_t low = 0, high = d->n_names;
	int32_t found = OPTION_NONE;

	while (low < high && found == OPTION_NONE) {
		uint32_t middle = low + (high - low) / 2;
		int order = str_compare(d->names[middle].folded, wanted);

		if (order == 0)
			found = d->names[middle].option;
		else if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	arena_rewind(arena, mark);
	return found;
}
