#include "rpc/link.h"

#include "base/log.h"
#include "rpc/endpoint.h"
#include "rpc/peer_uid.h"

#define PAUSE_MIN_MS 20
#define PAUSE_MAX_MS 1000
#define DIAL_MS	     5000

static void pause_then_dial(struct link *link)
{
	link->state = LINK_PAUSE;
	nng_aio_set_timeout(link->aio, NNG_DURATION_INFINITE);
	nng_sleep_aio((nng_duration)link->pause_ms, link->aio);
	link->pause_ms = link->pause_ms * 2 < PAUSE_MAX_MS ? link->pause_ms * 2 : PAUSE_MAX_MS;
}

static void dial(struct link *link)
{
	link->state = LINK_DIALING;
	nng_aio_set_timeout(link->aio, DIAL_MS);
	nng_stream_dialer_dial(link->dialer, link->aio);
}

static void on_open(void *arg)
{
	struct replica *replica = arg;

	replica->link.pause_ms = PAUSE_MIN_MS;
	atomic_store(&replica->draining_until, 0);
	atomic_store(&replica->connected, true);
	replica->on_change(replica->on_change_arg);
}

static void on_frame(void *arg, uint32_t number, struct str body)
{
	replica_on_frame(arg, number, body);
}

/* Last of all the lock's part: link_close() waits for it. */
static void on_end(void *arg)
{
	struct replica *replica = arg;

	if (atomic_exchange(&replica->connected, false))
		replica->on_change(replica->on_change_arg);
	replica_fail_calls(replica);
	pthread_mutex_lock(&replica->lock);
	replica->link.ended = replica->channel;
	replica->channel = NULL;
	if (!replica->closing)
		pause_then_dial(&replica->link);
	pthread_cond_broadcast(&replica->ended);
	pthread_mutex_unlock(&replica->lock);
}

static const struct channel_handler handler = {
	.on_open = on_open, .on_frame = on_frame, .on_end = on_end};

/* Nothing is sent before it is known whose socket it is: no token, no password. */
static bool is_impostor(const struct replica *replica, nng_stream *stream)
{
	unsigned uid = peer_uid_of(stream);

	if (!replica->secrets_dir || peer_uid_may_be(replica->secrets_dir, replica->daemon, uid))
		return false;
	log_error("another user listens on a daemon's socket", KV("daemon", replica->daemon),
		  KV("url", replica->url), KV("user_id", uid));
	return true;
}

static void take_stream(struct replica *replica, nng_stream *stream)
{
	struct channel *channel = channel_new(stream, &handler, replica);

	pthread_mutex_lock(&replica->lock);
	replica->link.state = LINK_UP;
	replica->channel = channel_ref(channel);
	pthread_mutex_unlock(&replica->lock);
	channel_start(channel);
	channel_unref(channel);
}

static struct channel *take_ended(struct replica *replica)
{
	struct channel *ended;

	pthread_mutex_lock(&replica->lock);
	ended = replica->link.ended;
	replica->link.ended = NULL;
	pthread_mutex_unlock(&replica->lock);
	return ended;
}

static bool is_closing(struct replica *replica)
{
	bool closing;

	pthread_mutex_lock(&replica->lock);
	closing = replica->closing;
	pthread_mutex_unlock(&replica->lock);
	return closing;
}

static void on_link(void *arg)
{
	struct replica *replica = arg;
	struct link *link = &replica->link;
	int err = nng_aio_result(link->aio);
	struct channel *ended = take_ended(replica);

	if (ended)
		channel_retire(ended);
	if (link->state == LINK_DIALING && err == 0) {
		nng_stream *stream = nng_aio_get_output(link->aio, 0);

		if (!is_impostor(replica, stream)) {
			take_stream(replica, stream);
			return;
		}
		nng_stream_free(stream);
	}
	if (is_closing(replica))
		return;
	if (link->state == LINK_DIALING)
		pause_then_dial(link);
	else
		dial(link);
}

struct status link_open(struct replica *replica, const struct rpc_tls *tls)
{
	struct link *link = &replica->link;

	if (!endpoint_url_is_valid(replica->url) ||
	    nng_stream_dialer_alloc(&link->dialer, replica->url) != 0) {
		log_error("rpc url", KV("url", replica->url));
		return FAIL(RPC_URL);
	}
	if (endpoint_is_tls(replica->url))
		TRY(endpoint_tls_dialer(link->dialer, tls, replica->daemon));
	if (nng_aio_alloc(&link->aio, on_link, replica) != 0)
		return FAIL(MEMORY);
	link->pause_ms = PAUSE_MIN_MS;
	dial(link);
	return OK;
}

static void end_channel(struct replica *replica)
{
	struct channel *channel = NULL;

	pthread_mutex_lock(&replica->lock);
	if (replica->channel)
		channel = channel_ref(replica->channel);
	pthread_mutex_unlock(&replica->lock);
	if (channel) {
		channel_close(channel);
		channel_unref(channel);
	}
	pthread_mutex_lock(&replica->lock);
	while (replica->channel)
		pthread_cond_wait(&replica->ended, &replica->lock);
	pthread_mutex_unlock(&replica->lock);
	channel = take_ended(replica);
	if (channel)
		channel_retire(channel);
}

void link_close(struct replica *replica)
{
	struct link *link = &replica->link;

	if (link->dialer)
		nng_stream_dialer_close(link->dialer);
	if (link->aio)
		nng_aio_stop(link->aio);
	end_channel(replica);
	if (link->aio)
		nng_aio_free(link->aio);
	if (link->dialer)
		nng_stream_dialer_free(link->dialer);
}
