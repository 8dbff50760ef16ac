/* Arguments to binary parameters. */
#include <endian.h>
#include <limits.h>

#include "base/log.h"
#include "internal.h"

/* PostgreSQL counts from 2000-01-01. */
#define EPOCH_INSTANT ((instant)946684800000000)
#define EPOCH_DATE    10957

enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_BYTEA_ARRAY = 1001,
	OID_TEXT_ARRAY = 1009,
	OID_INT8_ARRAY = 1016,
	OID_DATE = 1082,
	OID_TIMESTAMPTZ = 1184,
	OID_TIMESTAMPTZ_ARRAY = 1185,
	OID_UUID = 2950,
	OID_UUID_ARRAY = 2951,
	OID_JSONB = 3802,
};

Oid db_type_oid(enum db_type type)
{
	static const Oid oids[] = {
		[DB_UUID] = OID_UUID,
		[DB_TEXT] = OID_TEXT,
		[DB_INT4] = OID_INT4,
		[DB_INT8] = OID_INT8,
		[DB_BOOL] = OID_BOOL,
		[DB_INSTANT] = OID_TIMESTAMPTZ,
		[DB_DATE] = OID_DATE,
		[DB_BYTES] = OID_BYTEA,
		[DB_JSON] = OID_JSONB,
		[DB_TEXT_LIST] = OID_TEXT_ARRAY,
		[DB_UUID_LIST] = OID_UUID_ARRAY,
		[DB_INT8_LIST] = OID_INT8_ARRAY,
		[DB_INSTANT_LIST] = OID_TIMESTAMPTZ_ARRAY,
		[DB_BYTES_LIST] = OID_BYTEA_ARRAY,
	};
	return oids[type];
}

bool db_is_list(enum db_type type, enum db_type *element, size_t *size)
{
	switch (type) {
	case DB_TEXT_LIST: *element = DB_TEXT, *size = sizeof(char *); return true;
	case DB_UUID_LIST: *element = DB_UUID, *size = sizeof(struct uuid); return true;
	case DB_INT8_LIST: *element = DB_INT8, *size = sizeof(int64_t); return true;
	case DB_INSTANT_LIST: *element = DB_INSTANT, *size = sizeof(instant); return true;
	case DB_BYTES_LIST: *element = DB_BYTES, *size = sizeof(struct str); return true;
	default: return false;
	}
}

/* A value on its way into a parameter; ptr NULL is SQL NULL. */
struct value {
	const char *ptr;
	size_t len;
};

static struct value be32(struct arena *arena, int32_t v)
{
	uint32_t wire = htobe32((uint32_t)v);

	return (struct value){arena_memdup(arena, &wire, 4), 4};
}

static struct value be64(struct arena *arena, int64_t v)
{
	uint64_t wire = htobe64((uint64_t)v);

	return (struct value){arena_memdup(arena, &wire, 8), 8};
}

static void add_be32(struct strbuf *out, uint32_t v)
{
	uint32_t wire = htobe32(v);

	strbuf_add(out, (const char *)&wire, 4);
}

/* jsonb's binary form is its text after a version byte. */
static struct value json(struct arena *arena, const struct str *text)
{
	char *copy = arena_alloc(arena, text->len + 1);

	copy[0] = 1;
	memcpy(copy + 1, text->ptr, text->len);
	return (struct value){copy, text->len + 1};
}

static struct value encode_list(struct arena *arena, enum db_type type, const void *at);

static struct value encode_plain(struct arena *arena, enum db_type type, const void *at)
{
	switch (type) {
	case DB_UUID: return (struct value){(const char *)((const struct uuid *)at)->bytes, 16};
	case DB_TEXT: return (struct value){at, strlen(at)};
	case DB_INT4: return be32(arena, *(const int32_t *)at);
	case DB_INT8: return be64(arena, *(const int64_t *)at);
	case DB_BOOL: return (struct value){*(const bool *)at ? "\1" : "\0", 1};
	case DB_INSTANT: return be64(arena, *(const instant *)at - EPOCH_INSTANT);
	case DB_DATE: return be32(arena, *(const date_days *)at - EPOCH_DATE);
	case DB_BYTES: {
		const struct str *bytes = at;

		return (struct value){bytes->ptr ? bytes->ptr : "", bytes->len};
	}
	case DB_JSON: return json(arena, at);
	case DB_TEXT_LIST:
	case DB_UUID_LIST:
	case DB_INT8_LIST:
	case DB_INSTANT_LIST:
	case DB_BYTES_LIST: return encode_list(arena, type, at);
	}
	return (struct value){};
}

/* An item without a value: NULL bytes.  Texts lie behind their pointers. */
static const void *locate_item(enum db_type element, const void *item)
{
	if (element == DB_TEXT)
		return *(const char *const *)item;
	if (element == DB_BYTES && !((const struct str *)item)->ptr)
		return NULL;
	return item;
}

/* One dimension: ndim, flag whether NULLs are in it, element type, length, lower bound. */
static struct value encode_list(struct arena *arena, enum db_type type, const void *at)
{
	struct strbuf out = strbuf_new(arena);
	enum db_type element = type;
	struct db_list list;
	size_t size = 0;

	memcpy(&list, at, sizeof list);
	db_is_list(type, &element, &size);
	add_be32(&out, list.n ? 1 : 0);
	add_be32(&out, element == DB_BYTES);
	add_be32(&out, db_type_oid(element));
	if (list.n) {
		add_be32(&out, (uint32_t)list.n);
		add_be32(&out, 1);
	}
	for (size_t i = 0; i < list.n; i++) {
		const void *item = locate_item(element, (const char *)list.items + i * size);
		struct value value = item ? encode_plain(arena, element, item) : (struct value){};

		add_be32(&out, item ? (uint32_t)value.len : UINT32_MAX);
		strbuf_add(&out, value.ptr, value.len);
	}
	return (struct value){out.ptr, out.len};
}

/* Where the value lies: in the member, or where the member points; NULL for SQL NULL. */
static const void *locate(const struct db_column *column, const void *args)
{
	const void *member = (const char *)args + column->offset;
	enum db_type element;
	struct db_list list;
	size_t size;

	if (db_is_list(column->type, &element, &size)) {
		memcpy(&list, member, sizeof list);
		return column->is_nullable && !list.items ? NULL : member;
	}
	switch (column->type) {
	case DB_TEXT: return *(const char *const *)member;
	case DB_BYTES:
		return column->is_nullable && !((const struct str *)member)->ptr ? NULL : member;
	case DB_JSON: return ((const struct str *)member)->ptr ? member : NULL;
	default: return column->is_nullable ? *(const void *const *)member : member;
	}
}

static void add_param(struct db_params *params, struct value value)
{
	params->values[params->n] = value.ptr;
	params->lengths[params->n] = (int)value.len;
	params->formats[params->n] = 1;
	params->n++;
}

struct status db_encode(struct arena *arena, const struct db_query *query, struct uuid tenant,
			const void *args, struct db_params *params)
{
	params->n = 0;
	if (query->scope == DB_SCOPE_TENANT)
		add_param(params, (struct value){arena_memdup(arena, tenant.bytes, 16), 16});
	for (size_t i = 0; i < query->n_args; i++) {
		const void *at = locate(&query->args[i], args);
		struct value value =
			at ? encode_plain(arena, query->args[i].type, at) : (struct value){};

		if (!at && !query->args[i].is_nullable) {
			log_error("argument is NULL", KV("statement", query->statement),
				  KV("argument", query->args[i].name));
			return FAIL(NULL_ARGUMENT);
		}
		if (value.len > INT_MAX)
			return FAIL(ARGUMENT_TOO_LARGE);
		add_param(params, value);
	}
	return OK;
}
