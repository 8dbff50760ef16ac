/* Two versions side by side over stored inputs. */
#include "screener/eval/impact.h"

static bool end_of(const struct screener *screener, struct arena *arena,
		   const struct impact_input *input, struct impact_end *out)
{
	struct screener_answers *answers;
	struct screener_result result;

	if (is_failed(screener_answers_parse(screener, arena, input->answers, input->today,
					     &answers)))
		return false;
	screener_eval(screener, answers, arena, SCREENER_BRIEF, &result);
	*out = (struct impact_end){result.outcome, result.decided};
	return true;
}

static bool is_same(const struct impact_end *a, const struct impact_end *b)
{
	return a->decided == b->decided && strcmp(a->outcome->id, b->outcome->id) == 0;
}

void impact_of(struct arena *arena, const struct screener *before, const struct screener *after,
	       const struct impact_input *inputs, size_t n, struct impact *out)
{
	struct impact impact = {.n_inputs = n};

	impact.changes = arena_array_of(arena, struct impact_change, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct arena_mark mark = arena_mark(arena);
		struct impact_change change = {.input = i};

		if (!end_of(before, arena, &inputs[i], &change.before) ||
		    !end_of(after, arena, &inputs[i], &change.after))
			impact.n_unread++;
		else if (!is_same(&change.before, &change.after))
			impact.changes[impact.n_changes++] = change;
		arena_rewind(arena, mark);
	}
	*out = impact;
}
