#include <jansson.h>

#include "base/encoding.h"
#include "contract/time.h"
#include "crypto/hash.h"
#include "program/program.h"
#include "svc/kit/change.h"

/* The name a table gives itself, NULL when it is no reference table at all. */
static const char *table_name(struct arena *arena, const char *document)
{
	json_t *json = json_loads(document, JSON_REJECT_DUPLICATES, NULL);
	const char *format = json_string_value(json_object_get(json, "format"));
	const char *name = json_string_value(json_object_get(json, "name"));
	char *copy = NULL;

	if (format && strcmp(format, "reference-table/1") == 0 && name && strlen(name) <= 64)
		copy = arena_strdup(arena, name);
	json_decref(json);
	return copy;
}

/* Asked for twice, it is there once. */
struct status program_create_reference_table(struct rpc_call *call,
					     const Program__CreateReferenceTableRequest *req,
					     Program__ReferenceTableInfo *resp)
{
	struct str document = str_of(req->table->document);
	const char *name = table_name(call->arena, document.ptr);
	char *hex = arena_alloc(call->arena, 2 * SHA256_BYTES + 1);
	uint8_t hash[SHA256_BYTES];
	int64_t inserted;

	if (!name)
		return FAIL(TABLE_INVALID);
	crypto_sha256(hash, document.ptr, document.len);
	hex_encode(hex, hash, sizeof hash);
	TRY(q_insert_table(call->tx, &inserted, .sha256 = hex, .name = name, .document = document,
			   .actor = call->principal->id, .now = call->now));
	resp->sha256 = hex;
	resp->name = name;
	resp->bytes = (int32_t)document.len;
	resp->created_at = pb_timestamp(call->arena, call->now);
	if (!inserted)
		return OK;
	return svc_emit_change(
		call, "reference_table.created",
		&(struct change_out){.resource = &program__reference_table_info__info,
				     .after = resp,
				     .given = req->table});
}
