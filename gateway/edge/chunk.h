#pragma once

/*
 * The chunked transfer coding, strictly: sizes of one to eight hex digits,
 * CR LF everywhere, short extensions of RFC 9112's form without white space
 * skipped, no trailers.  Incremental and pure.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EDGE_CHUNK_LINE_MAX 256

struct edge_chunks {
	enum {
		CHUNK_SIZE,
		CHUNK_EXT_NAME,
		CHUNK_EXT_VALUE,
		CHUNK_EXT_QUOTED,
		CHUNK_EXT_ESCAPED,
		CHUNK_EXT_END,
		CHUNK_SIZE_LF,
		CHUNK_DATA,
		CHUNK_DATA_CR,
		CHUNK_DATA_LF,
		CHUNK_LAST_CR,
		CHUNK_LAST_LF,
		CHUNK_DONE,
		CHUNK_BAD,
	} state;
	uint32_t left;	      /* of the data of this chunk */
	uint32_t line_length; /* of the size line so far */
	uint32_t digits;
	uint32_t ext_length; /* of the extension's name or value so far */
};

/*
 * Decodes up to len bytes from in; data is written to out, which has room for
 * len bytes and may be in itself.  Returns the bytes consumed (less than len
 * only when done or bad); *produced is the length of the data.
 */
size_t edge_chunks_feed(struct edge_chunks *chunks, const char *in, size_t len, char *out,
			size_t *produced);
