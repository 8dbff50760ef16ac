#include "rpc/frame.h"

#include <stdlib.h>
#include <string.h>

#include "rpc/envelope.h"

/* A batch of small calls; a message that is larger makes the buffer grow for its time. */
#define READ_SIZE ((size_t)32 * 1024)

static void write_u32(uint8_t *out, uint32_t n)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(n >> 8 * i);
}

static uint32_t read_u32(const uint8_t *in)
{
	return in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

struct frame *frame_new(uint32_t call, size_t body_len)
{
	struct frame *frame = malloc(sizeof *frame + FRAME_PREFIX + body_len);

	if (!frame)
		abort();
	atomic_init(&frame->refs, 1);
	frame->next = NULL;
	frame->staged = false;
	frame->len = FRAME_PREFIX + body_len;
	write_u32(frame->bytes, (uint32_t)body_len);
	write_u32(frame->bytes + 4, call);
	return frame;
}

void frame_set_call(struct frame *frame, uint32_t call)
{
	write_u32(frame->bytes + 4, call);
}

struct frame *frame_ref(struct frame *frame)
{
	atomic_fetch_add_explicit(&frame->refs, 1, memory_order_relaxed);
	return frame;
}

void frame_unref(struct frame **frame)
{
	if (*frame && atomic_fetch_sub_explicit(&(*frame)->refs, 1, memory_order_acq_rel) == 1)
		free(*frame);
	*frame = NULL;
}

static void reader_resize(struct frame_reader *reader, size_t cap)
{
	reader->buf = realloc(reader->buf, cap);
	if (!reader->buf)
		abort();
	reader->cap = cap;
}

void frame_reader_init(struct frame_reader *reader)
{
	*reader = (struct frame_reader){};
	reader_resize(reader, READ_SIZE);
}

void frame_reader_fini(struct frame_reader *reader)
{
	free(reader->buf);
	*reader = (struct frame_reader){};
}

uint8_t *frame_reader_room(struct frame_reader *reader, size_t *room)
{
	size_t left = reader->to - reader->from;

	if (reader->from > 0 && (left == 0 || reader->to == reader->cap)) {
		memmove(reader->buf, reader->buf + reader->from, left);
		reader->from = 0;
		reader->to = left;
	}
	if (left == 0 && reader->cap > READ_SIZE)
		reader_resize(reader, READ_SIZE);
	else if (reader->to == reader->cap)
		reader_resize(reader, reader->cap * 2);
	*room = reader->cap - reader->to;
	return reader->buf + reader->to;
}

void frame_reader_add(struct frame_reader *reader, size_t n)
{
	reader->to += n;
}

static enum frame_result greet(struct frame_reader *reader)
{
	size_t left = reader->to - reader->from;
	size_t n = left < FRAME_GREETING_LEN ? left : FRAME_GREETING_LEN;

	if (memcmp(reader->buf + reader->from, FRAME_GREETING, n) != 0)
		return FRAME_BAD;
	if (n < FRAME_GREETING_LEN)
		return FRAME_MORE;
	reader->from += n;
	reader->greeted = true;
	return FRAME_GREETED;
}

enum frame_result frame_reader_next(struct frame_reader *reader, uint32_t *call, struct str *body)
{
	const uint8_t *at = reader->buf + reader->from;
	size_t left = reader->to - reader->from, len;

	if (!reader->greeted)
		return greet(reader);
	if (left < FRAME_PREFIX)
		return FRAME_MORE;
	len = read_u32(at);
	if (len > RPC_MESSAGE_MAX)
		return FRAME_BAD;
	if (left - FRAME_PREFIX < len)
		return FRAME_MORE;
	*call = read_u32(at + 4);
	*body = (struct str){(const char *)at + FRAME_PREFIX, len};
	reader->from += FRAME_PREFIX + len;
	return FRAME_TAKEN;
}
