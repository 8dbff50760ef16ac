#include "consumer/copy.h"

#include "base/encoding.h"
#include "base/log.h"
#include "consumer/consumer.h"
#include "crypto/hash.h"

static struct str str_of_bytes(ProtobufCBinaryData bytes)
{
	return (struct str){(const char *)bytes.data, bytes.len};
}

static bool has_hash(struct str bytes, const char *hex)
{
	uint8_t hash[SHA256_BYTES];
	char text[2 * SHA256_BYTES + 1];

	crypto_sha256(hash, bytes.ptr, bytes.len);
	hex_encode(text, hash, sizeof hash);
	return strcmp(text, hex) == 0;
}

static struct status corrupt(const char *hash)
{
	log_error("a screener is not what its hash says", KV("content_hash", hash));
	return FAIL(SCREENER_CORRUPT);
}

struct status copy_store(struct rpc_call *call, const Program__PublishedVersion *version)
{
	struct str document = str_of_bytes(version->document);

	if (!has_hash(document, version->content_hash))
		return corrupt(version->content_hash);
	TRY(q_insert_copy(call->tx, version->content_hash, document, call->now));
	for (size_t i = 0; i < version->n_tables; i++) {
		const Program__ReferenceTable *table = version->tables[i];

		if (!has_hash(str_of_bytes(table->document), table->sha256))
			return corrupt(table->sha256);
		TRY(q_insert_table_copy(
			call->tx, .content_hash = version->content_hash, .sha256 = table->sha256,
			.document = str_of_bytes(table->document), .now = call->now));
	}
	return OK;
}

struct status copy_load(struct rpc_call *call, const char *content_hash,
			struct screener_entry **out)
{
	struct screener_cache *cache = consumer_of(call)->screeners;
	struct q_copy_row *copy, *rows;
	struct str *tables;
	size_t n;

	*out = screener_cache_find(cache, content_hash);
	if (*out)
		return OK;
	TRY(q_screener_copy(call->tx, content_hash, &copy));
	if (!copy || !has_hash(copy->document, content_hash))
		return corrupt(content_hash);
	/* The compiler finds tables by the hash of their bytes. */
	TRY(q_table_copies(call->tx, content_hash, &rows, &n));
	tables = arena_array_of(call->arena, struct str, n + 1);
	for (size_t i = 0; i < n; i++)
		tables[i] = rows[i].document;
	return screener_cache_add(cache, content_hash, copy->document, tables, n, out);
}
