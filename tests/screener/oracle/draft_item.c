/* Random items of every type. */
#include <string.h>

#include "draft.h"

static void set(json_t *json, const char *name, json_t *value)
{
	json_object_set_new(json, name, value);
}

static json_t *tenths(int n)
{
	return n % 10 ? json_real((double)n / 10) : json_integer(n / 10);
}

static json_t *hundredths(int n)
{
	return n % 100 ? json_real((double)n / 100) : json_integer(n / 100);
}

static void whole_limits(struct draft *draft, struct draft_name *name)
{
	name->low = draft_roll(draft, 4) - 1;
	name->high = name->low + 1 + draft_roll(draft, 5);
	if (draft->finite || draft_roll(draft, 8))
		set(name->item, "min", json_integer(name->low));
	if (draft->finite || draft_roll(draft, 8))
		set(name->item, "max", json_integer(name->high));
	if (draft_chance(draft, 8))
		set(name->item, "step", json_integer(2));
}

/* Limits at, and close to, the whole numbers and halves that rules compare with. */
static void exact_limits(struct draft *draft, struct draft_name *name)
{
	static const int near[] = {0, 0, 0, 5, -5, 1, -1, 3, 50};

	name->low = draft_roll(draft, 3);
	name->high = name->low + 1 + draft_roll(draft, 2);
	if (draft_roll(draft, 6))
		set(name->item, "min", hundredths(name->low * 100 + near[draft_roll(draft, 9)]));
	if (draft_roll(draft, 6))
		set(name->item, "max", hundredths(name->high * 100 + near[draft_roll(draft, 9)]));
	if (draft_chance(draft, 5))
		set(name->item, "step", tenths(draft_chance(draft, 2) ? 5 : 1));
}

static json_t *options(struct draft *draft, bool exclusive)
{
	static const char *const codes[] = {"x", "y", "z"};
	json_t *list = json_array();
	bool scores = draft_chance(draft, 2);

	for (int i = 0, n = 2 + draft_roll(draft, 2); i < n; i++) {
		json_t *option = json_pack("{s:s}", "code", codes[i % 3]);

		if (scores)
			set(option, "score", json_integer(draft_roll(draft, 4)));
		if (exclusive && i == n - 1 && draft_chance(draft, 2))
			set(option, "exclusive", json_true());
		json_array_append_new(list, option);
	}
	return list;
}

/* Labels by which free text may name the options, of which one is the code of another. */
static void labels(struct draft *draft, const char *id)
{
	static const char *const texts[] = {"Big One", "X", "other"};
	json_t *i18n = json_object_get(draft->document, "i18n");
	char key[64];

	for (int code = 'x'; code <= 'y'; code++) {
		snprintf(key, sizeof key, "item.%s.option.%c", id, code);
		if (draft_chance(draft, 2))
			set(json_object_get(i18n, "en-US"), key,
			    json_string(texts[draft_roll(draft, 3)]));
	}
}

static void choices(struct draft *draft, struct draft_name *name)
{
	json_t *option;
	size_t i;

	set(name->item, "options", options(draft, name->type == 'S'));
	/* Rules refer to codes: a list of them, kept beside the item. */
	name->codes = json_array();
	json_array_foreach (json_object_get(name->item, "options"), i, option)
		json_array_append(name->codes, json_object_get(option, "code"));
	set(name->item, "x_codes", name->codes);
	if (strcmp(json_string_value(json_object_get(name->item, "type")), "open_choice") == 0)
		labels(draft, name->id);
	if (name->type != 'S')
		return;
	if (draft_chance(draft, 3))
		set(name->item, "min_choices", json_integer(0));
	if (draft_chance(draft, 4))
		set(name->item, "max_choices", json_integer(1 + draft_roll(draft, 2)));
}

static void dates(struct draft *draft, json_t *item)
{
	static const char *const first[] = {"today-3Y", "today-2D", "2024-02-28", "today-1M",
					    "2025-12-31"};
	static const char *const last[] = {"today", "today+2D", "today-1D", "2026-03-01",
					   "today+1Y"};

	if (draft_roll(draft, 4))
		set(item, "min", json_string(first[draft_roll(draft, 5)]));
	if (draft_roll(draft, 4))
		set(item, "max", json_string(last[draft_roll(draft, 5)]));
}

static void texts(struct draft *draft, json_t *item)
{
	static const char *const patterns[] = {"[a-c]+", "a|bb?", "\\d{2}", "a.?c*"};

	if (draft_chance(draft, 3))
		set(item, "pattern", json_string(patterns[draft_roll(draft, 4)]));
	if (draft_chance(draft, 3))
		set(item, "min_length", json_integer(draft_roll(draft, 3)));
	if (draft_chance(draft, 3))
		set(item, "max_length", json_integer(2 + draft_roll(draft, 3)));
}

static void units(struct draft *draft, json_t *item)
{
	static const char *const factors[] = {"2", "0.5", "0.45359237", "5/9"};
	json_t *rule =
		json_pack("{s:s,s:s}", "code", "[lb_av]", "factor", factors[draft_roll(draft, 4)]);

	set(item, "unit", json_string("kg"));
	if (draft_chance(draft, 3))
		set(rule, "offset_before", json_string("-1"));
	if (draft_chance(draft, 3))
		set(rule, "offset", json_string("1/3"));
	if (draft_chance(draft, 2))
		set(item, "units", json_pack("[O]", rule));
	json_decref(rule);
}

static void members_of_type(struct draft *draft, const char *type, struct draft_name *name)
{
	if (strcmp(type, "integer") == 0)
		whole_limits(draft, name);
	else if (strcmp(type, "decimal") == 0 || strcmp(type, "quantity") == 0)
		exact_limits(draft, name);
	else if (strcmp(type, "date") == 0)
		dates(draft, name->item);
	else if (strcmp(type, "text") == 0)
		texts(draft, name->item);
	else if (strcmp(type, "choice") == 0 || strcmp(type, "multi") == 0 ||
		 strcmp(type, "open_choice") == 0)
		choices(draft, name);
	else if (strcmp(type, "state") == 0) {
		name->codes = json_pack("[s,s]", "TX", "PR");
		set(name->item, "only", name->codes);
	}
	if (strcmp(type, "quantity") == 0)
		units(draft, name->item);
}

static json_t *literal_of(struct draft *draft, const struct draft_name *name)
{
	switch (name->type) {
	case 'B': return json_boolean(draft_roll(draft, 2));
	case 'I': return json_integer(name->low + draft_roll(draft, 3));
	case 'D':
	case 'Q': return tenths(name->low * 10 + draft_roll(draft, 4) * 5);
	case 'A': return json_string(draft_chance(draft, 2) ? "2026-01-01" : "2024-02-29");
	case 'X': return json_string("a");
	case 'C': return draft_code(draft, name);
	case 'S': return draft_codes(draft, name);
	default: return json_array();
	}
}

static json_t *requirement(struct draft *draft, bool may_be_rule)
{
	const struct draft_name *name = draft_pick(draft, "BIDAXCSQ");

	if (!may_be_rule || draft_roll(draft, 5))
		return json_true();
	if (name && name->item && draft_chance(draft, 3) && !draft->in_rows)
		return json_pack("{s:[s]}", "missing", name->id);
	return draft_boolean(draft, 1);
}

static void flags(struct draft *draft, struct draft_name *name, bool attestation)
{
	json_t *item = name->item;

	if (draft_chance(draft, 3))
		set(item, "safety", json_true());
	if (draft_chance(draft, 3))
		set(item, "required", requirement(draft, !attestation));
	if ((draft->n_names || draft->in_rows) && draft_chance(draft, 2))
		set(item, "show_if", draft_boolean(draft, 1));
	if (!json_object_get(item, "show_if") || draft_roll(draft, 5) < 2)
		return;
	set(item, "when_hidden", literal_of(draft, name));
}

/* An item that is no group; declared among the names it belongs to by the caller. */
static struct draft_name question(struct draft *draft)
{
	static const struct {
		const char *type;
		char letter;
	} types[] = {
		{"boolean", 'B'},     {"integer", 'I'}, {"choice", 'C'},  {"multi", 'S'},
		{"attestation", 'B'}, {"boolean", 'B'}, {"integer", 'I'}, {"choice", 'C'},
		{"state", 'C'},	      {"decimal", 'D'}, {"decimal", 'D'}, {"quantity", 'Q'},
		{"date", 'A'},	      {"text", 'X'},	{"zip", 'X'},	  {"open_choice", 'C'}};
	int i = draft_roll(draft, draft->finite ? 9 : 16);
	struct draft_name name = {.type = types[i].letter, .high = 3};

	draft_id(draft, types[i].type[0], name.id);
	name.item = json_pack("{s:s,s:s}", "id", name.id, "type", types[i].type);
	members_of_type(draft, types[i].type, &name);
	flags(draft, &name, strcmp(types[i].type, "attestation") == 0);
	return name;
}

static void rows(struct draft *draft, json_t *item, const char *id)
{
	struct draft_name *name;
	static const int sizes[] = {1, 1, 2, 2, 2, 5, 64};
	int most = sizes[draft_roll(draft, 7)], first = draft->n_row_names;
	struct draft_name group = {.children = &draft->row_names[first]};

	set(item, "repeats", json_true());
	if (most < 64)
		set(item, "max_rows", json_integer(most));
	if (draft_chance(draft, 2))
		set(item, "min_rows", json_integer(draft_roll(draft, most < 2 ? 2 : 3)));
	if (draft_chance(draft, 3))
		set(item, "required", json_true());
	if (draft_chance(draft, 6))
		set(item, "safety", json_true());
	if (json_object_get(item, "show_if") && draft_chance(draft, 3))
		set(item, "when_hidden", json_array());
	for (int n = 1 + draft_roll(draft, 2); n > 0 && draft->n_row_names < 4; n--) {
		draft->in_rows = &group;
		draft->row_names[draft->n_row_names++] = question(draft);
		draft->in_rows = NULL;
		json_array_append_new(json_object_get(item, "items"),
				      group.children[group.n_children].item);
		group.n_children++;
	}
	name = draft_declare(draft, 'R', id, item);
	name->children = group.children;
	name->n_children = group.n_children;
}

static void group(struct draft *draft, json_t *items)
{
	json_t *item;
	char id[8];

	draft_id(draft, 'g', id);
	item = json_pack("{s:s,s:s,s:[]}", "id", id, "type", "group", "items");
	json_array_append_new(items, item);
	if (draft->n_names && draft_chance(draft, 2))
		set(item, "show_if", draft_boolean(draft, 1));
	if (!draft->finite && draft_chance(draft, 2) && draft->n_row_names < 3) {
		rows(draft, item, id);
		return;
	}
	for (int n = 1 + draft_roll(draft, 2); n > 0; n--) {
		draft->names[draft->n_names] = question(draft);
		json_array_append_new(json_object_get(item, "items"),
				      draft->names[draft->n_names++].item);
	}
}

void draft_item(struct draft *draft)
{
	json_t *items = json_object_get(draft->document, "items");
	char id[8];

	if (draft->n_names > DRAFT_NAMES - 8)
		return;
	switch (draft_roll(draft, 12)) {
	case 0:
	case 1: group(draft, items); return;
	case 2:
		if (draft_chance(draft, 3)) {
			draft_id(draft, 'n', id);
			json_array_append_new(items,
					      json_pack("{s:s,s:s}", "id", id, "type", "display"));
			return;
		}
		break;
	default: break;
	}
	draft->names[draft->n_names] = question(draft);
	json_array_append_new(items, draft->names[draft->n_names++].item);
}
