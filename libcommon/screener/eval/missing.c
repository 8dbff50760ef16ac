/*
 * Which required questions are still open.  It asks the question of hold.c
 * ("is something required missing?") item by item, for a caller who refuses to
 * end the questionnaire and must say why.
 */
#include "screener/eval/eval.h"

struct missing {
	struct screener_state state; /* the evaluation's own, which is not to be changed */
	struct screener_problem *list;
	size_t n;
};

static void add(struct missing *missing, const struct item *item, int row, enum truth shown)
{
	if (missing->n < SCREENER_MISSING_MAX)
		missing->list[missing->n++] = (struct screener_problem){
			item->id.ptr, row, shown == TRUE3 ? "REQUIRED" : "PENDING"};
}

static void look_at_rows(struct missing *missing, uint32_t group)
{
	const struct rows *rows = missing->state.slots[group].rows;

	for (size_t cell = 0; cell < (size_t)rows->n * rows->n_children; cell++) {
		uint32_t row = (uint32_t)(cell / rows->n_children);
		const struct item *child =
			&missing->state.program->items[group + 1 + cell % rows->n_children];
		enum truth shown = rows->shown ? rows->shown[cell] : TRUE3;

		if (shown == FALSE3 || rows->given[cell] != GIVEN_NOT ||
		    missing->n == SCREENER_MISSING_MAX)
			continue;
		if (eval_child_is_required(&missing->state, group, child, row))
			add(missing, child, (int)row, shown);
	}
}

void screener_missing(const struct screener_result *result, struct arena *arena,
		      struct screener_problem **out, size_t *n)
{
	struct missing missing = {.state = *result->state};
	const struct screener *p = missing.state.program;

	missing.list = arena_array_of(arena, struct screener_problem, SCREENER_MISSING_MAX);
	for (uint32_t i = 0; i < p->n_items; i++) {
		const struct item *item = &p->items[i];
		enum truth shown = missing.state.shown[i];

		if (shown == FALSE3 || item->value.kind == TYPE_NONE || item->on_resolve ||
		    item->row_group >= 0)
			continue;
		if (missing.state.answers->given[i] == GIVEN_NOT &&
		    eval_is_required(&missing.state, item))
			add(&missing, item, -1, shown);
		else if (item->repeats && shown == TRUE3 && missing.state.slots[i].known)
			look_at_rows(&missing, i);
	}
	*out = missing.list;
	*n = missing.n;
}
