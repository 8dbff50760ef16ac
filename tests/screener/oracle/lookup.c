/* Reference tables: the row of the asked key that is valid at the table's date. */
#include <string.h>

#include "world.h"

/* The date the table is read at. */
static struct value as_of(struct world *w, const char *name)
{
	json_t *rule = json_object_get(
		json_object_get(json_object_get(w->doc->json, "tables"), name), "as_of");

	return json_is_string(rule) ? date_of(w->today) : rule_value(w, rule);
}

static bool is_valid(json_t *row, int64_t day)
{
	json_t *until = json_object_get(row, "until");
	int64_t first, end;

	if (!day_parse(json_string_value(json_object_get(row, "from")), &first) || day < first)
		return false;
	return !until || !day_parse(json_string_value(until), &end) || day < end;
}

/* -1 below, 0 at, 1 above the asked key; other types than numbers are at it or not. */
static int order_of(json_t *key, struct value asked)
{
	if (json_is_string(key))
		return asked.is_no_option || strcmp(json_string_value(key), asked.text) != 0;
	if (json_is_boolean(key))
		return json_is_true(key) != (asked.number.num != 0);
	return fraction_compare(fraction_of(json_integer_value(key)), asked.number);
}

static bool fits(json_t *table, json_t *row, const struct value *asked)
{
	json_t *key;
	size_t i;

	json_array_foreach (json_object_get(table, "keys"), i, key) {
		int order = order_of(json_array_get(json_object_get(row, "key"), i), asked[i]);

		if (json_object_get(key, "match") ? order > 0 : order != 0)
			return false;
	}
	return true;
}

/* Of the rows that fit, the one with the greatest last key. */
static json_t *find_row(json_t *table, const struct value *asked, int64_t day)
{
	size_t last = json_array_size(json_object_get(table, "keys")) - 1, i;
	json_t *row, *best = NULL;

	json_array_foreach (json_object_get(table, "rows"), i, row) {
		json_t *key = json_array_get(json_object_get(row, "key"), last);

		if (!is_valid(row, day) || !fits(table, row, asked))
			continue;
		if (!best || json_integer_value(key) > json_integer_value(json_array_get(
							       json_object_get(best, "key"), last)))
			best = row;
	}
	return best;
}

static struct value column_value(json_t *table, json_t *row, const char *name)
{
	json_t *column = NULL, *value = NULL;
	struct fraction n;
	const char *text;
	int64_t day;
	size_t i;

	json_array_foreach (json_object_get(table, "columns"), i, column)
		if (strcmp(json_string_value(json_object_get(column, "name")), name) == 0) {
			value = json_array_get(json_object_get(row, "values"), i);
			break;
		}
	text = json_string_value(value);
	if (json_is_boolean(value))
		return boolean_of(json_is_true(value));
	if (fraction_of_json(value, &n))
		return number_of(n);
	name = json_string_value(json_object_get(column, "type"));
	if (strcmp(name, "date") == 0 && day_parse(text, &day))
		return date_of(day);
	if (strcmp(name, "decimal") == 0 && fraction_parse(text, &n))
		return number_of(n);
	return text_value(text);
}

struct value lookup_operator(struct world *w, json_t *args)
{
	const char *name = json_string_value(json_array_get(args, 0));
	json_t *table = json_object_get(w->doc->table_names, name), *key, *row;
	struct value asked[8], day = as_of(w, name);
	size_t i;

	if (!day.known)
		return day;
	json_array_foreach (json_object_get(table, "keys"), i, key) {
		const char *key_name = json_string_value(json_object_get(key, "name"));

		asked[i] = rule_value(w, json_object_get(json_array_get(args, 2), key_name));
		if (!asked[i].known)
			return asked[i];
	}
	row = find_row(table, asked, day.number.num);
	return row ? column_value(table, row, json_string_value(json_array_get(args, 1)))
		   : failed();
}
