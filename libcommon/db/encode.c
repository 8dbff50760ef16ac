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
	OID_TEXT_ARRAY = 1009,
	OID_DATE = 1082,
	OID_TIMESTAMPTZ = 1184,
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
	};
	return oids[type];
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

/* One dimension, no NULLs: ndim, flags, element type, length, lower bound. */
static void add_array_head(struct strbuf *out, Oid element, size_t n)
{
	add_be32(out, n ? 1 : 0);
	add_be32(out, 0);
	add_be32(out, element);
	if (n) {
		add_be32(out, (uint32_t)n);
		add_be32(out, 1);
	}
}

static struct value text_list(struct arena *arena, const struct text_list *list)
{
	struct strbuf out = strbuf_new(arena);

	add_array_head(&out, OID_TEXT, list->n);
	for (size_t i = 0; i < list->n; i++) {
		size_t len = strlen(list->items[i]);

		add_be32(&out, (uint32_t)len);
		strbuf_add(&out, list->items[i], len);
	}
	return (struct value){out.ptr, out.len};
}

static struct value uuid_list(struct arena *arena, const struct uuid_list *list)
{
	struct strbuf out = strbuf_new(arena);

	add_array_head(&out, OID_UUID, list->n);
	for (size_t i = 0; i < list->n; i++) {
		add_be32(&out, 16);
		strbuf_add(&out, (const char *)list->items[i].bytes, 16);
	}
	return (struct value){out.ptr, out.len};
}

/* jsonb's binary form is its text after a version byte. */
static struct value json(struct arena *arena, const struct str *text)
{
	char *copy = arena_alloc(arena, text->len + 1);

	copy[0] = 1;
	memcpy(copy + 1, text->ptr, text->len);
	return (struct value){copy, text->len + 1};
}

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
	case DB_TEXT_LIST: return text_list(arena, at);
	case DB_UUID_LIST: return uuid_list(arena, at);
	}
	return (struct value){};
}

/* Where the value lies: in the member, or where the member points; NULL for SQL NULL. */
static const void *locate(const struct db_column *column, const void *args)
{
	const void *member = (const char *)args + column->offset;

	switch (column->type) {
	case DB_TEXT: return *(const char *const *)member;
	case DB_BYTES:
		return column->is_nullable && !((const struct str *)member)->ptr ? NULL : member;
	case DB_JSON: return ((const struct str *)member)->ptr ? member : NULL;
	case DB_TEXT_LIST:
		return column->is_nullable && !((const struct text_list *)member)->items ? NULL
											 : member;
	case DB_UUID_LIST:
		return column->is_nullable && !((const struct uuid_list *)member)->items ? NULL
											 : member;
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
			return FAIL(INTERNAL, "NULL_ARGUMENT");
		}
		if (value.len > INT_MAX)
			return FAIL(RESOURCE_EXHAUSTED, "ARGUMENT_TOO_LARGE");
		add_param(params, value);
	}
	return OK;
}
