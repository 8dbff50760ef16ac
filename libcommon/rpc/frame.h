#pragma once

/*
 * What travels on a connection, both ways: a greeting, then frames.
 *
 *   greeting: "AEGRPC1\n"
 *   frame:    u32 length of the body | u32 call | body (envelope.h)
 *
 * Integers are little-endian.  The caller chooses the number of the call; the
 * answer bears the same.  Knows no sockets; the reader takes hostile bytes.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define FRAME_GREETING	   "AEGRPC1\n"
#define FRAME_GREETING_LEN (sizeof FRAME_GREETING - 1)
#define FRAME_PREFIX	   ((size_t)8)

/* One frame to be sent.  Whoever holds a reference may read it; the last one frees it. */
struct frame {
	atomic_uint refs;
	struct frame *next; /* the connection's, while it is queued */
	bool staged;	    /* the connection's: bytes of it may have left */
	size_t len;	    /* prefix and body */
	uint8_t bytes[];
};

/* With one reference, its prefix written, its body to be filled; aborts without memory. */
struct frame *frame_new(uint32_t call, size_t body_len);
struct frame *frame_ref(struct frame *frame);
/* *frame becomes NULL; NULL is fine. */
void frame_unref(struct frame **frame);

/* Another number for the call, before the frame is queued. */
void frame_set_call(struct frame *frame, uint32_t call);

static inline uint8_t *frame_body(struct frame *frame)
{
	return frame->bytes + FRAME_PREFIX;
}

/* What came in and was not taken yet: grows with what has arrived, not with what is announced. */
struct frame_reader {
	uint8_t *buf;
	size_t cap, from, to;
	bool greeted;
};

enum frame_result {
	FRAME_TAKEN,
	FRAME_GREETED, /* once, first */
	FRAME_MORE,    /* nothing whole is left */
	FRAME_BAD,     /* another protocol, or longer than RPC_MESSAGE_MAX */
};

void frame_reader_init(struct frame_reader *reader);
void frame_reader_fini(struct frame_reader *reader);

/* Where the next bytes are to be put; *room is at least one. */
uint8_t *frame_reader_room(struct frame_reader *reader, size_t *room);
void frame_reader_add(struct frame_reader *reader, size_t n);

/* The next frame; its body lives until the next call of frame_reader_room(). */
enum frame_result frame_reader_next(struct frame_reader *reader, uint32_t *call, struct str *body);
