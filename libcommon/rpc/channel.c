#include "rpc/channel_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/fault.h"

/* What leaves in one write; a larger frame goes by itself, from where it lies. */
#define OUT_SIZE  ((size_t)32 * 1024)
#define WRITE_MAX SECONDS(10)
#define WATCH_MS  2

/* ---- life ---- */

static void on_watch(void *arg);
static void go_on(struct channel *channel);

struct channel *channel_new(nng_stream *stream, const struct channel_handler *handler, void *arg)
{
	struct channel *channel = calloc(1, sizeof *channel);
	pthread_mutexattr_t attr;

	if (!channel || !(channel->out = malloc(OUT_SIZE)) ||
	    nng_aio_alloc(&channel->rx, channel_on_read, channel) != 0 ||
	    nng_aio_alloc(&channel->tx, NULL, NULL) != 0 ||
	    nng_aio_alloc(&channel->watch, on_watch, channel) != 0)
		abort();
	nng_aio_set_timeout(channel->tx, NNG_DURATION_INFINITE);
	nng_aio_set_timeout(channel->watch, NNG_DURATION_INFINITE);
	channel->handler = handler;
	channel->arg = arg;
	atomic_init(&channel->refs, 1);
	channel->stream = stream;
	channel->last = &channel->first;
	frame_reader_init(&channel->reader);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_ADAPTIVE_NP);
	pthread_mutex_init(&channel->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	return channel;
}

struct channel *channel_ref(struct channel *channel)
{
	atomic_fetch_add(&channel->refs, 1);
	return channel;
}

void channel_unref(struct channel *channel)
{
	if (atomic_fetch_sub(&channel->refs, 1) != 1)
		return;
	if (channel->handler->on_free)
		channel->handler->on_free(channel->arg);
	frame_reader_fini(&channel->reader);
	pthread_mutex_destroy(&channel->lock);
	free(channel->out);
	free(channel);
}

void channel_retire(struct channel *channel)
{
	nng_aio_free(channel->rx);
	nng_aio_free(channel->tx);
	nng_aio_free(channel->watch);
	nng_stream_free(channel->stream);
	channel_unref(channel);
}

static struct frame *pop(struct channel *channel)
{
	struct frame *frame = channel->first;

	channel->first = frame->next;
	if (!channel->first)
		channel->last = &channel->first;
	channel->queued -= frame->len;
	frame->next = NULL;
	return frame;
}

static void drop_queue(struct channel *channel)
{
	channel->written += channel->out_frames;
	channel->out_frames = 0;
	frame_unref(&channel->large);
	while (channel->first) {
		struct frame *frame = pop(channel);

		frame_unref(&frame);
		channel->written++;
	}
}

void channel_leave(struct channel *channel)
{
	bool ends = channel->closed && !channel->told && !channel->reading && !channel->writing &&
		    channel->inside == 0;
	size_t written;

	if (ends) {
		channel->told = true;
		drop_queue(channel);
	}
	written = channel->written;
	channel->written = 0;
	pthread_mutex_unlock(&channel->lock);
	if (written && channel->handler->on_written)
		channel->handler->on_written(channel->arg, written);
	if (ends)
		channel->handler->on_end(channel->arg);
}

void channel_close_stream(struct channel *channel)
{
	if (channel->closed)
		return;
	channel->closed = true;
	nng_stream_close(channel->stream);
}

void channel_close(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	channel_close_stream(channel);
	channel_leave(channel);
}

/* ---- writing ---- */

/* Whole frames, as many as fit. */
static bool stage(struct channel *channel)
{
	size_t len = 0;

	channel->out_from = channel->out;
	while (channel->first && channel->first->len <= OUT_SIZE - len) {
		struct frame *frame = pop(channel);

		memcpy(channel->out + len, frame->bytes, frame->len);
		len += frame->len;
		frame->staged = true;
		frame_unref(&frame);
		channel->out_frames++;
	}
	if (len == 0 && channel->first) {
		channel->large = pop(channel);
		channel->large->staged = true;
		channel->out_from = channel->large->bytes;
		channel->out_frames = 1;
		len = channel->large->len;
	}
	channel->out_len = len;
	return len > 0;
}

void channel_come_back(struct channel *channel, nng_aio *aio)
{
	pthread_mutex_lock(&channel->lock);
	channel->inside--;
	if (channel->closed)
		nng_aio_cancel(aio);
}

static void hand_over(struct channel *channel)
{
	nng_iov iov = {(void *)(uintptr_t)channel->out_from, channel->out_len};

	channel->inside++;
	pthread_mutex_unlock(&channel->lock);
	nng_aio_set_iov(channel->tx, 1, &iov);
	nng_stream_send(channel->stream, channel->tx);
	channel_come_back(channel, channel->tx);
}

/* Takes the end of a write, if it has come; a part may have been written. */
static bool take_end(struct channel *channel)
{
	size_t n;

	if (nng_aio_result(channel->tx) == 0 && nng_aio_count(channel->tx) == 0)
		return false;
	nng_aio_wait(channel->tx);
	n = nng_aio_count(channel->tx);
	if (nng_aio_result(channel->tx) != 0 || n > channel->out_len) {
		channel_close_stream(channel);
		return true;
	}
	channel->out_from += n;
	channel->out_len -= n;
	if (channel->out_len == 0) {
		channel->written += channel->out_frames;
		channel->out_frames = 0;
		frame_unref(&channel->large);
	}
	return true;
}

/*
 * nng writes in the calling thread when the socket has room, and tells of it
 * with a wake-up of one of its own threads: as dear as the write itself.  So the
 * aio has no callback; its end is looked at here, where it nearly always has come
 * by now, and every WATCH_MS while the peer does not read.
 */
void channel_write_out(struct channel *channel)
{
	if (channel->writing)
		return;
	channel->writing = true;
	while (!channel->closed && (channel->out_len > 0 || stage(channel))) {
		if (fault_strikes(FAULT_RPC_SEND)) {
			channel_close_stream(channel);
			break;
		}
		hand_over(channel);
		if (!take_end(channel)) {
			channel->watched_since = instant_monotonic();
			nng_sleep_aio(WATCH_MS, channel->watch);
			return;
		}
	}
	channel->writing = false;
}

/*
 * The limit is kept here: an aio with a timeout of its own makes nng wake its
 * timer's thread for every write.
 */
static void on_watch(void *arg)
{
	struct channel *channel = arg;

	pthread_mutex_lock(&channel->lock);
	if (!take_end(channel)) {
		if (instant_monotonic() - channel->watched_since > WRITE_MAX)
			channel_close_stream(channel);
		nng_sleep_aio(WATCH_MS, channel->watch);
	} else {
		channel->writing = false;
		go_on(channel);
	}
	channel_leave(channel);
}

bool channel_put(struct channel *channel, struct frame *frame)
{
	bool taken;

	pthread_mutex_lock(&channel->lock);
	taken = !channel->closed;
	if (taken) {
		frame->next = NULL;
		*channel->last = frame;
		channel->last = &frame->next;
		channel->queued += frame->len;
	}
	pthread_mutex_unlock(&channel->lock);
	if (!taken)
		frame_unref(&frame);
	return taken;
}

bool channel_withdraw(struct channel *channel, struct frame *frame)
{
	struct frame **at, *mine = frame;

	pthread_mutex_lock(&channel->lock);
	for (at = &channel->first; *at && *at != frame; at = &(*at)->next)
		continue;
	if (*at) {
		*at = frame->next;
		if (!*at)
			channel->last = at;
		channel->queued -= frame->len;
	} else {
		mine = NULL;
	}
	/* Nothing ends by this, and the caller may hold a lock that on_end takes. */
	pthread_mutex_unlock(&channel->lock);
	if (!mine)
		return false;
	frame_unref(&mine);
	return true;
}

static void go_on(struct channel *channel)
{
	channel_write_out(channel);
	if (channel->paused && !channel->closed && channel->queued < QUEUE_MAX / 2)
		channel_read_on(channel);
}

void channel_flush(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	if (!channel->in_batch)
		go_on(channel);
	channel_leave(channel);
}

void channel_start(struct channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	memcpy(channel->out, FRAME_GREETING, FRAME_GREETING_LEN);
	channel->out_from = channel->out;
	channel->out_len = FRAME_GREETING_LEN;
	channel_write_out(channel);
	if (!channel->closed)
		channel_read_on(channel);
	channel_leave(channel);
}
