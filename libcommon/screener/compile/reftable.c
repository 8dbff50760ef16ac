/* Reference tables: found by their hash, checked, sorted by key and date, searched in halves. */
#include <stdlib.h>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "screener/compile/compiler.h"
#include "screener/json/tree.h"

#define MAX_REFERENCE_ROWS 100000

int32_t table_index(const struct compiler *c, struct str name)
{
	for (uint32_t i = 0; i < c->program.n_tables; i++)
		if (str_eq(c->tables[i].name, name))
			return (int32_t)i;
	return -1;
}

static bool has_hash(struct given_table *given, const uint8_t sha256[32])
{
	if (given->bytes.len > MAX_DOCUMENT)
		return false;
	if (!given->is_hashed)
		crypto_sha256(given->sha256, given->bytes.ptr, given->bytes.len);
	given->is_hashed = true;
	return memcmp(given->sha256, sha256, sizeof given->sha256) == 0;
}

/* Belongs to the given table. */
static json_t *find_content(struct compiler *c, const struct path *at, const uint8_t sha256[32])
{
	json_error_t error;

	for (size_t i = 0; i < c->n_given_tables; i++) {
		struct given_table *given = &c->given_tables[i];

		if (!has_hash(given, sha256))
			continue;
		if (!given->json)
			given->json = json_tree_read(given->bytes, &error);
		if (json_is_object(given->json))
			return given->json;
		ERROR_AT(c, at, "TABLE_INVALID", "The table is not a JSON object.");
		return NULL;
	}
	ERROR_AT(c, at, "TABLE_MISSING", "No table with this SHA-256 was given.");
	return NULL;
}

static enum type_kind key_kind(struct str name)
{
	if (str_eq_c(name, "text"))
		return TYPE_TEXT;
	if (str_eq_c(name, "integer"))
		return TYPE_INT;
	return str_eq_c(name, "boolean") ? TYPE_BOOL : TYPE_NONE;
}

static enum type_kind column_kind(struct str name)
{
	if (str_eq_c(name, "decimal"))
		return TYPE_DEC;
	if (str_eq_c(name, "date"))
		return TYPE_DATE;
	return key_kind(name);
}

/* Names and types of keys or columns; what is wrong with a table is said at its reference. */
static uint32_t compile_heads(struct compiler *c, const struct path *at, json_t *array, size_t max,
			      enum type_kind (*kind_of)(struct str), const struct str **names,
			      const struct type **types, bool *floor)
{
	size_t n = json_array_size(array);
	struct str *name = keep_array_of(c->keep, struct str, n);
	struct type *type = keep_array_of(c->keep, struct type, n);

	if (!n || n > max)
		goto bad;
	for (size_t i = 0; i < n; i++) {
		json_t *head = json_array_get(array, i);
		json_t *id = json_object_get(head, "name"), *t = json_object_get(head, "type");

		if (!json_is_string(id) || !json_is_string(t) || !id_is_valid(json_str(id), false))
			goto bad;
		name[i] = json_str(id);
		name[i].ptr = keep_text(c->keep, name[i].ptr, name[i].len);
		type[i].kind = (uint8_t)kind_of(json_str(t));
		if (!type[i].kind)
			goto bad;
		if (!floor || !json_object_get(head, "match"))
			continue;
		*floor = i + 1 == n && type[i].kind == TYPE_INT;
		if (!*floor)
			goto bad;
	}
	*names = name;
	*types = type;
	return (uint32_t)n;
bad:
	ERROR_AT(c, at, "TABLE_INVALID",
		 "The table's keys and columns need a name and a known type each.");
	return 0;
}

static bool compile_value(struct compiler *c, json_t *json, enum type_kind kind, struct value *out)
{
	struct number n;
	date_days days;

	switch (kind) {
	case TYPE_BOOL: *out = value_integer(json_is_true(json)); return json_is_boolean(json);
	case TYPE_INT: *out = value_integer(json_integer_value(json)); return json_is_integer(json);
	case TYPE_DEC:
		if (!json_is_number(json) && !json_is_string(json))
			return false;
		if (!json_decimal(c, NULL, json, &n))
			return false;
		*out = value_number(n);
		return true;
	case TYPE_DATE:
		if (!json_is_string(json) || !date_parse(json_str(json), &days))
			return false;
		*out = value_integer(days);
		return true;
	default:
		if (!json_is_string(json))
			return false;
		*out = value_text((struct str){
			keep_text(c->keep, json_string_value(json), json_string_length(json)),
			json_string_length(json)});
		return true;
	}
}

static const struct value *compile_cells(struct compiler *c, json_t *array, uint32_t n,
					 const struct type *types)
{
	struct value *cells = keep_array_of(c->keep, struct value, n);

	if (json_array_size(array) != n)
		return NULL;
	for (uint32_t i = 0; i < n; i++)
		if (!compile_value(c, json_array_get(array, i), types[i].kind, &cells[i]))
			return NULL;
	return cells;
}

static bool compile_period(json_t *json, struct table_row *row)
{
	json_t *from = json_object_get(json, "from"), *until = json_object_get(json, "until");

	row->until = INT32_MAX;
	if (!json_is_string(from) || !date_parse(json_str(from), &row->from))
		return false;
	if (until && !json_is_null(until) &&
	    (!json_is_string(until) || !date_parse(json_str(until), &row->until)))
		return false;
	return row->from < row->until;
}

static int compare_rows(const void *a, const void *b, void *table)
{
	const struct table_row *x = a, *y = b;
	int order =
		table_keys_compare(table, x->keys, y->keys, ((const struct table *)table)->n_keys);

	return order ? order : (x->from > y->from) - (x->from < y->from);
}

static void compile_rows(struct compiler *c, const struct path *at, json_t *array,
			 struct table *table)
{
	size_t n = json_array_size(array);
	struct table_row *rows = keep_array_of(c->keep, struct table_row, n);

	if (!n || n > MAX_REFERENCE_ROWS) {
		ERROR_AT(c, at, "TABLE_INVALID", "A table has from 1 to %d rows.",
			 MAX_REFERENCE_ROWS);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		json_t *json = json_array_get(array, i);

		rows[i].keys = compile_cells(c, json_object_get(json, "key"), table->n_keys,
					     table->key_types);
		rows[i].values = compile_cells(c, json_object_get(json, "values"), table->n_columns,
					       table->column_types);
		if (!rows[i].keys || !rows[i].values || !compile_period(json, &rows[i])) {
			ERROR_AT(c, at, "TABLE_INVALID",
				 "Row %zu of the table does not fit its keys, columns or dates.",
				 i);
			return;
		}
	}
	qsort_r(rows, n, sizeof *rows, compare_rows, table);
	for (size_t i = 1; i < n; i++)
		if (table_keys_compare(table, rows[i - 1].keys, rows[i].keys, table->n_keys) == 0 &&
		    rows[i].from < rows[i - 1].until)
			ERROR_AT(c, at, "TABLE_OVERLAP",
				 "Two rows of the table are valid for the same key at once.");
	table->rows = rows;
	table->n_rows = (uint32_t)n;
}

static void compile_content(struct compiler *c, const struct path *at, json_t *json,
			    struct table *table)
{
	static const char *const members[] = {"format", "name",	   "title", "source",
					      "keys",	"columns", "rows",  NULL};
	json_t *format = json_object_get(json, "format");
	const char *name;
	json_t *value;

	json_object_foreach (json, name, value) {
		size_t i = 0;

		while (members[i] && strcmp(members[i], name) != 0)
			i++;
		if (!members[i] && strncmp(name, "x_", 2) != 0)
			ERROR_AT(c, at, "TABLE_INVALID",
				 "The table has an unknown member \"%.64s\".", name);
	}
	if (!json_is_string(format) || !str_eq_c(json_str(format), "reference-table/1")) {
		ERROR_AT(c, at, "TABLE_INVALID", "The table's format is not reference-table/1.");
		return;
	}
	table->n_keys =
		compile_heads(c, at, json_object_get(json, "keys"), MAX_TABLE_KEYS, key_kind,
			      &table->key_names, &table->key_types, &table->floor);
	table->n_columns = compile_heads(c, at, json_object_get(json, "columns"), 100, column_kind,
					 &table->column_names, &table->column_types, NULL);
	if (table->n_keys && table->n_columns)
		compile_rows(c, at, json_object_get(json, "rows"), table);
}

static void compile_table(struct compiler *c, const struct path *at, const char *name, json_t *json)
{
	static const char *const members[] = {"sha256", "as_of", NULL};
	struct table *table = &c->tables[c->program.n_tables++];
	struct str hex;
	json_t *content;

	*table = (struct table){.name = str_of(name), .as_of = NO_NODE};
	table->name.ptr = keep_text(c->keep, name, table->name.len);
	if (!id_is_valid(table->name, false))
		ERROR_AT(c, at, "BAD_VALUE", "This is not a valid name of a table.");
	if (!member_check(c, at, json, members) || !member_need(c, at, json, "sha256") ||
	    !member_string(c, at, json, "sha256", &hex))
		return;
	if (!hex_decode(table->sha256, 32, hex)) {
		ERROR_AT(c, AT_NAME(at, "sha256"), "BAD_VALUE", "A SHA-256 has 64 hex digits.");
		return;
	}
	content = find_content(c, AT_NAME(at, "sha256"), table->sha256);
	if (content)
		compile_content(c, AT_NAME(at, "sha256"), content, table);
}

void compile_tables(struct compiler *c, const struct path *at)
{
	json_t *object = json_object_get(c->document, "tables");
	const char *name;
	json_t *value;

	if (!object)
		return;
	if (!json_is_object(object) || json_object_size(object) > MAX_TABLES) {
		ERROR_AT(c, AT_NAME(at, "tables"), "WRONG_TYPE",
			 "An object with at most %d tables is expected here.", MAX_TABLES);
		return;
	}
	json_object_foreach (object, name, value)
		compile_table(c, AT_NAME(AT_NAME(at, "tables"), name), name, value);
}

void compile_table_dates(struct compiler *c, const struct path *at)
{
	const struct path *here = AT_NAME(at, "tables");
	uint32_t i = 0;
	const char *name;
	json_t *value;

	json_object_foreach (json_object_get(c->document, "tables"), name, value) {
		json_t *as_of = json_object_get(value, "as_of");
		struct scope scope = {.row_group = -1,
				      .step = (int32_t)(MAX_ITEMS + MAX_DERIVED + MAX_SCORES + i)};

		if (i == c->program.n_tables)
			return;
		if (as_of && !(json_is_string(as_of) && str_eq_c(json_str(as_of), "session")))
			c->tables[i].as_of = compile_rule(c, AT_NAME(AT_NAME(here, name), "as_of"),
							  as_of, &scope, TYPE_DATE);
		if (!c->table_used[i])
			WARNING_AT(c, AT_NAME(here, name), "UNUSED_TABLE",
				   "No rule looks anything up in this table.");
		i++;
	}
}
