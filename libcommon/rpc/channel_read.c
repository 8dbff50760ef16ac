/* The reading side of a channel. */
#include "base/fault.h"
#include "rpc/channel_internal.h"

#define GREETING_MS 10000

void channel_read_on(struct channel *channel)
{
	nng_duration timeout = channel->reader.greeted ? NNG_DURATION_INFINITE : GREETING_MS;
	nng_iov iov;

	channel->reading = true;
	channel->paused = false;
	channel->inside++;
	pthread_mutex_unlock(&channel->lock);
	iov.iov_buf = frame_reader_room(&channel->reader, &iov.iov_len);
	nng_aio_set_timeout(channel->rx, timeout);
	nng_aio_set_iov(channel->rx, 1, &iov);
	nng_stream_recv(channel->stream, channel->rx);
	channel_come_back(channel, channel->rx);
}

/* False when the peer broke the protocol. */
static bool take_frames(struct channel *channel)
{
	enum frame_result result;
	struct str body;
	uint32_t call;

	while ((result = frame_reader_next(&channel->reader, &call, &body)) != FRAME_MORE) {
		if (result == FRAME_BAD)
			return false;
		if (result == FRAME_GREETED)
			channel->handler->on_open(channel->arg);
		else
			channel->handler->on_frame(channel->arg, call, body);
	}
	return true;
}

static bool take_batch(struct channel *channel)
{
	bool good;

	/* What is answered at once, or meanwhile, leaves together. */
	pthread_mutex_lock(&channel->lock);
	channel->in_batch = true;
	pthread_mutex_unlock(&channel->lock);
	frame_reader_add(&channel->reader, nng_aio_count(channel->rx));
	good = take_frames(channel);
	pthread_mutex_lock(&channel->lock);
	channel->in_batch = false;
	channel_write_out(channel);
	pthread_mutex_unlock(&channel->lock);
	return good;
}

void channel_on_read(void *arg)
{
	struct channel *channel = arg;
	bool good = nng_aio_result(channel->rx) == 0 && nng_aio_count(channel->rx) > 0 &&
		    !fault_strikes(FAULT_RPC_RECEIVE) && take_batch(channel);

	pthread_mutex_lock(&channel->lock);
	channel->reading = false;
	if (!good)
		channel_close_stream(channel);
	else if (!channel->closed && channel->queued > QUEUE_MAX)
		channel->paused = true;
	else if (!channel->closed)
		channel_read_on(channel);
	channel_leave(channel);
}
