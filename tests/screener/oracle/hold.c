/* What holds a code back although the rules decide for it (FORMAT.md "Deciding"). */
#include <string.h>

#include "world.h"

/* `true`, or a rule that is not false. */
static bool is_required(struct world *w, int item)
{
	json_t *required = item_member(w->doc, item, "required");

	return required && rule_truth(w, required) != IS_FALSE;
}

static bool is_answered(const struct oracle_item *item, const struct cell *cell)
{
	if (cell->shown != IS_TRUE || cell->given != VALID)
		return false;
	return strcmp(item->type, "attestation") != 0 || cell->answer.number.num;
}

/* Held bits of one question, in the current row if it stands in one. */
static unsigned of_question(struct world *w, int item)
{
	const struct oracle_item *it = &w->doc->items[item];
	const struct cell *cell = item_cell(w, item);
	unsigned held = 0;

	if (cell->shown == IS_FALSE)
		return 0;
	if (cell->given == INVALID && cell->shown == IS_TRUE)
		held |= HELD_INVALID;
	if (it->is_by)
		return held;
	if (is_required(w, item) && !is_answered(it, cell))
		held |= HELD_REQUIRED;
	if (json_is_true(json_object_get(it->json, "safety")) &&
	    (it->repeats ? group_rows(w, item) < 0 : !item_value(w, item).known))
		held |= HELD_SAFETY;
	return held;
}

static bool is_question(const struct oracle_item *item)
{
	return strcmp(item->type, "display") != 0 &&
	       (item->repeats || strcmp(item->type, "group") != 0);
}

/* A child of rows that are not known, while their group is not hidden. */
static unsigned of_child_without_rows(struct world *w, int item)
{
	if (item_cell(w, w->doc->items[item].row_group)->shown == IS_FALSE)
		return 0;
	return json_is_true(item_member(w->doc, item, "safety")) ? HELD_SAFETY : 0;
}

static unsigned of_child(struct world *w, int item)
{
	int n = group_rows(w, w->doc->items[item].row_group);
	unsigned held = 0;

	if (n < 0)
		return of_child_without_rows(w, item);
	for (w->row = 0; w->row < n; w->row++)
		held |= of_question(w, item);
	w->row = -1;
	return held;
}

static bool a_constraint_fails(const struct oracle_document *doc,
			       const struct oracle_result *result)
{
	json_t *constraint, *severity;
	size_t i;

	json_array_foreach (json_object_get(doc->json, "constraints"), i, constraint) {
		severity = json_object_get(constraint, "severity");
		if (severity && strcmp(json_string_value(severity), "warning") == 0)
			continue;
		if (result->constraints[i] != IS_TRUE)
			return true;
	}
	return false;
}

unsigned what_holds_back(struct world *w, const struct oracle_result *result, bool is_failed)
{
	unsigned held = is_failed ? HELD_FAILED : 0;

	for (int i = 0; i < w->doc->n_items; i++) {
		const struct oracle_item *item = &w->doc->items[i];

		if (!is_question(item))
			continue;
		held |= item->row_group >= 0 ? of_child(w, i) : of_question(w, i);
	}
	if (a_constraint_fails(w->doc, result))
		held |= HELD_CONSTRAINT;
	return held;
}
