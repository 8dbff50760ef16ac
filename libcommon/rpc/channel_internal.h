#pragma once

/* What the two sides of a channel share: channel.c has its life and writes, channel_read.c reads.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "base/instant.h"
#include "rpc/channel.h"

/* A peer that sends and does not read is not read from past this many bytes. */
#define QUEUE_MAX ((size_t)8 * 1024 * 1024)

struct channel {
	const struct channel_handler *handler;
	void *arg;
	atomic_uint refs;
	nng_stream *stream;
	nng_aio *rx;
	nng_aio *tx;		    /* without a callback: see write_out() */
	nng_aio *watch;		    /* looks after a write that did not end at once */
	struct frame_reader reader; /* of whoever reads */

	pthread_mutex_t lock; /* of all below */
	struct frame *first, **last;
	size_t queued; /* bytes */
	uint8_t *out;
	struct frame *large; /* being written, instead of out */
	const uint8_t *out_from;
	size_t out_len, out_frames;
	size_t written;	 /* frames, not yet told */
	unsigned inside; /* threads in nng_stream_send() or nng_stream_recv() */
	bool reading, paused, in_batch;
	bool writing;
	instant watched_since;
	bool closed, told;
};

/* channel.c.  Each is called with the lock held, but for channel_come_back(), which takes it. */
/* Lets go of the lock, then tells what happened under it. */
void channel_leave(struct channel *channel);
void channel_close_stream(struct channel *channel);
/*
 * After an operation on the stream was begun without the lock.  nng 1.5.2 queues what is begun on
 * a stream that was closed meanwhile, and never looks at it.
 */
void channel_come_back(struct channel *channel, nng_aio *aio);
void channel_write_out(struct channel *channel);

/* channel_read.c.  Begins to read: called with the lock held, which it gives back and takes. */
void channel_read_on(struct channel *channel);
/* What nng calls when something came, or nothing will. */
void channel_on_read(void *arg);
