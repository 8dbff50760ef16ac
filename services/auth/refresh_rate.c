#include "auth/refresh_rate.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/fnv1a.h"
#include "base/str.h"

#define SLOTS 8192

struct slot {
	struct uuid session;
	instant began; /* of the minute that n counts */
	uint32_t n;
};

struct refresh_rate {
	pthread_mutex_t lock;
	struct slot slots[SLOTS];
};

struct refresh_rate *refresh_rate_new(void)
{
	struct refresh_rate *rate = calloc(1, sizeof *rate);

	if (!rate)
		abort();
	pthread_mutex_init(&rate->lock, NULL);
	return rate;
}

void refresh_rate_free(struct refresh_rate **rate)
{
	if (!*rate)
		return;
	pthread_mutex_destroy(&(*rate)->lock);
	free(*rate);
	*rate = NULL;
}

bool refresh_rate_take(struct refresh_rate *rate, struct uuid session, instant now,
		       uint32_t *retry_after_ms)
{
	struct slot *slot = &rate->slots[fnv1a_64(session.bytes, sizeof session.bytes) % SLOTS];
	bool may;

	pthread_mutex_lock(&rate->lock);
	if (!uuid_eq(slot->session, session) || now < slot->began ||
	    now >= slot->began + MINUTES(1))
		*slot = (struct slot){.session = session, .began = now};
	may = slot->n < REFRESHES_A_MINUTE;
	slot->n += may;
	*retry_after_ms = may ? 0 : (uint32_t)((slot->began + MINUTES(1) - now) / MILLIS(1));
	pthread_mutex_unlock(&rate->lock);
	return may;
}
