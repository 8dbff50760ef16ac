/* What callers may ask about a program. */
#include "base/fnv1a.h"
#include "screener/program/program.h"

size_t screener_size(const struct screener *screener)
{
	return screener->size;
}

const char *screener_slug(const struct screener *screener)
{
	return screener->slug;
}

size_t screener_n_items(const struct screener *screener)
{
	return screener->n_items;
}

struct screener_item_info screener_item(const struct screener *screener, size_t index)
{
	const struct item *item = &screener->items[index];

	return (struct screener_item_info){.id = item->id.ptr,
					   .type = item->type,
					   .repeats = item->repeats,
					   .safety = item->safety,
					   .conditional = item->conditional,
					   .sensitivity = item->sensitivity,
					   .group = item->group};
}

size_t screener_n_outcomes(const struct screener *screener)
{
	return screener->n_outcomes;
}

const struct screener_outcome *screener_outcome(const struct screener *screener, size_t index)
{
	return &screener->outcomes[index].public;
}

size_t screener_n_rules(const struct screener *screener)
{
	return screener->n_rules;
}

const char *screener_rule_id(const struct screener *screener, size_t index)
{
	return screener->rules[index].id;
}

struct screener_attempts screener_attempts(const struct screener *screener)
{
	return screener->attempts;
}

const char *screener_held_name(enum screener_held bit)
{
	static const char *const names[] = {"UNDECIDED", "CONFLICT", "NO_MATCH",
					    "REQUIRED",	 "INVALID",  "CONSTRAINT",
					    "SAFETY",	 "FAILED",   "LIMIT"};

	for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
		if (bit == 1u << i)
			return names[i];
	return NULL;
}

const char *cause_name(enum cause cause)
{
	static const char *const names[] = {"",	      "OVERFLOW", "DIVISION",
					    "NO_ROW", "DOMAIN",	  "LIMIT"};

	return names[cause];
}

int32_t program_find_item(const struct screener *screener, struct str id)
{
	uint32_t at = fnv1a_32(id.ptr, id.len) & (screener->n_ids - 1);

	for (; screener->ids[at]; at = (at + 1) & (screener->n_ids - 1))
		if (str_eq(screener->items[screener->ids[at] - 1].id, id))
			return screener->ids[at] - 1;
	return -1;
}

const char *screener_state_item(const struct screener *screener)
{
	const char *found = NULL;
	bool is_only = true;

	for (size_t i = 0; i < screener->n_items; i++) {
		const struct item *item = &screener->items[i];

		if (item->type != SCREENER_STATE || item->row_group >= 0)
			continue;
		if (strcmp(item->id.ptr, "state") == 0)
			return item->id.ptr;
		is_only = is_only && !found;
		found = item->id.ptr;
	}
	return is_only ? found : NULL;
}
