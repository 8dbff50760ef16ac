/* A whole random document. */
#include "draft.h"

#include <stdio.h>
#include <string.h>

/* splitmix64 (Steele, Lea, Flood 2014) */
int draft_roll(struct draft *draft, int sides)
{
	uint64_t z = draft->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return (int)((z ^ (z >> 31)) % (uint64_t)sides);
}

bool draft_chance(struct draft *draft, int sides)
{
	return draft_roll(draft, sides) == 0;
}

static const struct draft_name *pick_from(struct draft *draft, const struct draft_name *names,
					  int n, const char *types)
{
	int n_fit = 0;

	for (int i = 0; i < n; i++)
		n_fit += strchr(types, names[i].type) != NULL;
	if (!n_fit)
		return NULL;
	n_fit = draft_roll(draft, n_fit);
	for (int i = 0; i < n; i++)
		if (strchr(types, names[i].type) && n_fit-- == 0)
			return &names[i];
	return NULL;
}

const struct draft_name *draft_pick(struct draft *draft, const char *types)
{
	const struct draft_name *name = NULL;

	if (draft->in_rows && draft_roll(draft, 3))
		name = pick_from(draft, draft->in_rows->children, draft->in_rows->n_children,
				 types);
	return name ? name : pick_from(draft, draft->names, draft->n_names, types);
}

void draft_id(struct draft *draft, char letter, char *id)
{
	snprintf(id, 8, "%c%d", letter, draft->n_ids++ % 100);
}

struct draft_name *draft_declare(struct draft *draft, char type, const char *id, json_t *item)
{
	struct draft_name *name = &draft->names[draft->n_names++];

	*name = (struct draft_name){.type = type, .item = item, .high = 3};
	snprintf(name->id, sizeof name->id, "%s", id);
	return name;
}

static void constraints(struct draft *draft)
{
	json_t *list = json_array(), *that;
	const struct draft_name *name;

	for (int i = 0; draft_chance(draft, 5) && i < 2; i++) {
		char id[8];

		draft_id(draft, 'K', id);
		name = draft_pick(draft, "BIDAXCSQ");
		that = name && name->item && draft_chance(draft, 4)
			       ? json_pack("{s:[{s:[s]},{s:s}]}", "or", "missing", name->id, "var",
					   "agree")
			       : draft_boolean(draft, 1);
		json_array_append_new(list,
				      json_pack("{s:s,s:o,s:s}", "id", id, "that", that, "severity",
						draft_chance(draft, 3) ? "warning" : "error"));
	}
	json_object_set_new(draft->document, "constraints", list);
}

/* What may resolve an outcome; rarely it is a question of its own, too, or hidden. */
static void agreement(struct draft *draft)
{
	json_t *item = json_pack("{s:s,s:s}", "id", "agree", "type", "attestation");

	if (draft_chance(draft, 8))
		json_object_set_new(item, "required", json_true());
	if (draft_chance(draft, 12))
		json_object_set_new(item, "safety", json_true());
	if (draft_chance(draft, 4))
		json_object_set_new(item, "show_if", draft_boolean(draft, 1));
	if (json_object_get(item, "show_if") && draft_chance(draft, 2))
		json_object_set_new(item, "when_hidden", json_true());
	json_array_append_new(json_object_get(draft->document, "items"), item);
}

struct random_document draft_document(uint64_t seed)
{
	struct draft draft = {.state = seed * 2654435761u + 1};

	draft.document = json_pack("{s:s,s:s,s:[s],s:[],s:[],s:[],s:{s:{}}}", "format",
				   "screener/1", "slug", "random", "locales", "en-US", "items",
				   "derived", "scores", "i18n", "en-US");
	draft.tables = json_array();
	draft.finite = draft_roll(&draft, 5) < 2;
	if (draft_chance(&draft, 5))
		draft_table(&draft);
	for (int n = 2 + draft_roll(&draft, draft.finite ? 3 : 5); n > 0; n--) {
		draft_item(&draft);
		if (draft_chance(&draft, 7))
			draft_derived(&draft);
		if (draft_chance(&draft, 10))
			draft_score(&draft);
	}
	agreement(&draft);
	constraints(&draft);
	draft_deciding(&draft);
	return (struct random_document){draft.document, draft.tables};
}
