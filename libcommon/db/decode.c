/* Binary results to row structs. */
#include <endian.h>

#include "base/log.h"
#include "internal.h"

#define EPOCH_INSTANT ((instant)946684800000000)
#define EPOCH_DATE    10957
#define OID_JSONB     3802

static uint32_t get_be32(const char *at)
{
	uint32_t wire;

	memcpy(&wire, at, 4);
	return be32toh(wire);
}

static int64_t get_be64(const char *at)
{
	uint64_t wire;

	memcpy(&wire, at, 8);
	return (int64_t)be64toh(wire);
}

/* -infinity and infinity are the ends of int64. */
static instant to_instant(int64_t wire)
{
	if (wire < INSTANT_MIN - EPOCH_INSTANT)
		return INSTANT_MIN;
	if (wire > INSTANT_MAX - EPOCH_INSTANT)
		return INSTANT_MAX;
	return wire + EPOCH_INSTANT;
}

static struct str to_bytes(struct arena *arena, const char *at, size_t len)
{
	return (struct str){arena_strndup(arena, at, len), len};
}

/* The length a type must have on the wire; 0 when it varies. */
static size_t wire_size(enum db_type type)
{
	switch (type) {
	case DB_UUID: return 16;
	case DB_INT4:
	case DB_DATE: return 4;
	case DB_INT8:
	case DB_INSTANT: return 8;
	case DB_BOOL: return 1;
	default: return 0;
	}
}

static size_t value_size(enum db_type type)
{
	return type == DB_BOOL ? sizeof(bool) : wire_size(type);
}

static bool decode_list(struct arena *arena, enum db_type type, const char *at, size_t len,
			void *out);

static bool decode_value(struct arena *arena, enum db_type type, Oid oid, const char *at,
			 size_t len, void *out)
{
	if (wire_size(type) && wire_size(type) != len)
		return false;
	switch (type) {
	case DB_UUID: memcpy(((struct uuid *)out)->bytes, at, 16); return true;
	case DB_TEXT: *(const char **)out = arena_strndup(arena, at, len); return true;
	case DB_INT4: *(int32_t *)out = (int32_t)get_be32(at); return true;
	case DB_INT8: *(int64_t *)out = get_be64(at); return true;
	case DB_BOOL: *(bool *)out = at[0] != 0; return true;
	case DB_INSTANT: *(instant *)out = to_instant(get_be64(at)); return true;
	case DB_DATE: *(date_days *)out = (date_days)get_be32(at) + EPOCH_DATE; return true;
	case DB_JSON:
		if (oid == OID_JSONB && len > 0) {
			at++;
			len--;
		}
		[[fallthrough]];
	case DB_BYTES: *(struct str *)out = to_bytes(arena, at, len); return true;
	case DB_TEXT_LIST:
	case DB_UUID_LIST:
	case DB_INT8_LIST:
	case DB_INSTANT_LIST:
	case DB_BYTES_LIST: return decode_list(arena, type, at, len, out);
	}
	return false;
}

/* One item and its length before it; NULL only among bytes, whose zeroed item says so. */
static bool decode_item(struct arena *arena, enum db_type element, const char **at, const char *end,
			void *out)
{
	uint32_t size;

	if (end - *at < 4)
		return false;
	size = get_be32(*at);
	*at += 4;
	if (size == UINT32_MAX)
		return element == DB_BYTES;
	if (size > (size_t)(end - *at) || !decode_value(arena, element, 0, *at, size, out))
		return false;
	*at += size;
	return true;
}

/* A one-dimensional array. */
static bool decode_list(struct arena *arena, enum db_type type, const char *at, size_t len,
			void *out)
{
	const char *end = at + len;
	enum db_type element;
	size_t count, size;
	char *items;

	if (!db_is_list(type, &element, &size) || len < 12 || get_be32(at) > 1)
		return false;
	count = get_be32(at) == 0 ? 0 : len >= 20 ? get_be32(at + 12) : SIZE_MAX;
	if (count > len / 4)
		return false;
	items = arena_calloc(arena, count ? count : 1, size);
	at += count ? 20 : 12;
	for (size_t i = 0; i < count; i++)
		if (!decode_item(arena, element, &at, end, items + i * size))
			return false;
	memcpy(out, &(struct db_list){items, count}, sizeof(struct db_list));
	return true;
}

static bool decode_cell(struct arena *arena, const struct db_column *column, const PGresult *result,
			int row, int field, void *out)
{
	void *member = (char *)out + column->offset;
	bool is_behind_pointer = column->is_nullable && wire_size(column->type);

	if (PQgetisnull(result, row, field))
		return column->is_nullable; /* the zeroed member is SQL NULL */
	if (is_behind_pointer) {
		void *value = arena_calloc(arena, 1, value_size(column->type));

		*(void **)member = value;
		member = value;
	}
	return decode_value(arena, column->type, PQftype(result, field),
			    PQgetvalue(result, row, field), (size_t)PQgetlength(result, row, field),
			    member);
}

static struct status check_count(const struct db_query *query, int n)
{
	if (query->rows == DB_ROWS_ONE && n == 0)
		return FAIL(NO_ROW);
	if (query->rows != DB_ROWS_MANY && n > 1)
		return FAIL(TOO_MANY_ROWS);
	return OK;
}

static struct status bad_shape(const struct db_query *query, const char *column)
{
	log_error("row is not what queries.sql says", KV("statement", query->statement),
		  KV("column", column));
	return FAIL(ROW_SHAPE);
}

struct status db_decode(struct arena *arena, const struct db_query *query, const PGresult *result,
			void **rows, size_t *n)
{
	int count = PQntuples(result);
	char *out;

	TRY(check_count(query, count));
	if ((size_t)PQnfields(result) != query->n_columns)
		return bad_shape(query, "-");
	out = count || query->rows == DB_ROWS_MANY
		      ? arena_calloc(arena, (size_t)count, query->row_size)
		      : NULL;
	for (int row = 0; row < count; row++)
		for (size_t i = 0; i < query->n_columns; i++)
			if (!decode_cell(arena, &query->columns[i], result, row, (int)i,
					 out + (size_t)row * query->row_size))
				return bad_shape(query, query->columns[i].name);
	*rows = out;
	if (n)
		*n = (size_t)count;
	return OK;
}
