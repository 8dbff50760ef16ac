#pragma once

/*
 * One connection between two daemons: an nng byte stream with frames on it.
 * Frames that are put while a write is under way, or before a flush, leave
 * together in the next one, so that under load a system call and a wake-up of
 * the peer are shared by many calls.
 *
 * Threads: any thread may put, flush, withdraw and close.  Handlers run without
 * a lock; on_open and on_frame on one of nng's threads, one at a time; they must
 * not block.  Internal to server and client.
 */
#include <nng/nng.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rpc/frame.h"

struct channel;

struct channel_handler {
	void (*on_open)(void *arg); /* the peer speaks our protocol */
	/* The body lives for the length of the call. */
	void (*on_frame)(void *arg, uint32_t call, struct str body);
	/* That many frames left, or were dropped with the connection; may be NULL. */
	void (*on_written)(void *arg, size_t n);
	/* Once, last: broken or closed, nothing is pending; channel_retire() has to follow. */
	void (*on_end)(void *arg);
	/* Nobody holds the channel any more; may be NULL. */
	void (*on_free)(void *arg);
};

/* Takes the stream.  With one reference, the owner's. */
struct channel *channel_new(nng_stream *stream, const struct channel_handler *handler, void *arg);
/* Greets, and begins to read. */
void channel_start(struct channel *channel);

struct channel *channel_ref(struct channel *channel);
void channel_unref(struct channel *channel);

/* Queues a frame and takes the reference; false when the connection is gone: nothing left then. */
bool channel_put(struct channel *channel, struct frame *frame);
/* Lets what is queued leave.  Does not block. */
void channel_flush(struct channel *channel);
/* Takes a frame back that has not begun to leave; false when it is not queued (any more). */
bool channel_withdraw(struct channel *channel, struct frame *frame);
/* on_end follows, maybe before this returns. */
void channel_close(struct channel *channel);

/*
 * After on_end, never on one of the channel's own callbacks: waits for them, frees
 * the stream and gives up the owner's reference.
 */
void channel_retire(struct channel *channel);
