/* Which items are visible, and what rules see of them. */
#include <string.h>

#include "world.h"

int item_find(const struct oracle_document *doc, const char *id)
{
	for (int i = 0; i < doc->n_items; i++)
		if (strcmp(doc->items[i].id, id) == 0)
			return i;
	return -1;
}

json_t *item_member(const struct oracle_document *doc, int item, const char *name)
{
	return json_object_get(doc->items[item].json, name);
}

/* Visible while its own rule is true and its group visible, by Kleene's and. */
static enum kleene visibility(struct world *w, int item)
{
	json_t *show_if = item_member(w->doc, item, "show_if");
	int group = w->doc->items[item].group;
	enum kleene of_group = group < 0 ? IS_TRUE : item_cell(w, group)->shown;
	enum kleene own = show_if ? rule_truth(w, show_if) : IS_TRUE;

	if (own == IS_FALSE || of_group == IS_FALSE)
		return IS_FALSE;
	return own == IS_TRUE ? of_group : IS_UNKNOWN;
}

static bool is_group(const struct oracle_item *item)
{
	return strcmp(item->type, "group") == 0;
}

/* An array of objects with a number of rows that the group allows. */
static enum given read_rows(const struct oracle_item *group, json_t *answer)
{
	json_t *least = json_object_get(group->json, "min_rows");
	json_t *most = json_object_get(group->json, "max_rows");
	size_t n = json_array_size(answer), i;
	json_t *row;

	if (!answer || json_is_null(answer))
		return ABSENT;
	if (!json_is_array(answer) || (least && n < (size_t)json_integer_value(least)) ||
	    (most && n > (size_t)json_integer_value(most)))
		return INVALID;
	json_array_foreach (answer, i, row)
		if (!json_is_object(row))
			return INVALID;
	return VALID;
}

struct cell *item_cell(struct world *w, int item)
{
	const struct oracle_item *it = &w->doc->items[item];
	json_t *from = w->answers;
	struct cell *cell = &w->cells[item];

	if (it->row_group >= 0) {
		from = json_array_get(json_object_get(w->answers, w->doc->items[it->row_group].id),
				      (size_t)w->row);
		cell = &w->rows[item][w->row];
	}
	if (cell->done)
		return cell;
	cell->done = true;
	cell->shown = visibility(w, item);
	if (!is_group(it))
		cell->given =
			read_answer(it, json_object_get(from, it->id), w->today, &cell->answer);
	else if (it->repeats)
		cell->given = read_rows(it, json_object_get(from, it->id));
	return cell;
}

struct value item_value(struct world *w, int item)
{
	json_t *hidden = item_member(w->doc, item, "when_hidden");
	const struct cell *cell = item_cell(w, item);

	if (cell->shown == IS_TRUE)
		return cell->given == VALID ? cell->answer : unknown();
	if (cell->shown == IS_FALSE && hidden)
		return read_literal(&w->doc->items[item], hidden);
	return unknown();
}

int group_rows(struct world *w, int group)
{
	const struct oracle_item *it = &w->doc->items[group];
	const struct cell *cell = item_cell(w, group);

	/* The only value a hidden group may have is no rows. */
	if (cell->shown == IS_FALSE && json_object_get(it->json, "when_hidden"))
		return 0;
	if (cell->shown != IS_TRUE || cell->given != VALID)
		return -1;
	return (int)json_array_size(json_object_get(w->answers, it->id));
}
