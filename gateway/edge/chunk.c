#include "edge/chunk.h"

#include <string.h>

#include "base/encoding.h"
#include "base/str.h"
#include "edge/token.h"

static void size_line(struct edge_chunks *chunks, unsigned char c)
{
	int value = hex_digit((char)c);

	if (++chunks->line_length > EDGE_CHUNK_LINE_MAX) {
		chunks->state = CHUNK_BAD;
	} else if (value >= 0 && chunks->digits < 8) {
		chunks->left = chunks->left << 4 | (uint32_t)value;
		chunks->digits++;
	} else if (chunks->digits && c == '\r') {
		chunks->state = CHUNK_SIZE_LF;
	} else if (chunks->digits && c == ';') {
		chunks->state = CHUNK_EXT_NAME;
	} else {
		chunks->state = CHUNK_BAD;
	}
}

/* What may follow a whole name or value. */
static void end_of_part(struct edge_chunks *chunks, unsigned char c)
{
	chunks->ext_length = 0;
	if (c == '\r')
		chunks->state = CHUNK_SIZE_LF;
	else if (c == ';')
		chunks->state = CHUNK_EXT_NAME;
	else if (c == '=' && chunks->state == CHUNK_EXT_NAME)
		chunks->state = CHUNK_EXT_VALUE;
	else
		chunks->state = CHUNK_BAD;
}

static void unquoted(struct edge_chunks *chunks, unsigned char c)
{
	if (edge_is_token[c])
		chunks->ext_length++;
	else if (c == '"' && chunks->state == CHUNK_EXT_VALUE && !chunks->ext_length)
		chunks->state = CHUNK_EXT_QUOTED;
	else if (chunks->ext_length)
		end_of_part(chunks, c);
	else
		chunks->state = CHUNK_BAD;
}

static void quoted(struct edge_chunks *chunks, unsigned char c)
{
	if (c < ' ' || c >= 0x7f)
		chunks->state = CHUNK_BAD;
	else if (c == '\\')
		chunks->state = CHUNK_EXT_ESCAPED;
	else if (c == '"')
		chunks->state = CHUNK_EXT_END;
}

/* *( ";" name [ "=" ( token / quoted string ) ] ) */
static void extension(struct edge_chunks *chunks, unsigned char c)
{
	if (++chunks->line_length > EDGE_CHUNK_LINE_MAX)
		chunks->state = CHUNK_BAD;
	else if (chunks->state == CHUNK_EXT_QUOTED)
		quoted(chunks, c);
	else if (chunks->state == CHUNK_EXT_ESCAPED)
		chunks->state = c < ' ' || c >= 0x7f ? CHUNK_BAD : CHUNK_EXT_QUOTED;
	else if (chunks->state == CHUNK_EXT_END)
		end_of_part(chunks, c);
	else
		unquoted(chunks, c);
}

/* Every byte that is not data. */
static void step(struct edge_chunks *chunks, unsigned char c)
{
	switch (chunks->state) {
	case CHUNK_SIZE: size_line(chunks, c); break;
	case CHUNK_EXT_NAME:
	case CHUNK_EXT_VALUE:
	case CHUNK_EXT_QUOTED:
	case CHUNK_EXT_ESCAPED:
	case CHUNK_EXT_END: extension(chunks, c); break;
	case CHUNK_SIZE_LF:
		if (c != '\n')
			chunks->state = CHUNK_BAD;
		else
			chunks->state = chunks->left ? CHUNK_DATA : CHUNK_LAST_CR;
		break;
	case CHUNK_DATA_CR: chunks->state = c == '\r' ? CHUNK_DATA_LF : CHUNK_BAD; break;
	case CHUNK_DATA_LF:
		*chunks = (struct edge_chunks){.state = c == '\n' ? CHUNK_SIZE : CHUNK_BAD};
		break;
	case CHUNK_LAST_CR: chunks->state = c == '\r' ? CHUNK_LAST_LF : CHUNK_BAD; break;
	case CHUNK_LAST_LF: chunks->state = c == '\n' ? CHUNK_DONE : CHUNK_BAD; break;
	case CHUNK_DATA:
	case CHUNK_DONE:
	case CHUNK_BAD: break;
	}
}

size_t edge_chunks_feed(struct edge_chunks *chunks, const char *in, size_t len, char *out,
			size_t *produced)
{
	size_t at = 0;

	*produced = 0;
	while (at < len && chunks->state != CHUNK_DONE && chunks->state != CHUNK_BAD) {
		if (chunks->state == CHUNK_DATA) {
			size_t n = len - at < chunks->left ? len - at : chunks->left;

			memmove(out + *produced, in + at, n);
			*produced += n;
			at += n;
			chunks->left -= (uint32_t)n;
			if (chunks->left == 0)
				chunks->state = CHUNK_DATA_CR;
			continue;
		}
		step(chunks, (unsigned char)in[at++]);
	}
	return at;
}
