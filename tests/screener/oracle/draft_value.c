/* Random derived values, scores and reference tables. */
#include <string.h>

#include "crypto/hash.h"
#include "draft.h"

static json_t *rounding(struct draft *draft, int digits)
{
	static const char *const modes[] = {"half_up", "half_even", "up",
					    "down",    "floor",	    "ceiling"};

	return json_pack("[i,s]", digits, modes[draft_roll(draft, 6)]);
}

void draft_derived(struct draft *draft)
{
	static const char *const types[] = {"boolean", "integer", "decimal", "date"};
	static const char letters[] = "BIDA";
	int kind = draft_roll(draft, 4);
	json_t *derived, *rule;
	char id[8];

	draft_id(draft, 'v', id);
	switch (kind) {
	case 0: rule = draft_boolean(draft, 2); break;
	case 1: rule = draft_integer(draft, 2); break;
	case 2: rule = draft_decimal(draft, 2); break;
	default: rule = draft_date(draft); break;
	}
	derived = json_pack("{s:s,s:s,s:o}", "id", id, "type", types[kind], "rule", rule);
	if (kind == 2 && draft_chance(draft, 3))
		json_object_set_new(derived, "round", rounding(draft, 1 + draft_roll(draft, 2)));
	json_array_append_new(json_object_get(draft->document, "derived"), derived);
	/* One of four is read by no rule, and may yet fail. */
	if (draft_roll(draft, 4))
		draft_declare(draft, letters[kind], id, NULL);
}

static bool has_points(const struct draft_name *name)
{
	json_t *options = json_object_get(name->item, "options");

	if (name->type == 'C' || name->type == 'S')
		return json_object_get(json_array_get(options, 0), "score") &&
		       strcmp(json_string_value(json_object_get(name->item, "type")),
			      "open_choice") != 0;
	return strchr("BID", name->type) && (name->item || name->type != 'B');
}

static json_t *counted(struct draft *draft)
{
	json_t *items = json_array();

	for (int i = 0; i < draft->n_names && json_array_size(items) < 3; i++)
		if (has_points(&draft->names[i]) && draft_roll(draft, 3))
			json_array_append_new(items, json_string(draft->names[i].id));
	return items;
}

static void bands(struct draft *draft, json_t *score, const char *id)
{
	int cut = draft_roll(draft, 3), top = draft_chance(draft, 2) ? 4 : 1000;
	struct draft_name *name;
	char band[16];

	json_object_set_new(
		score, "bands",
		json_pack("[[i,i,s],[i,i,s]]", -1000, cut, "low", cut + 1, top, "high"));
	snprintf(band, sizeof band, "%.6s.band", id);
	name = draft_declare(draft, 'C', band, NULL);
	name->codes = json_pack("[s,s]", "low", "high");
	json_object_set_new(score, "x_codes", name->codes);
}

void draft_score(struct draft *draft)
{
	static const char *const methods[] = {"sum", "mean", "count"};
	static const char *const missing[] = {"unknown", "zero", "prorate"};
	int method = draft_roll(draft, 3), of_missing = draft_roll(draft, 3);
	json_t *items = counted(draft), *score;
	int n = (int)json_array_size(items);
	char id[8];

	if (n == 0) {
		json_decref(items);
		return;
	}
	draft_id(draft, 'w', id);
	score = json_pack("{s:s,s:s,s:o,s:s}", "id", id, "method", methods[method], "items", items,
			  "missing", missing[of_missing]);
	json_array_append_new(json_object_get(draft->document, "scores"), score);
	if (of_missing)
		json_object_set_new(score, "max_missing", json_integer(draft_roll(draft, n)));
	if (method == 1 || of_missing == 2)
		json_object_set_new(score, "round", rounding(draft, draft_roll(draft, 2)));
	if (draft_chance(draft, 2))
		bands(draft, score, id);
	draft_declare(draft, 'D', id, NULL);
}

static void name_hash(json_t *table, char *hex)
{
	char *text = json_dumps(table, JSON_COMPACT | JSON_REAL_PRECISION(15));
	uint8_t hash[SHA256_BYTES];

	crypto_sha256(hash, text, strlen(text));
	for (int i = 0; i < SHA256_BYTES; i++)
		snprintf(hex + (size_t)2 * (size_t)i, 3, "%02x", hash[i]);
	free(text);
}

/* Keys 0 or 1 up to 3 with gaps: some that are asked for have no row. */
void draft_table(struct draft *draft)
{
	bool floor_keys = draft_chance(draft, 2);
	json_t *key = json_pack("{s:s,s:s}", "name", "size", "type", "integer");
	json_t *table = json_pack("{s:s,s:s,s:s,s:s,s:[o],s:[{s:s,s:s}],s:[]}", "format",
				  "reference-table/1", "name", "t", "title", "T", "source", "S",
				  "keys", key, "columns", "name", "n", "type", "integer", "rows");
	char hex[65];

	if (floor_keys)
		json_object_set_new(key, "match", json_string("floor"));
	for (int i = draft_roll(draft, 2); i < 4; i++) {
		json_t *row = json_pack("{s:s,s:[i],s:[i]}", "from",
					draft_chance(draft, 5) ? "2026-02-01" : "2020-01-01", "key",
					i, "values", draft_roll(draft, 5));

		if (draft_chance(draft, 3)) {
			json_decref(row);
			continue;
		}
		if (draft_chance(draft, 5))
			json_object_set_new(row, "until", json_string("2026-02-15"));
		json_array_append_new(json_object_get(table, "rows"), row);
	}
	if (!json_array_size(json_object_get(table, "rows")))
		json_array_append_new(json_object_get(table, "rows"),
				      json_pack("{s:s,s:[i],s:[i]}", "from", "2020-01-01", "key", 1,
						"values", 2));
	name_hash(table, hex);
	json_array_append_new(draft->tables, table);
	json_object_set_new(draft->document, "tables",
			    json_pack("{s:{s:s,s:s}}", "t", "sha256", hex, "as_of", "session"));
}

json_t *draft_lookup(struct draft *draft, int depth)
{
	if (!json_array_size(draft->tables))
		return draft_integer(draft, 0);
	return json_pack("{s:[s,s,{s:o}]}", "lookup", "t", "n", "size",
			 draft_integer(draft, depth - 1));
}
