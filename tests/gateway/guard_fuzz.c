/*
 * Any bytes to the guard: scanning in one piece and byte by byte must agree, a
 * head that passes must keep its promises, chunk data never grows.
 */
#include <stdlib.h>

#include "edge/chunk.h"
#include "edge/head.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_scan(const char *bytes, size_t size, enum edge_refusal whole, size_t head_len)
{
	struct edge_scan scan = {};
	enum edge_refusal refusal = EDGE_FINE;
	size_t got = 0;

	for (size_t n = 1; n <= size && refusal == EDGE_FINE && !got; n++)
		refusal = edge_head_scan(&scan, bytes, n, &got);
	if (whole == EDGE_FINE && (refusal != EDGE_FINE || got != head_len))
		abort();
}

static void check_head(const struct edge_head *head)
{
	if (head->chunked && (head->has_length || head->is_http10))
		abort();
	if (!head->is_http10 && head->host.len == 0)
		abort();
	if (memchr(head->target.ptr, ' ', head->target.len))
		abort();
	for (size_t i = 0; i < head->n_fields; i++) {
		const struct edge_field *field = &head->fields[i];

		if (memchr(field->value.ptr, '\r', field->value.len) ||
		    memchr(field->value.ptr, '\0', field->value.len) || field->name.len == 0)
			abort();
	}
}

static void check_chunks(const char *bytes, size_t size)
{
	struct edge_chunks whole = {}, pieces = {};
	char *out = malloc(size + 1), *again = malloc(size + 1);
	size_t produced, total = 0, used = edge_chunks_feed(&whole, bytes, size, out, &produced);

	if (used > size || produced > used)
		abort();
	for (size_t i = 0; i < used; i++) {
		size_t n;

		edge_chunks_feed(&pieces, bytes + i, 1, again + total, &n);
		total += n;
	}
	if (total != produced || memcmp(out, again, total) != 0 || whole.state != pieces.state)
		abort();
	free(out);
	free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct edge_scan scan = {};
	struct edge_head head;
	size_t head_len;
	enum edge_refusal refusal;

	if (size == 0 || size > 2 * EDGE_HEAD_MAX)
		return 0;
	refusal = edge_head_scan(&scan, bytes, size, &head_len);
	check_scan(bytes, size, refusal, head_len);
	if (refusal == EDGE_FINE && head_len) {
		struct arena *arena = arena_new(1 << 20);

		if (edge_head_parse(arena, bytes, head_len, scan.n_lines, &head) == EDGE_FINE)
			check_head(&head);
		arena_free(&arena);
	}
	check_chunks(bytes, size);
	return 0;
}
